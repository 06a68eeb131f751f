import type { Face, Progress } from "@repartee/client";
import type { Scene } from "./scene";

/** Where everything in the face is at one moment. */
export interface Pose {
  headX: number;
  headY: number;
  tilt: number;
  breath: number;
  gazeX: number;
  gazeY: number;
  eyesOpen: number;
  brows: number;
  lips: string;
  inside: string;
}

interface Mouth {
  width: number;
  open: number;
}

type Shape = Face["visemes"][number]["shape"];

const MOUTHS: Record<Shape, Mouth> = {
  closed: { width: 15, open: 0 },
  slight: { width: 15, open: 4 },
  open: { width: 16, open: 14 },
  wide: { width: 20, open: 9 },
  round: { width: 9, open: 10 },
  teeth: { width: 17, open: 5 },
};

/** Turns time and sound into a pose. It draws nothing. */
export class FaceMotion {
  #mouth: Mouth = MOUTHS.closed;
  #heard: { playing: Progress | null; at: number } = { playing: null, at: 0 };
  #last = 0;
  #blinkAt = 1500;
  #nod = 0;

  pose(time: number, scene: Scene, playing: Progress | null, visemes: Face["visemes"], calm: boolean): Pose {
    const passed = Math.min(100, time - this.#last);
    this.#last = time;
    if (playing !== this.#heard.playing) this.#heard = { playing, at: time };
    this.#move(this.#wanted(time, playing, visemes), passed);
    const listening = scene === "hearing" ? 1 : 0;
    this.#nod += (listening - this.#nod) * Math.min(1, passed / 400);
    const sway = calm ? 0 : 1;
    const loud = playing ? playing.level : 0;
    return {
      headX: sway * 1.6 * Math.sin(time / 2300),
      headY: sway * (Math.sin(time / 1700) + this.#nod * 2.2 * Math.max(0, Math.sin(time / 420)) - loud * 2),
      tilt: sway * (1.2 * Math.sin(time / 3100) + this.#nod * 2.5),
      breath: sway * 1.2 * Math.sin(time / 1500),
      gazeX: scene === "thinking" ? 3 : sway * gaze(time),
      gazeY: scene === "thinking" ? -3 : 0,
      eyesOpen: this.#eyes(time),
      brows: scene === "thinking" || scene === "hearing" ? -2.5 : -2 * loud,
      ...outline(this.#mouth),
    };
  }

  /** The mouth for the sound that comes out of the loudspeaker right now. */
  #wanted(time: number, playing: Progress | null, visemes: Face["visemes"]): Mouth {
    if (playing?.state !== "playing") return MOUTHS.closed;
    const playedMs = playing.playedMs + Math.min(80, time - this.#heard.at);
    const viseme = visemes.findLast(({ atMs }) => atMs <= playedMs);
    if (viseme) return MOUTHS[viseme.shape];
    return { width: 15, open: Math.max(0, playing.level - 0.35) * 24 };
  }

  #move(to: Mouth, passed: number): void {
    const share = 1 - Math.exp(-passed / 38);
    this.#mouth = {
      width: this.#mouth.width + (to.width - this.#mouth.width) * share,
      open: this.#mouth.open + (to.open - this.#mouth.open) * share,
    };
  }

  #eyes(time: number): number {
    const since = time - this.#blinkAt;
    if (since > BLINK_MS) {
      // Uneven, or it looks like a lamp.
      this.#blinkAt = time + 1800 + 2600 * Math.abs(Math.sin(time));
      return 1;
    }
    return since < 0 ? 1 : Math.abs(1 - (2 * since) / BLINK_MS);
  }
}

const BLINK_MS = 170;

/** Small jumps, as eyes make them. */
function gaze(time: number): number {
  return [0, 1.5, 0, -1.5, 0, 0.8][Math.floor(time / 1900) % 6] ?? 0;
}

function outline({ width, open }: Mouth): { lips: string; inside: string } {
  const y = 121;
  const smile = 4 * Math.max(0, 1 - open / 6);
  const [left, right] = [100 - width, 100 + width];
  const upper = `M${left} ${y - smile * 0.4}Q100 ${y - open * 0.75 + smile} ${right} ${y - smile * 0.4}`;
  const lower = `Q100 ${y + open * 1.35 + smile} ${left} ${y - smile * 0.4}Z`;
  return { lips: upper + lower, inside: upper + lower };
}

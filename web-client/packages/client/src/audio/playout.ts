import { Cushion, JitterBuffer } from "./jitter-buffer.js";

/** What the player's main side tells the audio thread. `samples` are mono at the context's rate. */
export type PlayoutCommand =
  | { kind: "write"; turnId: string; samples: Float32Array }
  | { kind: "end"; turnId: string }
  | { kind: "cut" };

export interface PlayoutReport {
  turnId: string;
  /** Samples of this turn that went to the sound card. */
  played: number;
  finished: boolean;
}

/** The replies that wait to be heard, one after the other. */
export class Playout {
  readonly #cushion: Cushion;
  #turns: { turnId: string; buffer: JitterBuffer }[] = [];

  constructor(sampleRate: number) {
    this.#cushion = new Cushion(sampleRate * 0.08, sampleRate * 0.8);
  }

  handle(command: PlayoutCommand): void {
    if (command.kind === "cut") {
      this.#turns = this.#turns.slice(0, 1);
      this.#turns[0]?.buffer.cut();
      return;
    }
    const buffer = this.#buffer(command.turnId);
    if (command.kind === "write") buffer.write(command.samples);
    else buffer.end();
  }

  /** Fills `out` and tells about the turn that sounds; `null` while there is none. */
  read(out: Float32Array): PlayoutReport | null {
    const turn = this.#turns[0];
    if (!turn) return null;
    turn.buffer.read(out);
    const { played, finished } = turn.buffer;
    if (finished) this.#turns.shift();
    return { turnId: turn.turnId, played, finished };
  }

  #buffer(turnId: string): JitterBuffer {
    const known = this.#turns.find((turn) => turn.turnId === turnId);
    if (known) return known.buffer;
    const buffer = new JitterBuffer(this.#cushion);
    this.#turns.push({ turnId, buffer });
    return buffer;
  }
}

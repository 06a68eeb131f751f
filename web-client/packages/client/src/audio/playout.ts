import { Cushion, JitterBuffer } from "./jitter-buffer.js";

/** What the player's main side tells the audio thread. `samples` are mono at the context's rate. */
export type PlayoutCommand =
  /** `at` is where in the turn they belong. */
  | { kind: "write"; turnId: string; samples: Float32Array; at: number }
  /** No more comes of this turn, or of any. */
  | { kind: "end"; turnId?: string | undefined }
  /** Whatever there is falls silent: this turn begins, or begins anew. */
  | { kind: "begin"; turnId: string }
  /** Whatever there is falls silent, and nothing of this turn will be heard. */
  | { kind: "cut"; turnId?: string | undefined }
  | { kind: "hold" }
  | { kind: "go-on" };

/** `ended`: heard to its last sample. `cut`: silenced before. */
export type PlayoutState = "playing" | "held" | "ended" | "cut";

export interface PlayoutReport {
  turnId: string;
  /** Samples of this turn that went to the sound card. */
  played: number;
  state: PlayoutState;
}

/** The replies that wait to be heard, one after the other. */
export class Playout {
  readonly #cushion: Cushion;
  /** Turns that are not heard any more, whatever of them still arrives. */
  readonly #over = new Set<string>();
  #turns: { turnId: string; buffer: JitterBuffer }[] = [];
  #held = false;

  constructor(sampleRate: number) {
    this.#cushion = new Cushion(sampleRate * 0.08, sampleRate * 0.8);
  }

  handle(command: PlayoutCommand): void {
    switch (command.kind) {
      case "write":
        return this.#buffer(command.turnId)?.write(command.samples, command.at);
      case "end":
        return this.#end(command.turnId);
      case "begin":
        this.#cut(undefined);
        this.#over.delete(command.turnId);
        return;
      case "cut":
        return this.#cut(command.turnId);
      case "hold":
        return this.#hold(true);
      case "go-on":
        return this.#hold(false);
    }
  }

  /** Fills `out` and tells about the turn that sounds; `null` while there is none. */
  read(out: Float32Array): PlayoutReport | null {
    const turn = this.#turns[0];
    if (!turn) return null;
    const { turnId, buffer } = turn;
    buffer.read(out);
    if (!buffer.finished) return { turnId, played: buffer.played, state: buffer.still ? "held" : "playing" };
    this.#turns.shift();
    if (buffer.wasCut) return { turnId, played: buffer.played, state: "cut" };
    this.#over.add(turnId);
    return { turnId, played: buffer.played, state: "ended" };
  }

  #end(turnId: string | undefined): void {
    if (turnId !== undefined) return this.#buffer(turnId)?.end();
    for (const { buffer } of this.#turns) buffer.end();
  }

  #cut(turnId: string | undefined): void {
    if (turnId !== undefined) this.#over.add(turnId);
    for (const turn of this.#turns) this.#over.add(turn.turnId);
    this.#turns = this.#turns.slice(0, 1);
    this.#turns[0]?.buffer.cut();
  }

  #hold(held: boolean): void {
    this.#held = held;
    for (const { buffer } of this.#turns) apply(buffer, held);
  }

  #buffer(turnId: string): JitterBuffer | undefined {
    if (this.#over.has(turnId)) return undefined;
    const known = this.#turns.find((turn) => turn.turnId === turnId && !turn.buffer.wasCut);
    if (known) return known.buffer;
    const buffer = new JitterBuffer(this.#cushion);
    apply(buffer, this.#held);
    this.#turns.push({ turnId, buffer });
    return buffer;
  }
}

function apply(buffer: JitterBuffer, held: boolean): void {
  if (held) buffer.hold();
  else buffer.goOn();
}

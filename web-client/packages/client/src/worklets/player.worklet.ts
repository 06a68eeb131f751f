// The persona's side of the audio thread: plays what waits and tells how far it has come.
import { level } from "../audio/pcm.js";
import { Playout, type PlayoutCommand, type PlayoutReport } from "../audio/playout.js";

/** What the audio thread tells: the report, how loud it was since the last one, and when, in seconds of its own clock. */
export interface PlayerMessage extends PlayoutReport {
  level: number;
  at: number;
}

/** Samples between two reports: about 40 ms, enough for a mouth. A change is told at once. */
const REPORT_EVERY = 1024;

class PlayerProcessor extends AudioWorkletProcessor {
  #playout = new Playout(sampleRate);
  #told: PlayoutReport | null = null;
  #recent = new Float32Array(REPORT_EVERY);
  #filled = 0;

  constructor() {
    super();
    this.port.onmessage = (message: MessageEvent<PlayoutCommand>) => this.#playout.handle(message.data);
  }

  process(_inputs: Float32Array[][], [channels]: Float32Array[][]): boolean {
    const out = channels?.[0];
    if (!out) return true;
    const report = this.#playout.read(out);
    const room = REPORT_EVERY - this.#filled;
    this.#recent.set(out.subarray(0, room), this.#filled);
    this.#filled += Math.min(out.length, room);
    if (report && (this.#filled === REPORT_EVERY || this.#isNews(report))) this.#tell(report);
    return true;
  }

  #isNews({ turnId, state }: PlayoutReport): boolean {
    return turnId !== this.#told?.turnId || state !== this.#told.state;
  }

  #tell(report: PlayoutReport): void {
    const message: PlayerMessage = { ...report, level: level(this.#recent.subarray(0, this.#filled)), at: currentTime };
    this.port.postMessage(message);
    this.#told = report;
    this.#filled = 0;
  }
}

registerProcessor("repartee-player", PlayerProcessor);

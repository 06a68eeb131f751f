// The persona's side of the audio thread: plays what waits and tells how far it has come.
import { level } from "../audio/pcm.js";
import { Playout, type PlayoutCommand } from "../audio/playout.js";

/** Samples between two reports: about 40 ms, enough for a mouth. */
const REPORT_EVERY = 1024;

class PlayerProcessor extends AudioWorkletProcessor {
  #playout = new Playout(sampleRate);
  #sinceReport = 0;

  constructor() {
    super();
    this.port.onmessage = (message: MessageEvent<PlayoutCommand>) => this.#playout.handle(message.data);
  }

  process(_inputs: Float32Array[][], [channels]: Float32Array[][]): boolean {
    const out = channels?.[0];
    if (!out) return true;
    const report = this.#playout.read(out);
    this.#sinceReport += out.length;
    if (report && (report.finished || this.#sinceReport >= REPORT_EVERY)) {
      this.port.postMessage({ ...report, level: level(out) });
      this.#sinceReport = 0;
    }
    return true;
  }
}

registerProcessor("repartee-player", PlayerProcessor);

// The microphone's side of the audio thread: mono, 16 kHz, in pieces of 100 ms, with how loud each one is.
import { level, toPcm16 } from "../audio/pcm.js";
import { Resampler } from "../audio/resampler.js";

const RATE = 16_000;
const PIECE = RATE / 10;

class RecorderProcessor extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, RATE);
  #piece = new Float32Array(PIECE);
  #filled = 0;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#send();
      this.port.postMessage({ kind: "flushed" });
    };
  }

  process([channels]: Float32Array[][]): boolean {
    const first = channels?.[0];
    if (first) this.#take(this.#resampler.push(mixed(channels, first)));
    return true;
  }

  #take(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + PIECE - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === PIECE) this.#send();
    }
  }

  #send(): void {
    if (this.#filled === 0) return;
    const samples = this.#piece.subarray(0, this.#filled);
    const bytes = toPcm16(samples);
    this.port.postMessage({ kind: "piece", bytes, level: level(samples) }, [bytes.buffer]);
    this.#filled = 0;
  }
}

function mixed(channels: Float32Array[], first: Float32Array): Float32Array {
  if (channels.length === 1) return first;
  return first.map((_, i) => channels.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / channels.length);
}

registerProcessor("repartee-recorder", RecorderProcessor);

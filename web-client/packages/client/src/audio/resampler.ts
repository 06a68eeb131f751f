/**
 * Changes the sample rate of a stream of mono samples, piece by piece: a windowed sinc that also keeps out what the
 * lower rate cannot hold. It knows nothing of the Web Audio API and never allocates more than its answer.
 */
export class Resampler {
  readonly #step: number;
  readonly #cutoff: number;
  readonly #reach: number;
  /** The tail of what came before, so that pieces join without a seam. */
  #held: Float32Array;
  /** Where in `held` the next output sample lies. */
  #position: number;

  constructor(from: number, to: number) {
    if (!(from > 0 && to > 0)) throw new RangeError(`cannot resample from ${from} to ${to}`);
    this.#step = from / to;
    this.#cutoff = Math.min(1, to / from) * PASSBAND;
    this.#reach = Math.ceil(LOBES / this.#cutoff);
    this.#held = new Float32Array(this.#reach);
    this.#position = this.#reach;
  }

  push(samples: Float32Array): Float32Array {
    if (this.#step === 1) return samples.slice();
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const last = held.length - this.#reach;
    const count = Math.max(0, Math.ceil((last - this.#position) / this.#step));
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = this.#at(held, this.#position + i * this.#step);
    const next = this.#position + count * this.#step;
    const kept = Math.floor(next) - this.#reach;
    this.#held = held.slice(kept);
    this.#position = next - kept;
    return out;
  }

  /** What is still inside. The resampler is as new afterwards. */
  flush(): Float32Array {
    if (this.#step === 1) return new Float32Array(0);
    const rest = this.push(new Float32Array(this.#reach));
    this.#held = new Float32Array(this.#reach);
    this.#position = this.#reach;
    return rest;
  }

  #at(held: Float32Array, position: number): number {
    const first = Math.ceil(position - this.#reach);
    const last = Math.floor(position + this.#reach);
    let sum = 0;
    for (let i = first; i <= last; i++) {
      const distance = i - position;
      sum += (held[i] ?? 0) * sinc(distance * this.#cutoff) * hann(distance / this.#reach);
    }
    return sum * this.#cutoff;
  }
}

/** How many zero crossings of the sinc are used on each side. */
const LOBES = 8;
/** How much of the band is kept: the filter needs room to fall. */
const PASSBAND = 0.92;

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(Math.PI * x) / (Math.PI * x);
}

function hann(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.5 + 0.5 * Math.cos(Math.PI * x);
}

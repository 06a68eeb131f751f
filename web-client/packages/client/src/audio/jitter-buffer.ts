/**
 * Holds one reply's samples between their arrival and their playing. It waits for a cushion before it begins, waits for a
 * larger one after it ran dry, and fades at every edge so that nothing clicks. It knows no clock: it is read at the
 * pace of the sound card.
 */
export class JitterBuffer {
  readonly #cushion: Cushion;
  #ring = new Float32Array(INITIAL_CAPACITY);
  #written = 0;
  #read = 0;
  #flowing = false;
  #ended = false;
  #fade = 0;
  #cutAt = Number.POSITIVE_INFINITY;

  constructor(cushion: Cushion) {
    this.#cushion = cushion;
  }

  /** Samples that were played. */
  get played(): number {
    return this.#read;
  }

  get buffered(): number {
    return this.#written - this.#read;
  }

  /** Everything was played, and nothing more will come. */
  get finished(): boolean {
    return this.#read >= this.#cutAt || (this.#ended && this.buffered === 0);
  }

  /** May allocate, where a reply runs far ahead of its playing. */
  write(samples: Float32Array): void {
    if (this.#ended || this.#cutAt !== Number.POSITIVE_INFINITY) return;
    if (this.buffered + samples.length > this.#ring.length) this.#grow(this.buffered + samples.length);
    const at = this.#written % this.#ring.length;
    const first = samples.subarray(0, this.#ring.length - at);
    this.#ring.set(first, at);
    this.#ring.set(samples.subarray(first.length), 0);
    this.#written += samples.length;
  }

  /** The last samples are in: play what there is, however little. */
  end(): void {
    this.#ended = true;
  }

  /** Stop within a few milliseconds, without a click. */
  cut(): void {
    this.#cutAt = Math.min(this.#cutAt, this.#read + (this.#flowing ? Math.min(FADE, this.buffered) : 0));
  }

  /** Fills `out` from its start, and says how many samples are speech; the rest is untouched. Never allocates. */
  read(out: Float32Array): number {
    if (!this.#flowing) {
      if (this.buffered === 0 || (!this.#ended && this.buffered < this.#cushion.samples)) return 0;
      this.#flowing = true;
      this.#fade = 0;
    }
    const end = Math.min(this.#written, this.#cutAt);
    const count = Math.min(out.length, end - this.#read);
    // A reply that may run dry fades out with what is left.
    const edge = this.#cutAt === Number.POSITIVE_INFINITY && this.#ended ? Number.POSITIVE_INFINITY : end;
    for (let i = 0; i < count; i++) {
      this.#fade = Math.min(1, this.#fade + 1 / FADE);
      const remaining = (edge - this.#read) / FADE;
      out[i] = (this.#ring[this.#read % this.#ring.length] ?? 0) * Math.min(this.#fade, remaining, 1);
      this.#read++;
    }
    if (count < out.length) {
      this.#flowing = false;
      if (!this.finished) this.#cushion.grow();
    }
    return count;
  }

  #grow(needed: number): void {
    const ring = new Float32Array(2 ** Math.ceil(Math.log2(needed)));
    for (let i = this.#read; i < this.#written; i++) ring[i % ring.length] = this.#ring[i % this.#ring.length] ?? 0;
    this.#ring = ring;
  }
}

/** How much must wait before playing begins. Running dry makes it larger, for this reply and the next. */
export class Cushion {
  #samples: number;
  readonly #most: number;

  constructor(least: number, most: number) {
    this.#samples = least;
    this.#most = most;
  }

  get samples(): number {
    return this.#samples;
  }

  grow(): void {
    this.#samples = Math.min(this.#most, Math.ceil(this.#samples * 1.5));
  }
}

/** Samples over which an edge is softened: 5 ms at 24 kHz. */
const FADE = 120;
const INITIAL_CAPACITY = 2 ** 16;

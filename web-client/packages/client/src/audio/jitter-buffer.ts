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
  /** What never arrived, and how much had arrived before. */
  #missing: { after: number; samples: number }[] = [];
  #flowing = false;
  #held = false;
  #ended = false;
  /** From silence, 0, to full, `FADE`. */
  #fade = 0;
  #cutAt = Number.POSITIVE_INFINITY;

  constructor(cushion: Cushion) {
    this.#cushion = cushion;
  }

  /** How far in the reply the playing is, in samples. */
  get played(): number {
    return this.#positionAt(this.#read);
  }

  get buffered(): number {
    return this.#written - this.#read;
  }

  /** It is held, and the last sound before that has faded. */
  get still(): boolean {
    return this.#held && this.#fade === 0;
  }

  /** Everything was played, and nothing more will come. */
  get finished(): boolean {
    return this.wasCut ? this.#read >= this.#cutAt : this.#ended && this.buffered === 0;
  }

  get wasCut(): boolean {
    return this.#cutAt !== Number.POSITIVE_INFINITY;
  }

  /**
   * Takes the samples that belong at this position; what is there already is not taken again, and what is missing before
   * it is left out. May allocate, where a reply runs far ahead of its playing.
   */
  write(samples: Float32Array, at: number): void {
    const end = this.#positionAt(this.#written);
    if (this.#ended || this.wasCut || at < end) return;
    if (at > end) this.#missing.push({ after: this.#written, samples: at - end });
    if (this.buffered + samples.length > this.#ring.length) this.#grow(this.buffered + samples.length);
    const start = this.#written % this.#ring.length;
    const first = samples.subarray(0, this.#ring.length - start);
    this.#ring.set(first, start);
    this.#ring.set(samples.subarray(first.length), 0);
    this.#written += samples.length;
  }

  /** The last samples are in: play what there is, however little. */
  end(): void {
    this.#ended = true;
  }

  /** Falls silent within a few milliseconds and keeps its place until {@link goOn}. */
  hold(): void {
    this.#held = true;
  }

  goOn(): void {
    this.#held = false;
  }

  /** Stop within a few milliseconds, without a click. */
  cut(): void {
    this.#cutAt = Math.min(this.#cutAt, this.#read + Math.min(this.#fade, this.buffered));
  }

  /** Fills `out` from its start, and says how many samples are speech; the rest is untouched. Never allocates. */
  read(out: Float32Array): number {
    if (this.still) return 0;
    if (!this.#flowing) {
      if (this.buffered === 0 || (!this.#ended && this.buffered < this.#cushion.samples)) return 0;
      this.#flowing = true;
    }
    const end = Math.min(this.#written, this.#cutAt);
    const most = Math.min(out.length, end - this.#read);
    // A reply that may run dry fades out with what is left.
    const edge = this.wasCut || !this.#ended ? end : Number.POSITIVE_INFINITY;
    let count = 0;
    while (count < most && !this.still) {
      this.#fade = this.#held ? this.#fade - 1 : Math.min(FADE, this.#fade + 1);
      const gain = Math.min(this.#fade, edge - this.#read) / FADE;
      out[count++] = (this.#ring[this.#read % this.#ring.length] ?? 0) * gain;
      this.#read++;
    }
    if (count < out.length && !this.still) {
      this.#flowing = false;
      this.#fade = 0;
      if (!this.finished) this.#cushion.grow();
    }
    return count;
  }

  #positionAt(sample: number): number {
    let position = sample;
    for (const { after, samples } of this.#missing) if (after <= sample) position += samples;
    return position;
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

import type { Progress } from "./player.js";

export interface PlaybackReport {
  turnId: string;
  playedMs: number;
  /** Everything was heard. */
  done: boolean;
}

/**
 * When the server is to be told how far the playing is: every quarter of a second while it goes on, and at once when it
 * begins, is held, goes on or is over. Time is the sound card's: who cannot hear anything reports nothing.
 */
export class PlaybackReports {
  #told: Progress | null = null;

  /** The last word; it is to be said again to a server that may have missed it. */
  get last(): PlaybackReport | null {
    return this.#told && reportOf(this.#told);
  }

  /** What to tell now, if anything. */
  after(progress: Progress): PlaybackReport | null {
    if (!this.#isDue(progress)) return null;
    this.#told = progress;
    return reportOf(progress);
  }

  #isDue({ turnId, state, atMs }: Progress): boolean {
    const told = this.#told;
    if (told?.turnId !== turnId || told.state !== state) return true;
    return state === "playing" && atMs - told.atMs >= EVERY_MS;
  }
}

const EVERY_MS = 250;

function reportOf({ turnId, playedMs, state }: Progress): PlaybackReport {
  return { turnId, playedMs, done: state === "ended" };
}

import { useSyncExternalStore } from "react";
import type WaveSurfer from "wavesurfer.js";

/** A part of the recording. */
export interface Span {
  fromMs: number;
  toMs: number;
}

export interface Playing {
  /** It can be played. */
  ready: boolean;
  playing: boolean;
  atMs: number;
  lengthMs: number;
}

const SILENT: Playing = { ready: false, playing: false, atMs: 0, lengthMs: 0 };

/** The one recording of a report, for everything on the page that plays it or shows where it is. */
export class Playback {
  readonly #watchers = new Set<() => void>();
  #surfer: WaveSurfer | null = null;
  #now = SILENT;

  readonly get = (): Playing => this.#now;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Answers how to let go of it. */
  attach(surfer: WaveSurfer): () => void {
    this.#surfer = surfer;
    surfer.on("ready", (seconds) => this.#set({ ready: true, lengthMs: seconds * 1000 }));
    surfer.on("play", () => this.#set({ playing: true }));
    surfer.on("pause", () => this.#set({ playing: false }));
    surfer.on("timeupdate", (seconds) => {
      insist(surfer.getMediaElement(), seconds);
      this.#set({ atMs: seconds * 1000 });
    });
    return () => {
      this.#surfer = null;
      this.#set(SILENT);
    };
  }

  toggle(): void {
    void this.#surfer?.playPause();
  }

  /** Plays a part, or stops when it is that part that plays. */
  togglePart(span: Span): void {
    if (isWithin(this.#now, span)) this.#surfer?.pause();
    else void this.#surfer?.play(span.fromMs / 1000, span.toMs / 1000);
  }

  seek(ms: number): void {
    this.#surfer?.setTime(ms / 1000);
  }

  #set(change: Partial<Playing>): void {
    this.#now = { ...this.#now, ...change };
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/**
 * Asked for a place while the one before is still being sought, the player puts the new one off, and then forgets it. The
 * element itself always goes to where it was sent last.
 */
function insist(media: HTMLMediaElement | null, seconds: number): void {
  if (media?.seeking && media.currentTime !== seconds) media.currentTime = seconds;
}

/** Renders again only when what was chosen changes. */
export function usePlayback<Chosen extends string | number | boolean>(
  playback: Playback,
  choose: (now: Playing) => Chosen,
): Chosen {
  return useSyncExternalStore(playback.subscribe, () => choose(playback.get()));
}

export function isWithin({ playing, atMs }: Playing, { fromMs, toMs }: Span): boolean {
  return playing && atMs >= fromMs && atMs < toMs;
}

import type { PlayoutCommand, PlayoutReport } from "./audio/playout.js";
import { Resampler } from "./audio/resampler.js";
import { Emitter } from "./emitter.js";

export interface PlayerEvents {
  /** About 25 times a second while a turn sounds, and once more when it has ended. */
  progress: Progress;
  /** This turn will not be heard: its file could not be fetched or read. */
  failed: { turnId: string };
  /** The browser lets nothing sound before the user touched the page: call `unlock` from a click. */
  blocked: boolean;
}

export interface Progress {
  turnId: string;
  /** What came out of the loudspeaker so far. */
  playedMs: number;
  finished: boolean;
  /** How loud it is now, 0 to 1. */
  level: number;
}

/**
 * The persona's voice: pieces of speech or whole files, played without a gap, cut without a click, with the exact position.
 * It knows no server.
 */
export class Player extends Emitter<PlayerEvents> {
  #output: Promise<Output> | null = null;
  #current: Progress | null = null;
  #fetching = new AbortController();
  readonly #resamplers = new Map<string, Resampler>();

  /** The turn that sounds now. */
  get current(): Progress | null {
    return this.#current;
  }

  /** Makes ready to sound. Call it from a click or a key, or the browser keeps it silent. */
  async unlock(): Promise<void> {
    const { context } = await this.#ready();
    if (context.state === "suspended") await context.resume();
  }

  /** The next samples of a turn, mono, at any rate. */
  async write(turnId: string, samples: Float32Array, sampleRate: number): Promise<void> {
    const resampler = this.#resamplers.get(turnId) ?? new Resampler(sampleRate, RATE);
    this.#resamplers.set(turnId, resampler);
    await this.#post({ kind: "write", turnId, samples: resampler.push(samples) });
  }

  /** A turn has no more samples. */
  async end(turnId: string): Promise<void> {
    const rest = this.#resamplers.get(turnId)?.flush();
    this.#resamplers.delete(turnId);
    if (rest) await this.#post({ kind: "write", turnId, samples: rest });
    await this.#post({ kind: "end", turnId });
  }

  /** A whole turn from a file. */
  async playFile(turnId: string, url: string): Promise<void> {
    const { signal } = this.#fetching;
    try {
      const { context } = await this.#ready();
      const answer = await fetch(url, { signal });
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
      const audio = await context.decodeAudioData(await answer.arrayBuffer());
      signal.throwIfAborted();
      await this.#post({ kind: "write", turnId, samples: audio.getChannelData(0) });
      await this.#post({ kind: "end", turnId });
    } catch (error) {
      this.emit("failed", { turnId });
      if (!signal.aborted) console.warn("a reply could not be played", error);
    }
  }

  /** Silences everything, and says what was sounding. */
  cut(): Progress | null {
    this.#fetching.abort();
    this.#fetching = new AbortController();
    this.#resamplers.clear();
    void this.#post({ kind: "cut" });
    return this.#current;
  }

  async close(): Promise<void> {
    this.#fetching.abort();
    const output = await this.#output;
    this.#output = null;
    await output?.context.close();
  }

  async #post(command: PlayoutCommand): Promise<void> {
    const { node } = await this.#ready();
    node.port.postMessage(command);
  }

  #ready(): Promise<Output> {
    this.#output ??= this.#open();
    return this.#output;
  }

  async #open(): Promise<Output> {
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    context.onstatechange = () => this.emit("blocked", context.state === "suspended");
    await context.audioWorklet.addModule(new URL("./worklets/player.worklet.js", import.meta.url));
    const node = new AudioWorkletNode(context, "repartee-player", { numberOfInputs: 0, outputChannelCount: [1] });
    node.port.onmessage = ({ data }: MessageEvent<PlayoutReport & { level: number }>) => this.#onReport(data);
    node.connect(context.destination);
    if (context.state === "suspended") this.emit("blocked", true);
    return { context, node };
  }

  #onReport({ turnId, played, finished, level }: PlayoutReport & { level: number }): void {
    const progress = { turnId, playedMs: (played / RATE) * 1000, finished, level: finished ? 0 : level };
    this.#current = finished ? null : progress;
    this.emit("progress", progress);
  }
}

interface Output {
  context: AudioContext;
  node: AudioWorkletNode;
}

/** What the wire's speech is in; the browser brings it to the loudspeaker's rate. */
const RATE = 24_000;

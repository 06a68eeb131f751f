import { keepRunning } from "./audio/keep-running.js";
import type { PlayoutCommand, PlayoutState } from "./audio/playout.js";
import { Emitter } from "./emitter.js";
import type { PlayerMessage } from "./worklets/player.worklet.js";

export interface PlayerEvents {
  /** About 25 times a second while a turn sounds or is held, at every change, and once more when it is over. */
  progress: Progress;
  /** This turn will not be heard: its file could not be fetched or read. */
  failed: { turnId: string };
  sound: Sound;
}

/**
 * `blocked`: the browser lets nothing sound before the user touches the page, or it did not work: call `unlock` from a click.
 * `unsupported`: nothing can ever sound on this page. Browsers allow it on `https:` and on this computer only.
 */
export type Sound = "ready" | "blocked" | "unsupported";

export interface Progress {
  turnId: string;
  /** What came out of the loudspeaker so far, as far as the browser knows how long that takes. */
  playedMs: number;
  /** `ended` was heard to its last sample, `cut` was silenced before; both are the last that is told of a turn. */
  state: PlayoutState;
  /** How loud it is now, 0 to 1. */
  level: number;
  /** When that was, by the sound card's clock: it stands still where nothing can sound. */
  atMs: number;
}

/** Of the samples that {@link Player.write} takes. */
export const SPEECH_RATE = 24_000;

/**
 * The persona's voice: pieces of speech or whole files, played without a gap, held and cut without a click, with the exact
 * position. It knows no server.
 */
export class Player extends Emitter<PlayerEvents> {
  #output: Promise<Output> | null = null;
  #failed = false;
  #current: Progress | null = null;
  /** The last of a turn that is still on its way to the ear. */
  #ending: { over: Progress; timer: ReturnType<typeof setTimeout> } | null = null;
  #fetching = new AbortController();

  /** The turn that sounds now, or is held. */
  get current(): Progress | null {
    return this.#current;
  }

  /** Makes ready to sound, also where that failed before. Call it from a click or a key, or the browser keeps it silent. */
  async unlock(): Promise<void> {
    if (this.#failed) this.#output = null;
    const { context } = await this.#ready();
    if (context.state !== "running") await context.resume();
  }

  /** Samples of a turn, mono, and where in it they belong. What was written before is not written twice. */
  async write(turnId: string, samples: Float32Array, at: number): Promise<void> {
    await this.#post({ kind: "write", turnId, samples, at });
  }

  /** A turn has no more samples; without a turn, none has. */
  async end(turnId?: string): Promise<void> {
    if (this.#output) await this.#post({ kind: "end", turnId });
  }

  /** A turn begins, or begins anew; whatever still sounds falls silent. */
  begin(turnId: string): void {
    if (this.#output) void this.#post({ kind: "begin", turnId });
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
      await this.write(turnId, audio.getChannelData(0), 0);
      await this.end(turnId);
    } catch (error) {
      this.emit("failed", { turnId });
      if (!signal.aborted) console.warn("a reply could not be played", error);
    }
  }

  /** Falls silent and keeps its place. */
  hold(): void {
    if (this.#output) void this.#post({ kind: "hold" });
  }

  goOn(): void {
    if (this.#output) void this.#post({ kind: "go-on" });
  }

  /** Silences everything, and says what was sounding. Nothing of this turn will be heard, even if it still arrives. */
  cut(turnId?: string): Progress | null {
    this.#fetching.abort();
    this.#fetching = new AbortController();
    if (this.#output) void this.#post({ kind: "cut", turnId });
    return this.#current;
  }

  async close(): Promise<void> {
    this.#fetching.abort();
    const output = await this.#output?.catch(() => null);
    this.#output = null;
    this.#current = null;
    clearTimeout(this.#ending?.timer);
    this.#ending = null;
    await output?.context.close();
  }

  /** Where there is no sound, `sound` has told so. */
  async #post(command: PlayoutCommand): Promise<void> {
    const output = await this.#ready().catch(() => null);
    output?.node.port.postMessage(command);
  }

  /** What failed once fails for every piece of speech until `unlock` tries again. */
  #ready(): Promise<Output> {
    this.#output ??= this.#open().catch((error: unknown) => {
      this.#failed = true;
      this.emit("sound", isUnsupported(error) ? "unsupported" : "blocked");
      throw error;
    });
    return this.#output;
  }

  async #open(): Promise<Output> {
    this.#failed = false;
    if (!globalThis.AudioWorkletNode) throw UNSUPPORTED;
    const context = new AudioContext({ sampleRate: SPEECH_RATE, latencyHint: "interactive" });
    try {
      // On a page that is not secure some browsers have the node and nothing to load it with.
      if (!context.audioWorklet) throw UNSUPPORTED;
      await context.audioWorklet.addModule(new URL("./worklets/player.worklet.js", import.meta.url));
    } catch (error) {
      await context.close();
      throw error;
    }
    const node = new AudioWorkletNode(context, "repartee-player", { numberOfInputs: 0, outputChannelCount: [1] });
    node.port.onmessage = ({ data }: MessageEvent<PlayerMessage>) => this.#onMessage(data, context);
    node.connect(context.destination);
    keepRunning(context, (blocked) => this.emit("sound", blocked ? "blocked" : "ready"));
    return { context, node };
  }

  #onMessage({ turnId, played, state, level, at }: PlayerMessage, context: AudioContext): void {
    this.#tellEnding();
    const delayMs = (context.outputLatency || context.baseLatency || 0) * 1000;
    const givenMs = (played / SPEECH_RATE) * 1000;
    // What is held or cut still comes out to where it was given, and what goes on from there does not go back.
    const before = this.#current?.turnId === turnId ? this.#current.playedMs : 0;
    const playedMs = state === "playing" ? Math.max(before, givenMs - delayMs) : givenMs;
    const isOver = state === "ended" || state === "cut";
    const progress = { turnId, playedMs, state, level: isOver ? 0 : level, atMs: at * 1000 };
    if (state === "ended") {
      this.#ending = { over: progress, timer: setTimeout(() => this.#tellEnding(), delayMs) };
      return;
    }
    this.#current = isOver ? null : progress;
    this.emit("progress", progress);
  }

  #tellEnding(): void {
    if (!this.#ending) return;
    const { over, timer } = this.#ending;
    clearTimeout(timer);
    this.#ending = null;
    this.#current = null;
    this.emit("progress", over);
  }
}

interface Output {
  context: AudioContext;
  node: AudioWorkletNode;
}

const UNSUPPORTED = new DOMException("there is no AudioWorklet here", "NotSupportedError");

function isUnsupported(error: unknown): boolean {
  return error instanceof DOMException && error.name === UNSUPPORTED.name;
}

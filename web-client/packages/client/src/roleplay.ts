import { fromPcm16, toBytes } from "./audio/pcm.js";
import { after, type Change, type Conversation, nothingYet, type Problem, TOLD, type Told } from "./conversation.js";
import { Player, type Progress } from "./player.js";
import { RealtimeClient, type RealtimeClientOptions, RealtimeError, type StartOptions } from "./realtime-client.js";
import {
  MicrophoneError,
  Recorder,
  type RecorderOptions,
  type RecorderProblem,
  type RecorderState,
} from "./recorder.js";
import { SpeechGate } from "./speech-gate.js";
import { Store } from "./store.js";
import type { ServerEvents, TurnDetection } from "./wire.js";

/** `push-to-talk`: a turn is what is said between `startTalking` and `stopTalking`. `open`: just speak. */
export type TalkMode = "push-to-talk" | "open";

export interface Microphone {
  state: RecorderState;
  muted: boolean;
  problem: RecorderProblem | null;
}

/** What changes many times a second and is drawn, not read. */
export interface Signals {
  /** How loud the user is, 0 to 1. */
  user: number;
  /** The reply that sounds now. */
  playing: Progress | null;
}

/**
 * A whole conversation: the line, the microphone and the loudspeaker, and who may speak. Everything to show is in its
 * stores; it knows no framework.
 */
export class Roleplay {
  readonly conversation = new Store<Conversation>(nothingYet);
  readonly microphone = new Store<Microphone>({ state: "closed", muted: false, problem: null });
  readonly signals = new Store<Signals>({ user: 0, playing: null });
  readonly talking = new Store(false);
  readonly mode = new Store<TalkMode>("push-to-talk");
  /** The browser waits for a click before anything may sound. */
  readonly soundBlocked = new Store(false);
  readonly client: RealtimeClient;
  readonly #recorder = new Recorder();
  readonly #player = new Player();
  readonly #gate = new SpeechGate();
  /** Turns whose voice comes in pieces, and so not from a file. */
  readonly #streamed = new Set<string>();
  #options: StartOptions = {};
  #reportedAt = 0;

  constructor(options: RealtimeClientOptions) {
    this.client = new RealtimeClient(options);
    this.#listenToServer();
    this.#listenToMicrophone();
    this.#listenToPlayer();
  }

  /** Begins the session or comes back to it. Call it from a click: the persona may speak at once. */
  async start(sessionId: string, options: StartOptions = {}): Promise<void> {
    this.#options = options;
    this.#player.unlock().catch(() => this.soundBlocked.set(true));
    await this.client.connect();
    await this.#startSession(sessionId);
  }

  /** Asks for the microphone, or changes it. What goes wrong is in `microphone`. */
  async openMicrophone(options?: RecorderOptions): Promise<void> {
    try {
      await this.#recorder.open(options);
      this.#listenAlong();
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
    }
  }

  closeMicrophone(): Promise<void> {
    this.talking.set(false);
    return this.#recorder.close();
  }

  mute(muted: boolean): void {
    this.#recorder.mute(muted);
  }

  async setMode(mode: TalkMode): Promise<void> {
    if (mode === this.mode.get()) return;
    await this.stopTalking();
    this.mode.set(mode);
    const { sessionId } = this.client;
    if (sessionId) await this.#startSession(sessionId);
    this.#listenAlong();
  }

  /** The user takes the floor: the persona falls silent. */
  startTalking(): void {
    if (this.#recorder.state !== "ready" || !this.client.sessionId) return;
    this.interrupt();
    this.#recorder.start();
    this.talking.set(true);
  }

  /** The user's turn is over. */
  async stopTalking(): Promise<void> {
    if (!this.talking.get()) return;
    this.talking.set(false);
    await this.#recorder.stop();
    if (this.client.sessionId) this.client.endTurn();
  }

  /** A turn in writing. */
  say(text: string): void {
    this.interrupt();
    this.client.say(text);
  }

  interrupt(): void {
    const cut = this.#player.current;
    this.#player.cut();
    if (cut) this.client.interrupt(cut.turnId, cut.playedMs);
  }

  async setLanguage(language: string): Promise<void> {
    this.#options = { ...this.#options, language };
    if (this.client.sessionId) await this.client.setLanguage(language);
  }

  /** Lets the persona be heard where the browser waited for a click. */
  async unlockSound(): Promise<void> {
    await this.#player.unlock();
  }

  /** Shows a problem, or takes it away. */
  report(problem: Problem | null): void {
    this.#tell({ name: "problem", payload: problem });
  }

  async end(): Promise<void> {
    this.#player.cut();
    await this.stopTalking();
    await this.#recorder.close();
    if (this.client.sessionId) await this.client.endSession();
  }

  /** Leaves the room. The session stays open for a while, so that one may come back. */
  async leave(): Promise<void> {
    this.client.close();
    await Promise.all([this.#recorder.close(), this.#player.close()]);
    this.#tell({ name: "left", payload: null });
  }

  async #startSession(sessionId: string): Promise<void> {
    const options = {
      ...this.#options,
      audio: { binary: true },
      speech: { enabled: true, codec: "pcm16", sampleRate: 24_000 },
      bargeIn: true,
    } as const;
    const wish: TurnDetection = this.mode.get() === "open" ? "vad" : "manual";
    try {
      await this.client.startSession(sessionId, { ...options, turnDetection: wish });
    } catch (error) {
      // A server that does not listen for pauses itself leaves this to the gate here.
      if (wish !== "vad" || !(error instanceof RealtimeError) || error.code !== "BAD_EVENT") throw error;
      await this.client.startSession(sessionId, { ...options, turnDetection: "manual" });
    }
  }

  /** With an open microphone and a server that hears pauses, everything is sent. */
  #listenAlong(): void {
    if (this.mode.get() === "open" && this.#serverHearsPauses()) this.#recorder.start();
  }

  #serverHearsPauses(): boolean {
    return this.conversation.get().turnDetection === "vad";
  }

  #listenToServer(): void {
    const { client } = this;
    for (const name of TOLD) client.on(name, (payload) => this.#tell({ name, payload } as Told));
    client.on("connection", (payload) => this.#tell({ name: "connection", payload }));
    client.on("audio-lost", () => this.#tell({ name: "problem", payload: AUDIO_LOST }));
    client.on("audio-frame", (frame) => this.#onFrame(frame));
    client.on("audio-end", ({ turnId }) => void this.#player.end(turnId));
    client.on("avatar-response", ({ turnId, audioUrl }) => {
      if (this.#streamed.has(turnId)) return;
      if (audioUrl) void this.#player.playFile(turnId, audioUrl);
      else client.reportPlayback(turnId, 0, true);
    });
    client.on("interrupted", () => this.#player.cut());
    client.on("session-ended", () => this.#onEnded());
    client.on("session-force-ended", () => this.#onEnded());
  }

  #onEnded(): void {
    this.#player.cut();
    void this.closeMicrophone();
  }

  #listenToMicrophone(): void {
    const recorder = this.#recorder;
    recorder.on("state", (state) => {
      const { muted } = recorder;
      const problem = state === "ready" ? null : this.microphone.get().problem;
      this.microphone.set({ state, muted, problem });
      if (state === "device-lost") this.talking.set(false);
    });
    recorder.on("problem", (problem) => this.microphone.set({ ...this.microphone.get(), problem }));
    recorder.on("level", (level) => {
      this.signals.set({ ...this.signals.get(), user: level });
      if (this.mode.get() === "open" && this.client.sessionId) this.#onLevel(level);
    });
    recorder.on("chunk", ({ bytes, mimeType }) => {
      if (this.client.sessionId) this.client.sendAudio(bytes, mimeType);
    });
  }

  #onLevel(level: number): void {
    const heard = this.#gate.push(level, LEVEL_EVERY_MS, this.#player.current !== null);
    if (this.#serverHearsPauses()) return this.talking.set(this.#gate.speaking);
    if (heard === "started") this.startTalking();
    if (heard === "ended") void this.stopTalking();
  }

  #listenToPlayer(): void {
    this.#player.on("blocked", (blocked) => this.soundBlocked.set(blocked));
    this.#player.on("failed", ({ turnId }) => this.client.reportPlayback(turnId, 0, true));
    this.#player.on("progress", (progress) => {
      this.signals.set({ ...this.signals.get(), playing: progress.finished ? null : progress });
      if (
        !progress.finished &&
        progress.playedMs >= this.#reportedAt &&
        progress.playedMs - this.#reportedAt < REPORT_EVERY_MS
      )
        return;
      this.#reportedAt = progress.finished ? 0 : progress.playedMs;
      this.client.reportPlayback(progress.turnId, progress.playedMs, progress.finished);
    });
  }

  #onFrame({ turnId, audioData, codec, sampleRate }: ServerEvents["audio-frame"]): void {
    if (codec !== "pcm16") return;
    this.#streamed.add(turnId);
    void this.#player.write(turnId, fromPcm16(toBytes(audioData)), sampleRate);
  }

  #tell(change: Change): void {
    this.conversation.set(after(this.conversation.get(), change));
  }
}

const LEVEL_EVERY_MS = 100;
const REPORT_EVERY_MS = 250;
const AUDIO_LOST = {
  message: "The connection was away for too long: a part of what you said is lost.",
  code: "OVERLOADED",
  retryable: false,
} as const;

import { fromPcm16, toBytes } from "./audio/pcm.js";
import {
  after,
  type Change,
  type Conversation,
  type Hint,
  nothingYet,
  type Problem,
  TOLD,
  type Told,
} from "./conversation.js";
import type { ServerEvents } from "./generated/roleplay.js";
import type { Words } from "./outbox.js";
import { PlaybackReports } from "./playback-reports.js";
import { Player, type Progress, type Sound, SPEECH_RATE } from "./player.js";
import { type Connection, RealtimeClient, type RealtimeClientOptions, type StartOptions } from "./realtime-client.js";
import { RealtimeError } from "./realtime-error.js";
import {
  MicrophoneError,
  Recorder,
  type RecorderOptions,
  type RecorderProblem,
  type RecorderState,
} from "./recorder.js";
import { SpokenWords } from "./spoken-words.js";
import { Store } from "./store.js";

/** `push-to-talk`: a turn is what is said between `startTalking` and `stopTalking`. `open`: just speak, also over the persona. */
export type TalkMode = "push-to-talk" | "open";

export interface RoleplayOptions extends RealtimeClientOptions {
  /** `push-to-talk` where nothing is said. */
  mode?: TalkMode;
}

export interface Microphone {
  state: RecorderState;
  muted: boolean;
  problem: RecorderProblem | null;
}

/** What changes many times a second and is drawn, not read. */
export interface Signals {
  /** How loud the user is, 0 to 1. */
  user: number;
  /** The reply that sounds now, or is held while the user speaks over it. */
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
  /** The words of the reply that sound now. */
  readonly sounding = new Store<string | null>(null);
  /** The user holds the floor by `startTalking`. With an open microphone the conversation's `stage` tells who speaks. */
  readonly talking = new Store(false);
  readonly mode: Store<TalkMode>;
  /** Whether the browser lets both be heard; `blocked` until `unlockSound` is called from a click. */
  readonly sound = new Store<Sound>("ready");
  readonly client: RealtimeClient;
  readonly #recorder = new Recorder();
  readonly #player = new Player();
  readonly #reports = new PlaybackReports();
  readonly #words = new SpokenWords();
  /** Turns whose voice comes in pieces, and so not from a file. */
  readonly #streamed = new Set<string>();
  #options: StartOptions = {};
  #declaredEcho: boolean | undefined;

  constructor({ mode = "push-to-talk", ...options }: RoleplayOptions) {
    this.client = new RealtimeClient(options);
    this.mode = new Store(mode);
    this.#listenToServer();
    this.#listenToMicrophone();
    this.#listenToPlayer();
  }

  /**
   * Begins the session or comes back to it. Call it from a click: the persona may speak at once. What an earlier page kept of
   * the conversation's `waiting` is said too.
   */
  async start(sessionId: string, options: StartOptions = {}, keptWords: Words[] = []): Promise<void> {
    this.#options = options;
    this.report(null);
    // What fails is told in `sound`.
    this.#player.unlock().catch(() => undefined);
    await this.client.connect();
    await this.#startSession(sessionId, keptWords);
  }

  /** Asks for the microphone, or changes it. What goes wrong is in `microphone`. */
  async openMicrophone(options?: RecorderOptions): Promise<void> {
    try {
      await this.#recorder.open(options);
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
    if (mode === "push-to-talk") await this.#recorder.stop();
    await this.#tellAnew();
  }

  /** The user takes the floor: the persona falls silent. */
  startTalking(): void {
    if (this.mode.get() === "open" || this.#recorder.state !== "ready" || !this.#isHeard) return;
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
    if (this.#player.current) this.interrupt();
    this.client.say(text);
  }

  /** The persona falls silent, or does not begin to speak. */
  interrupt(): void {
    const { stage, turnId } = this.conversation.get();
    const cut = this.#player.cut(turnId ?? undefined);
    if (cut) this.client.interrupt(cut.turnId, cut.playedMs);
    else if (turnId && (stage === "thinking" || stage === "speaking")) this.client.interrupt(turnId, 0);
  }

  /** Whether the session speaks it from now on; where it does not, `problem` says why. */
  async setLanguage(language: string): Promise<boolean> {
    const before = this.#options;
    const spoken = this.conversation.get().language;
    this.#options = { ...before, language };
    this.#tell({ name: "language", payload: language });
    if (!this.client.sessionId) return true;
    try {
      await this.client.setLanguage(language);
      // The session may have begun meanwhile, in the language before.
      this.#tell({ name: "language", payload: language });
      return true;
    } catch (error) {
      this.#options = before;
      this.#tell({ name: "language", payload: spoken });
      this.report(error instanceof RealtimeError ? error : NO_ANSWER);
      return false;
    }
  }

  /** Lets both be heard where the browser waited for a click. What fails is told in `sound`. */
  async unlockSound(): Promise<void> {
    await Promise.allSettled([this.#player.unlock(), this.#recorder.unlock()]);
  }

  /** What coaches whispered before this page was there, as REST tells it. */
  recallHints(hints: Hint[]): void {
    this.#tell({ name: "hints-known", payload: hints });
  }

  /** Shows a problem, or takes it away. */
  report(problem: Problem | null): void {
    this.#tell({ name: "problem", payload: problem });
  }

  /** Ends the session, at the latest when the line is back. Where the server does not do it, `problem` says why. */
  async end(): Promise<void> {
    this.#player.cut();
    await this.stopTalking();
    await this.#recorder.close();
    if (!this.client.sessionId) return;
    this.#tell({ name: "end-asked", payload: true });
    try {
      await this.client.endSession();
    } catch (error) {
      // The room was left meanwhile.
      if (!this.client.sessionId && !(error instanceof RealtimeError)) return;
      this.#tell({ name: "end-asked", payload: false });
      if (error instanceof RealtimeError && error.sessionIsGone) this.#tell(gone("user_ended"));
      else this.report(error instanceof RealtimeError ? error : NO_ANSWER);
    }
  }

  /** Leaves the room. The session stays open for a while, so that one may come back. */
  async leave(): Promise<void> {
    this.client.close();
    await Promise.all([this.#recorder.close(), this.#player.close()]);
    this.#tell({ name: "left", payload: null });
  }

  async #startSession(sessionId: string, keptWords: Words[] = []): Promise<void> {
    const { echoCancellation } = this.#recorder;
    this.#declaredEcho = echoCancellation;
    const options: StartOptions = {
      ...this.#options,
      audio: { binary: true, echoCancellation },
      speech: { enabled: true, codec: "pcm16", sampleRate: SPEECH_RATE },
      bargeIn: true,
      turnDetection: this.mode.get() === "open" ? "vad" : "manual",
    };
    await this.client.startSession(sessionId, options, keptWords);
  }

  /** Tells the server how this client wants to converse now. Where the line is down it is told when it is back. */
  async #tellAnew(): Promise<void> {
    const { sessionId } = this.client;
    if (!sessionId) return;
    try {
      await this.#startSession(sessionId);
    } catch (error) {
      if (error instanceof RealtimeError) this.report(error);
    }
  }

  /** With an open microphone everything is sent: who speaks, and when it is a turn, is heard by the server. */
  #listenAlong(): void {
    if (this.mode.get() === "open" && this.#isHeard) this.#recorder.start();
  }

  /** What is said here goes to the server, now or when the line is back. */
  get #isHeard(): boolean {
    return this.client.sessionId !== null && this.client.connection.status !== "closed";
  }

  /** What was recorded until now is kept for the session; what is said from now on is nobody's business. */
  #onConnection(connection: Connection): void {
    this.#tell({ name: "connection", payload: connection });
    if (connection.status !== "closed") return;
    this.talking.set(false);
    void this.#recorder.stop();
  }

  #listenToServer(): void {
    const { client } = this;
    for (const name of TOLD) client.on(name, (payload) => this.#tell({ name, payload } as Told));
    client.on("connection", (connection) => this.#onConnection(connection));
    client.on("words-waiting", (words) => this.#tell({ name: "words-waiting", payload: words }));
    client.on("words-lost", (lost) => this.#tell({ name: "words-lost", payload: lost }));
    client.on("audio-lost", () => this.#tell({ name: "problem", payload: AUDIO_LOST }));
    client.on("session-state", (stage) => this.#onStage(stage));
    client.on("session-started", () => this.#onStarted());
    client.on("audio-frame", (frame) => this.#onFrame(frame));
    client.on("audio-end", ({ turnId }) => void this.#player.end(turnId));
    client.on("avatar-response", ({ turnId, audioUrl }) => {
      if (this.#streamed.has(turnId)) return;
      if (audioUrl) void this.#player.playFile(turnId, audioUrl);
      else client.reportPlayback(turnId, 0, true);
    });
    client.on("interrupted", ({ turnId }) => this.#player.cut(turnId));
    client.on("session-gone", () => {
      this.#tell(gone("gone"));
      this.#onEnded();
    });
    client.on("session-ended", () => this.#onEnded());
    client.on("session-force-ended", () => this.#onEnded());
  }

  /** Whoever speaks over the persona is listened to: it goes on where it stopped, or is interrupted. */
  #onStage({ state, turnId }: ServerEvents["session-state"]): void {
    if (state === "thinking" && turnId) this.#player.begin(turnId);
    // A server that came back in the midst of an answer does not say it to its end.
    if (state === "listening") void this.#player.end();
    if (state === "hearing" || state === "paused") this.#player.hold();
    else this.#player.goOn();
  }

  #onStarted(): void {
    this.#listenAlong();
    const { last } = this.#reports;
    if (last) this.client.reportPlayback(last.turnId, last.playedMs, last.done);
  }

  #onEnded(): void {
    this.#player.cut();
    void this.closeMicrophone();
  }

  #listenToMicrophone(): void {
    const recorder = this.#recorder;
    recorder.on("state", (state) => {
      const { muted } = recorder;
      const before = this.microphone.get();
      this.microphone.set({ state, muted, problem: state === "ready" ? null : before.problem });
      if (state === "device-lost") this.talking.set(false);
      if (state === "ready" && before.state === "opening") this.#onOpened();
    });
    recorder.on("problem", (problem) => this.microphone.set({ ...this.microphone.get(), problem }));
    recorder.on("level", (level) => this.signals.set({ ...this.signals.get(), user: level }));
    recorder.on("chunk", ({ bytes, mimeType }) => {
      if (this.client.sessionId) this.client.sendAudio(bytes, mimeType);
    });
  }

  #onOpened(): void {
    this.#listenAlong();
    // The server should know whether this microphone hears the loudspeaker.
    if (this.#recorder.echoCancellation !== this.#declaredEcho) void this.#tellAnew();
  }

  #listenToPlayer(): void {
    let [played, unheard]: [Sound, boolean] = ["ready", false];
    const tell = () => this.sound.set(played === "ready" && unheard ? "blocked" : played);
    this.#player.on("sound", (sound) => {
      played = sound;
      tell();
    });
    this.#recorder.on("blocked", (blocked) => {
      unheard = blocked;
      tell();
    });
    this.#player.on("failed", ({ turnId }) => this.client.reportPlayback(turnId, 0, true));
    this.#player.on("progress", (progress) => {
      const isOver = progress.state === "ended" || progress.state === "cut";
      this.signals.set({ ...this.signals.get(), playing: isOver ? null : progress });
      if (isOver) this.#words.forget(progress.turnId);
      this.sounding.set(this.#words.at(progress.turnId, progress.playedMs));
      const report = this.#reports.after(progress);
      if (report) this.client.reportPlayback(report.turnId, report.playedMs, report.done);
    });
  }

  /** Frames are of one length, the last one included. */
  #onFrame({ turnId, frame, durationMs, audioData, text }: ServerEvents["audio-frame"]): void {
    const samples = fromPcm16(toBytes(audioData));
    this.#streamed.add(turnId);
    if (text) this.#words.add(turnId, frame * durationMs, text);
    void this.#player.write(turnId, samples, frame * samples.length);
  }

  #tell(change: Change): void {
    this.conversation.set(after(this.conversation.get(), change));
  }
}

const AUDIO_LOST: Problem = {
  message: "The connection was away for too long: a part of what you said is lost.",
  code: "AUDIO_LOST",
  retryable: false,
};
const NO_ANSWER: Problem = {
  message: "The server did not answer. Try it once more.",
  code: "NO_ANSWER",
  retryable: true,
};

function gone(reason: "gone" | "user_ended"): Change {
  return { name: "gone", payload: { reason } };
}

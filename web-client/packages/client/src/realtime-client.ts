import { io, type Socket } from "socket.io-client";
import { waitBefore } from "./backoff.js";
import { Emitter } from "./emitter.js";
import type { Ack, ClientEvents, ServerEvents } from "./generated/roleplay.js";
import type { Command, Entry, Words } from "./outbox.js";
import { RealtimeError } from "./realtime-error.js";
import { newSession, type Session } from "./session.js";

/** How the line to the server is. */
export type Connection =
  | { status: "idle" }
  | { status: "connecting" }
  | { status: "connected" }
  | { status: "reconnecting"; attempt: number }
  /** It will not come back by itself; `connect` tries again. */
  | { status: "closed"; reason: "closed" | "refused" | "taken-over" };

export interface RealtimeClientOptions {
  /** Where the server is; this page's own origin by default. */
  url?: string;
  /** A token, or who to ask for a fresh one at every connection. */
  token: string | (() => string | Promise<string>);
}

export type StartOptions = Omit<ClientEvents["start-session"], "sessionId" | "resumeFrom">;
export type Started = ServerEvents["session-started"];
/** Every server event, and what only this side knows. */
export type ClientSideEvents = ServerEvents & {
  connection: Connection;
  /** More was recorded than could be kept while the line was down. */
  "audio-lost": { bytes: number };
  /** What was said in writing and the server has not taken yet, oldest first. */
  "words-waiting": Words[];
  /** What was said in writing and the session was over before it became a turn. */
  "words-lost": { sessionId: string; words: Words[] };
  /** It had ended already when this client asked for it. */
  "session-gone": { sessionId: string };
};

/**
 * One connection and at most one session on it. Audio is kept until the server stored it; after a lost line the session is
 * taken up where it was and everything unstored goes out again. It knows nothing of microphones, loudspeakers or screens.
 */
export class RealtimeClient extends Emitter<ClientSideEvents> {
  readonly #socket: Socket;
  readonly #options: RealtimeClientOptions;
  #connection: Connection = { status: "idle" };
  #session: Session | null = null;
  #refreshed = false;
  #pacing: ReturnType<typeof setTimeout> | undefined;
  #comingBack: ReturnType<typeof setTimeout> | undefined;
  /** So many times in a row the server sent this client away, or nobody knew a token. */
  #sentAway = 0;
  #said = 0;
  #withoutToken = 0;
  /** How long the server asked to be left alone. */
  #askedForMs: number | undefined;

  constructor(options: RealtimeClientOptions) {
    super();
    this.#options = options;
    this.#socket = io(options.url ?? globalThis.location?.origin, {
      autoConnect: false,
      transports: ["websocket", "polling"],
      reconnectionDelay: 500,
      reconnectionDelayMax: 5000,
      withCredentials: true,
      auth: (give) => void this.#introduce(give),
    });
    this.#listen();
  }

  get connection(): Connection {
    return this.#connection;
  }

  get sessionId(): string | null {
    return this.#session?.id ?? null;
  }

  /** Recorded bytes that the server has not stored yet. */
  get unstoredBytes(): number {
    return this.#session?.outbox.unstoredBytes ?? 0;
  }

  /** Resolves once the server took the token; rejects when it did not, and with an `AbortError` after `close`. */
  async connect(): Promise<void> {
    if (this.#connection.status === "connected") return;
    const settled = new Promise<void>((resolve, reject) => {
      const stop = this.on("connection", (connection) => {
        if (connection.status === "connected") resolve();
        else if (connection.status === "closed")
          reject(connection.reason === "closed" ? LEFT : new RealtimeError(REFUSED));
        else return;
        stop();
      });
    });
    clearTimeout(this.#comingBack);
    this.#withoutToken = 0;
    this.#become({ status: "connecting" });
    this.#socket.connect();
    await settled;
  }

  /**
   * Begins the session or comes back to it. Calling it again for the same session changes its options. What the server
   * cannot do now is asked for again until it can. What an earlier page kept of `words-waiting` is said once it has begun.
   */
  startSession(sessionId: string, options: StartOptions, keptWords: Words[] = []): Promise<Started> {
    if (this.#session?.id !== sessionId) {
      this.#forgetSession(LEFT);
      this.#session = newSession(sessionId, options, now());
      for (const words of keptWords) this.#session.outbox.command(words);
      if (keptWords.length > 0) this.emit("words-waiting", keptWords);
    }
    const session = this.#session;
    session.options = options;
    return new Promise((resolve, reject) => {
      session.asking.push({ resolve, reject });
      this.#enter(session);
    });
  }

  /** Sends a piece of a recording now, or as soon as the line is back. */
  sendAudio(audio: Uint8Array, mimeType?: string): void {
    const session = this.#need();
    if (session.outbox.record(audio, mimeType) === null) this.emit("audio-lost", { bytes: audio.length });
    this.#flush();
  }

  /** A turn in writing. */
  say(text: string): void {
    const { outbox } = this.#need();
    outbox.command({ kind: "say", text, id: `${PAGE}-${this.#said++}` });
    this.emit("words-waiting", outbox.words);
    this.#flush();
  }

  endTurn(): void {
    this.#need().outbox.command({ kind: "end-turn" });
    this.#flush();
  }

  /** Tells what the user has really heard of a reply. Only the newest word counts, so none is kept for later. */
  reportPlayback(turnId: string, playedMs: number, done = false): void {
    if (!this.#session?.live) return;
    this.#socket.emit("playback-progress", {
      sessionId: this.#session.id,
      turnId,
      playedMs: Math.round(playedMs),
      done,
    });
  }

  interrupt(turnId: string, playedMs: number): void {
    if (!this.#session?.live) return;
    this.#socket.emit("interrupt", { sessionId: this.#session.id, turnId, playedMs: Math.round(playedMs) });
  }

  /** Where the line is down it is told when it is back. Rejects where the session goes on in the language that it had. */
  async setLanguage(language: string): Promise<void> {
    const session = this.#need();
    const before = session.options;
    session.options = { ...before, language };
    if (this.#connection.status !== "connected") return;
    try {
      // What is being asked for right now was asked for in the language before.
      if (!session.live) await new Promise((resolve, reject) => session.asking.push({ resolve, reject }));
      await this.#request("set-language", { sessionId: session.id, language });
    } catch (error) {
      if (!session.live && !(error instanceof RealtimeError)) return;
      session.options = before;
      throw error;
    }
  }

  pause(): Promise<void> {
    return this.#request("pause-session", { sessionId: this.#need().id });
  }

  resume(): Promise<void> {
    return this.#request("resume-session", { sessionId: this.#need().id });
  }

  /**
   * Resolves when the server has ended it. Where the line is down, or breaks before that, it is asked for when it is back,
   * unless another tab has taken the session over.
   */
  async endSession(): Promise<void> {
    const session = this.#need();
    const { status } = this.#connection;
    if (status === "closed" && this.#connection.reason === "taken-over") throw new RealtimeError(TAKEN_OVER);
    const ended = new Promise<void>((resolve, reject) => session.ending.push({ resolve, reject }));
    session.outbox.end();
    this.#flush();
    await ended;
  }

  /** A coach reads along. What the server remembers after `fromEventSeq` is told again. */
  observe(sessionId: string, fromEventSeq?: number): Promise<void> {
    return this.#request("observe-session", { sessionId, fromEventSeq });
  }

  stopObserving(sessionId: string): Promise<void> {
    return this.#request("stop-observing", { sessionId });
  }

  whisper(sessionId: string, text: string): Promise<void> {
    // It is acknowledged once it is written down, which may take as long as the store is away.
    const withinMs = this.#connection.status === "connected" ? null : ANSWER_WITHIN_MS;
    return this.#request("coach-hint", { sessionId, text, to: "trainee" }, withinMs);
  }

  /** Milliseconds to the server and back. */
  async ping(): Promise<number> {
    const sentAt = now();
    await this.#request("ping", {});
    return now() - sentAt;
  }

  /** Leaves without ending the session: the server keeps it for a while. */
  close(): void {
    this.#forgetSession(LEFT);
    this.#stop("closed");
  }

  #listen(): void {
    const socket = this.#socket;
    socket.onAny((name: keyof ServerEvents, payload: ServerEvents[keyof ServerEvents]) => this.#onEvent(name, payload));
    socket.on("disconnect", (reason) => {
      if (this.#session) this.#session.live = false;
      if (this.#connection.status === "closed") return;
      this.#become({ status: "reconnecting", attempt: this.#sentAway });
      if (reason === "io server disconnect") this.#comeBack();
    });
    socket.on("connect_error", () => {
      if (this.#connection.status !== "connecting") this.#become({ status: "reconnecting", attempt: 1 });
      if (!socket.active) this.#stop("refused");
    });
    socket.io.on("reconnect_attempt", (attempt) => {
      if (this.#connection.status !== "closed") this.#become({ status: "reconnecting", attempt });
    });
  }

  #onEvent(name: keyof ServerEvents, payload: ServerEvents[keyof ServerEvents]): void {
    const session = this.#session;
    if (name === "connected") return this.#onConnected();
    if (name === "error") this.#onError(payload as ServerEvents["error"]);
    if (session && "sessionId" in payload && payload.sessionId === session.id) {
      // An error that only answers one event of ours has no number and is always news.
      if (!session.order.accept("eventSeq" in payload ? payload.eventSeq : undefined)) return;
      if (name === "session-started") this.#onStarted(session, payload as Started);
      if (name === "audio-received") session.outbox.stored((payload as ServerEvents["audio-received"]).throughSeq);
      if (name === "audio-gap") {
        session.outbox.resendFrom((payload as ServerEvents["audio-gap"]).expectedSeq);
        this.#flush();
      }
      if (name === "session-ended" || name === "session-force-ended") this.#onEnded(session);
    }
    this.emit(name, payload);
  }

  #onConnected(): void {
    this.#refreshed = false;
    this.#sentAway = 0;
    this.#become({ status: "connected" });
    this.emit("connected", { message: "", timestamp: Date.now() });
    const session = this.#session;
    if (session) this.#enter(session);
  }

  #onStarted(session: Session, started: Started): void {
    if (!session.entered) {
      // A page that has seen nothing yet begins after what `history` tells.
      session.order.accept(started.lastEventSeq);
      session.entered = true;
    }
    session.outbox.begin(started);
    session.live = true;
    for (const { resolve } of session.asking.splice(0)) resolve(started);
    this.#flush();
  }

  #onEnded(session: Session): void {
    for (const { resolve } of session.ending.splice(0)) resolve();
    const { heldBack } = session.outbox;
    this.#forgetSession(LEFT);
    if (heldBack.length > 0) this.emit("words-lost", { sessionId: session.id, words: heldBack });
  }

  #onError(error: ServerEvents["error"]): void {
    this.#askedForMs = error.retryAfterMs;
    if (error.code === "SESSION_TAKEN_OVER") return this.#stop("taken-over");
    const unknown = error.code === undefined && this.#connection.status === "connecting";
    if (!unknown && error.code !== "UNAUTHENTICATED" && error.code !== "TOKEN_EXPIRED") return;
    // A provider may know a newer token; a fixed one will not get better.
    if (typeof this.#options.token === "string" || this.#refreshed) return this.#stop("refused");
    this.#refreshed = true;
  }

  /** Where the line is down this happens when it is back. */
  #enter(session: Session): void {
    clearTimeout(session.again);
    if (this.#connection.status !== "connected") return;
    const resumeFrom = session.entered ? session.order.seen : undefined;
    const asked = this.#request("start-session", { ...session.options, sessionId: session.id, resumeFrom });
    asked.then(
      () => {
        session.failures = 0;
      },
      (error: unknown) => this.#onNotEntered(session, error),
    );
  }

  #onNotEntered(session: Session, error: unknown): void {
    if (this.#session !== session) return;
    const refusal = error instanceof RealtimeError ? error : undefined;
    if (refusal && !refusal.retryable) return this.#onRefused(session, refusal);
    if (this.#connection.status !== "connected") return;
    if (refusal) this.#tellError(session, refusal);
    clearTimeout(session.again);
    session.again = setTimeout(() => this.#enter(session), waitBefore(session.failures++, refusal?.retryAfterMs));
  }

  /** Whoever asked is told; nobody asked for coming back by itself. */
  #onRefused(session: Session, refusal: RealtimeError): void {
    const nobodyAsked = session.asking.length === 0;
    if (refusal.sessionIsGone || !session.entered) this.#forgetSession(refusal);
    for (const { reject } of session.asking.splice(0)) reject(refusal);
    if (refusal.sessionIsGone) this.emit("session-gone", { sessionId: session.id });
    else if (nobodyAsked) this.#tellError(session, refusal);
  }

  #tellError(session: Session, { code, message, retryable }: RealtimeError): void {
    this.emit("error", { code, message, retryable, type: "", sessionId: session.id, timestamp: Date.now() });
  }

  #forgetSession(why: Error): void {
    const session = this.#session;
    this.#session = null;
    clearTimeout(this.#pacing);
    clearTimeout(session?.again);
    if (!session) return;
    for (const { reject } of [...session.asking.splice(0), ...session.ending.splice(0)]) reject(why);
    if (session.outbox.words.length > 0) this.emit("words-waiting", []);
  }

  #flush(): void {
    const session = this.#session;
    if (!session?.live) return;
    for (const entry of session.outbox.take(now())) this.#send(session, entry);
    clearTimeout(this.#pacing);
    if (session.outbox.isHeldUp) this.#pacing = setTimeout(() => this.#flush(), PACING_MS);
  }

  #send(session: Session, entry: Entry): void {
    if (entry.kind === "command") return this.#sendCommand(session, entry.command);
    const { seq, audio, mimeType } = entry;
    this.#socket.emit("audio-chunk", { sessionId: session.id, seq, audioData: audio, mimeType, timestamp: Date.now() });
  }

  #sendCommand(session: Session, command: Command): void {
    this.#ask(session.id, command).then(
      () => this.#onTaken(session, command),
      (error: unknown) => this.#onNotTaken(session, command, error),
    );
  }

  #ask(sessionId: string, command: Command): Promise<void> {
    // It is acknowledged when its turn comes, which may take as long as an answer lasts.
    if (command.kind === "say")
      return this.#request("transcription", { sessionId, text: command.text, isFinal: true, id: command.id }, null);
    return this.#request(command.kind, { sessionId });
  }

  #onTaken(session: Session, command: Command): void {
    session.refusals = 0;
    // A server may accept it and be gone before it has done it.
    if (command.kind === "end-session") return;
    session.outbox.taken(command);
    if (this.#session === session && command.kind === "say") this.emit("words-waiting", session.outbox.words);
  }

  #onNotTaken(session: Session, command: Command, error: unknown): void {
    const isOver = error instanceof RealtimeError && error.sessionIsGone;
    if (isOver && command.kind === "say") this.#onLost(session, command);
    if (this.#session !== session) return;
    // A refusal is an answer; a line that broke, or a server that stops, means sending it again.
    if (!(error instanceof RealtimeError)) {
      if (command.kind === "end-session" && session.live) this.#onNotEnded(session, error as Error);
      return;
    }
    if (error.code === "SHUTTING_DOWN") return;
    if (error.retryable) {
      const wait = waitBefore(session.refusals++, error.retryAfterMs);
      if (session.outbox.putOff(command, now() + wait)) this.#tellError(session, error);
      return this.#flush();
    }
    session.outbox.taken(command);
    if (command.kind === "say") this.emit("words-waiting", session.outbox.words);
    if (command.kind !== "end-session") return this.#tellError(session, error);
    this.#onNotEnded(session, error);
    if (error.sessionIsGone) this.#forgetSession(error);
  }

  /** What was sent twice is answered twice. */
  #onLost(session: Session, words: Words): void {
    if (!session.outbox.words.includes(words)) return;
    session.outbox.taken(words);
    this.emit("words-lost", { sessionId: session.id, words: [words] });
  }

  #onNotEnded(session: Session, why: Error): void {
    for (const { reject } of session.ending.splice(0)) reject(why);
  }

  /** A line that breaks is an error too, so that nobody waits for ever where there is no limit. */
  async #request<Name extends keyof ClientEvents>(
    name: Name,
    payload: ClientEvents[Name],
    withinMs: number | null = ANSWER_WITHIN_MS,
  ): Promise<void> {
    const socket = withinMs === null ? this.#socket : this.#socket.timeout(withinMs);
    const ack: Ack = await socket.emitWithAck(name, payload);
    if (!ack.ok && ack.error) throw new RealtimeError(ack.error);
  }

  /** The library waits for the answer for ever, so that it has to get one, or be told to hang up. */
  async #introduce(give: (auth: { token: string }) => void): Promise<void> {
    const { token } = this.#options;
    try {
      const known = typeof token === "string" ? token : await token();
      this.#withoutToken = 0;
      give({ token: known });
    } catch (error) {
      console.warn("nobody knew a token", error);
      this.#onNoToken();
    }
  }

  #onNoToken(): void {
    if (this.#connection.status === "closed") return;
    if (++this.#withoutToken === TOKEN_TRIES) return this.#stop("refused");
    this.#socket.disconnect();
    this.#comeBack();
  }

  #comeBack(): void {
    clearTimeout(this.#comingBack);
    this.#comingBack = setTimeout(() => this.#socket.connect(), waitBefore(this.#sentAway++, this.#askedForMs));
    this.#askedForMs = undefined;
  }

  #need(): Session {
    if (!this.#session) throw new Error("there is no session: call startSession first");
    return this.#session;
  }

  #stop(reason: "closed" | "refused" | "taken-over"): void {
    clearTimeout(this.#comingBack);
    this.#become({ status: "closed", reason });
    this.#socket.disconnect();
    if (!this.#session || reason !== "taken-over") return;
    this.#session.outbox.goOn();
    this.#onNotEnded(this.#session, new RealtimeError(TAKEN_OVER));
  }

  #become(connection: Connection): void {
    this.#connection = connection;
    this.emit("connection", connection);
  }
}

/** So that a turn which is sent again, perhaps to another server, is known again. */
const PAGE = Math.random().toString(36).slice(2);
const ANSWER_WITHIN_MS = 10_000;
const PACING_MS = 250;
const TOKEN_TRIES = 4;
const LEFT = new DOMException("the client was closed", "AbortError");
const REFUSED = {
  message: "The server did not accept the sign-in.",
  code: "UNAUTHENTICATED",
  retryable: false,
} as const;
const TAKEN_OVER = {
  message: "Another tab has taken the session over.",
  code: "SESSION_TAKEN_OVER",
  retryable: false,
} as const;

function now(): number {
  return performance.now();
}

/** What is known about a session, as a pure function of what was told. It knows no socket, sound or screen. */

import type {
  ErrorCode,
  ForceEndedBy,
  ServerEvents,
  TurnDetectionInForce,
  TurnLatency,
  Viseme,
} from "./generated/roleplay.js";
import type { Words } from "./outbox.js";
import type { Connection } from "./realtime-client.js";

export interface Conversation {
  connection: Connection;
  sessionId: string | null;
  stage: Stage;
  /** Whose answer the stage is about, if there is one. */
  turnId: string | null;
  lines: Line[];
  /** What the user wrote and the server has not taken yet. */
  waiting: Words[];
  /** What the user wrote and the session was over before it became a turn. */
  lost: Words[];
  /** What the user is saying right now, as far as it was understood. */
  partial: PartialWords | null;
  /** The user has said all, and it is not known yet what it was. */
  understanding: boolean;
  turnCount: number;
  maxTurns: number;
  turnDetection: TurnDetectionInForce;
  /** What the session speaks; `null` until the server says it or the user chooses it. */
  language: string | null;
  /** So long may a turn in writing be; `null` until the server says it. */
  maxTextChars: number | null;
  providers: ServerEvents["session-started"]["providers"] | null;
  latency: TurnLatency | null;
  /** What coaches whispered, oldest first. */
  hints: Hint[];
  /** Who reads along. */
  observers: string[];
  problem: Problem | null;
  /** The scenario's turns are used up. */
  ending: boolean;
  /** The user wants to end it, and the server has not done it yet. */
  endAsked: boolean;
  ended: Ended | null;
}

export interface Hint {
  text: string;
  timestamp: number;
}

export type Stage = ServerEvents["session-state"]["state"];

export interface Line {
  role: "user" | "ai";
  turnId: string;
  text: string;
  timestamp: number;
  /** False while the reply is still coming in. */
  complete: boolean;
  provider?: string;
  /** A demonstration provider made this text. */
  demo?: boolean;
  /** The reply was interrupted; this is what the user heard of it. */
  heardText?: string;
  face?: Face;
}

export interface PartialWords {
  turnId: string;
  text: string;
  /** So many characters will not change any more. */
  stableChars: number;
}

export interface Face {
  visemes: Viseme[];
  expression: string;
  durationMs: number;
  /** A demonstration provider made the voice or the face. */
  demo: boolean;
}

/** What the server says was wrong, or what only this side knows. */
export type ProblemCode = ErrorCode | "AUDIO_LOST" | "NO_ANSWER";

export interface Problem {
  code: ProblemCode;
  message: string;
  /** It may get better by itself, or by trying again. */
  retryable: boolean;
  turnId?: string;
}

export interface Ended {
  /** As the server says it; `gone` when it had ended before this side came back. */
  reason: string;
  /** Why the server ended it by itself; `null` where it did not. */
  cause: ForceEndedBy | null;
  totalTurns: number;
  durationMs: number | null;
  reportUrl: string | null;
  recordingUrl: string | null;
}

/** The events that make up the conversation. */
export const TOLD = [
  "session-started",
  "session-state",
  "speech-started",
  "speech-stopped",
  "transcription-partial",
  "transcription",
  "ai-response-delta",
  "ai-response",
  "avatar-response",
  "interrupted",
  "turn-latency",
  "coach-hint",
  "observer-joined",
  "observer-left",
  "session-ending",
  "session-ended",
  "session-force-ended",
  "error",
] as const satisfies (keyof ServerEvents)[];

export type Told = { [Name in keyof ServerEvents]: { name: Name; payload: ServerEvents[Name] } }[keyof ServerEvents];
export type Change =
  | Told
  | { name: "connection"; payload: Connection }
  | { name: "problem"; payload: Problem | null }
  | { name: "gone"; payload: { reason: "gone" | "user_ended" } }
  | { name: "language"; payload: string | null }
  | { name: "hints-known"; payload: Hint[] }
  | { name: "words-waiting"; payload: Words[] }
  | { name: "words-lost"; payload: { sessionId: string; words: Words[] } }
  | { name: "end-asked"; payload: boolean }
  | { name: "left"; payload: null };

export const nothingYet: Conversation = {
  connection: { status: "idle" },
  sessionId: null,
  stage: "listening",
  turnId: null,
  lines: [],
  waiting: [],
  lost: [],
  partial: null,
  understanding: false,
  turnCount: 0,
  maxTurns: 0,
  turnDetection: "manual",
  language: null,
  maxTextChars: null,
  providers: null,
  latency: null,
  hints: [],
  observers: [],
  problem: null,
  ending: false,
  endAsked: false,
  ended: null,
};

export function after(now: Conversation, change: Change): Conversation {
  switch (change.name) {
    case "connection":
      return { ...now, connection: change.payload };
    case "problem":
      return { ...now, problem: change.payload };
    case "gone":
      return { ...now, ended: endedAs(change.payload.reason, now.turnCount) };
    case "language":
      return { ...now, language: change.payload };
    case "hints-known":
      return { ...now, hints: merged(change.payload, now.hints) };
    case "words-waiting":
      return { ...now, waiting: change.payload };
    case "words-lost": {
      const { sessionId, words } = change.payload;
      return sessionId === now.sessionId ? { ...now, lost: [...now.lost, ...words] } : now;
    }
    case "end-asked":
      return { ...now, endAsked: change.payload };
    case "left":
      return { ...nothingYet, connection: now.connection };
    case "session-started":
      return started(now, change.payload);
    case "session-state":
      return atStage(now, change.payload);
    case "speech-started":
      return { ...now, partial: now.understanding ? null : now.partial, understanding: false };
    case "speech-stopped":
      // A filler over the persona ends no turn once the persona has gone on.
      return { ...now, understanding: change.payload.endOfTurn && now.stage !== "speaking" };
    case "transcription-partial": {
      const { turnId, text, stableChars } = change.payload;
      return { ...now, partial: { turnId, text, stableChars } };
    }
    case "transcription": {
      const { turnId, text, timestamp, provider, demo } = change.payload;
      const line: Line = { role: "user", turnId, text, timestamp, complete: true, provider, demo };
      const partial = now.partial?.turnId === turnId ? null : now.partial;
      return { ...now, partial, problem: null, lines: upsert(now.lines, line) };
    }
    case "ai-response-delta": {
      const { turnId, index, text, timestamp } = change.payload;
      const before = find(now.lines, "ai", turnId);
      if (before?.complete) return now;
      // A server that came back begins its answer anew.
      const said = index === 0 ? "" : (before?.text ?? "");
      const line: Line = { role: "ai", turnId, timestamp, complete: false, text: said + text };
      return { ...now, lines: upsert(now.lines, line) };
    }
    case "ai-response": {
      const { turnId, text, timestamp, provider, demo, turnCount, maxTurns } = change.payload;
      const line: Line = { role: "ai", turnId, text, timestamp, complete: true, provider, demo };
      return { ...now, turnCount, maxTurns, problem: null, lines: upsert(now.lines, line) };
    }
    case "avatar-response": {
      const { turnId, visemes, expression, duration, demo } = change.payload;
      const face = {
        visemes: visemes ?? [],
        expression: expression ?? "neutral",
        durationMs: duration,
        demo: demo ?? false,
      };
      return { ...now, lines: update(now.lines, turnId, { face }) };
    }
    case "interrupted":
      return {
        ...now,
        lines: update(now.lines, change.payload.turnId, { heardText: change.payload.heardText, complete: true }),
      };
    case "turn-latency":
      return { ...now, latency: change.payload };
    case "coach-hint":
      return { ...now, hints: merged(now.hints, [{ text: change.payload.text, timestamp: change.payload.timestamp }]) };
    case "observer-joined":
      return { ...now, observers: [...new Set([...now.observers, change.payload.userId])] };
    case "observer-left":
      return { ...now, observers: now.observers.filter((userId) => userId !== change.payload.userId) };
    case "session-ending":
      return { ...now, ending: true };
    case "session-ended": {
      const { reason, totalTurns, duration, reportUrl, recordingUrl } = change.payload;
      return { ...now, ended: { reason, cause: null, totalTurns, durationMs: duration, reportUrl, recordingUrl } };
    }
    case "session-force-ended": {
      const { reason, cause, totalTurns } = change.payload;
      // An older server does not tell.
      return { ...now, ended: { ...endedAs(reason, totalTurns), cause: cause ?? null } };
    }
    case "error": {
      const { message, code, retryable, turnId } = change.payload;
      // What the store does not get later either is the contrary of what waits for it.
      const isLost = code === "STORAGE_UNAVAILABLE" && !retryable;
      return { ...now, problem: { message, code: isLost ? "AUDIO_LOST" : code, retryable, turnId } };
    }
    default:
      return now;
  }
}

/** The words that will not change, and those that may. Characters are counted as the server counts them. */
export function stableAndNot({ text, stableChars }: PartialWords): [stable: string, open: string] {
  const characters = [...text];
  return [characters.slice(0, stableChars).join(""), characters.slice(stableChars).join("")];
}

/** What was heard of a line, and what was not. */
export function heardAndNot({ text, heardText }: Line): [heard: string, unheard: string] {
  if (heardText === undefined) return [text, ""];
  return [heardText, text.startsWith(heardText) ? text.slice(heardText.length) : ""];
}

function atStage(now: Conversation, { state, turnId }: ServerEvents["session-state"]): Conversation {
  const next = { ...now, stage: state, turnId: turnId ?? null };
  const isOver = state === "listening" || state === "speaking";
  return { ...next, understanding: now.understanding && state === "hearing", partial: isOver ? null : now.partial };
}

function endedAs(reason: string, totalTurns: number): Ended {
  return { reason, cause: null, totalTurns, durationMs: null, reportUrl: null, recordingUrl: null };
}

/** Whoever comes back is told again what they may know already. */
function merged(hints: Hint[], more: Hint[]): Hint[] {
  const news = more.filter(({ text, timestamp }) =>
    hints.every((known) => known.text !== text || known.timestamp !== timestamp),
  );
  return news.length === 0 ? hints : [...hints, ...news].sort((a, b) => a.timestamp - b.timestamp);
}

/** Who watches is told again after it. */
function started(now: Conversation, payload: ServerEvents["session-started"]): Conversation {
  const { sessionId, maxTurns, turnDetection, language, limits, providers, history } = payload;
  const known = now.sessionId === sessionId ? now.lines : [];
  const lines = history.reduce((lines, { role, text, timestamp, turnId }) => {
    const who = role === "user" ? "user" : "ai";
    if (find(lines, who, turnId)?.complete) return lines;
    return upsert(lines, { role: who, text, timestamp, turnId, complete: true });
  }, known);
  const turnCount = Math.max(
    now.turnCount,
    history.filter(({ role, turnId }) => role !== "user" && turnId !== OPENING).length,
  );
  // What was asked for again has worked.
  const problem = now.problem?.retryable ? null : now.problem;
  return {
    ...now,
    sessionId,
    maxTurns,
    turnDetection,
    // An older server tells neither.
    language: language ?? now.language,
    maxTextChars: limits?.maxTextChars ?? null,
    providers,
    lines,
    turnCount,
    problem,
    observers: [],
    lost: [],
    ended: null,
  };
}

/** The persona's first words belong to no turn of the user's. */
const OPENING = "0";

function find(lines: Line[], role: Line["role"], turnId: string): Line | undefined {
  return lines.findLast((line) => line.role === role && line.turnId === turnId);
}

function upsert(lines: Line[], line: Line): Line[] {
  const known = find(lines, line.role, line.turnId);
  if (!known) return [...lines, line];
  return lines.map((each) => (each === known ? { ...known, ...line } : each));
}

function update(lines: Line[], turnId: string, change: Partial<Line>): Line[] {
  return lines.map((line) => (line.role === "ai" && line.turnId === turnId ? { ...line, ...change } : line));
}

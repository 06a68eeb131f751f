import { expect, test } from "vitest";
import {
  after,
  type Change,
  type Conversation,
  heardAndNot,
  nothingYet,
  type Stage,
  stableAndNot,
} from "./conversation.js";
import type { ServerEvents } from "./generated/roleplay.js";

const head = { sessionId: "s", eventSeq: 1, timestamp: 1 };
const started: ServerEvents["session-started"] = {
  ...head,
  maxTurns: 8,
  buyerPersona: {},
  audioConfig: { sampleRate: 16_000, channels: 1, format: "pcm" },
  resumed: false,
  throughSeq: null,
  nextSeq: 0,
  lastEventSeq: 0,
  history: [{ role: "ai", text: "Good morning.", timestamp: 1, turnId: "0" }],
  turnDetection: "manual",
  language: "nan-TW",
  limits: { maxChunkBytes: 1, maxBufferedBytes: 1, maxTextChars: 500, maxSessionMs: 1, idleMs: 1 },
  providers: { stt: { name: "a", demo: true }, llm: { name: "b" }, tts: { name: "c" }, avatar: { name: "d" } },
};
const said: Change = {
  name: "transcription",
  payload: { ...head, text: "Hello", turnId: "1", language: "en", provider: "scripted", demo: true },
};
const replied: Change = {
  name: "ai-response",
  payload: {
    ...head,
    text: "What do you want?",
    turnCount: 1,
    maxTurns: 8,
    turnId: "1",
    provider: "scripted",
    finishReason: "stop",
  },
};
const delta = (text: string, index: number): Change => ({
  name: "ai-response-delta",
  payload: { ...head, turnId: "1", index, text },
});

test("a turn reads as it was said", () => {
  const now = told({ name: "session-started", payload: started }, said, delta("What do ", 0), delta("you want?", 1));
  expect(texts(now)).toEqual(["ai: Good morning.", "user: Hello", "ai: What do you want?"]);
  expect(now.lines[2]?.complete).toBe(false);
  expect(after(now, replied).lines[2]).toMatchObject({ text: "What do you want?", complete: true });
});

test("what the session speaks and how long a turn may be written is as the server says it", () => {
  expect(told({ name: "session-started", payload: started })).toMatchObject({ language: "nan-TW", maxTextChars: 500 });
});

test("why the server ended it is told, also by one that does not say it all", () => {
  const payload = { ...head, reason: "timeout", cause: "max-length" as const, totalTurns: 3 };
  const { cause: _, ...older } = payload;
  const ended = (payload: object) => told({ name: "session-force-ended", payload } as Change).ended;
  expect(ended(payload)).toMatchObject({ reason: "timeout", cause: "max-length", totalTurns: 3 });
  expect(ended(older)).toMatchObject({ reason: "timeout", cause: null, totalTurns: 3 });
});

test("an answer that begins anew is not added to what was said of it before", () => {
  expect(texts(told(said, delta("What do ", 0), delta("Who ", 0), delta("are you?", 1)))).toEqual([
    "user: Hello",
    "ai: Who are you?",
  ]);
});

test("a streamed piece that comes after the whole reply changes nothing", () => {
  expect(texts(told(said, replied, delta("late", 2)))).toEqual(["user: Hello", "ai: What do you want?"]);
});

test("the text so far grows, and disappears when the turn's words are final", () => {
  const now = told(began, partial("Hel"), partial("Hello", 3));
  expect(now.partial).toEqual({ turnId: "1", text: "Hello", stableChars: 3 });
  expect(after(now, said).partial).toBeNull();
});

test("the text so far stays while the server makes sure of it", () => {
  const stages = [stage("hearing"), partial("Hello"), stopped(true)];
  expect(told(began, ...stages)).toMatchObject({ partial: { text: "Hello" }, understanding: true });
  const understood = told(began, ...stages, stage("transcribing", "1"), said, stage("thinking", "1"));
  expect(understood).toMatchObject({ partial: null, understanding: false });
});

test("speech that turned out to be nothing leaves no text behind", () => {
  const nothing = [began, stage("hearing"), partial("mm"), stopped(true), stage("listening")];
  expect(told(...nothing, stage("transcribing", "1"), stage("listening")).partial).toBeNull();
  expect(told(began, stage("hearing"), partial("a"), stopped(false), stage("listening")).partial).toBeNull();
});

test("a turn of which nothing is left to understand gives the floor back", () => {
  expect(told(began, stage("hearing"), stopped(true), stage("listening")).understanding).toBe(false);
});

test("a filler over the persona that is told to be over when the persona goes on already is not a turn", () => {
  const filler = [began, stage("hearing", "1"), stage("speaking", "1"), stopped(true)];
  const now = told(said, replied, stage("speaking", "1"), ...filler);
  expect(now.understanding).toBe(false);
  expect(after(now, stage("listening")).understanding).toBe(false);
});

test("a cough over the persona leaves no text behind when the persona goes on", () => {
  const cough = [began, stage("hearing", "1"), partial("mm", 0, "2"), stopped(true), stage("speaking", "1")];
  const now = told(said, replied, stage("speaking", "1"), ...cough);
  expect(now).toMatchObject({ partial: null, understanding: false, stage: "speaking" });
  expect(now.lines[1]?.heardText).toBeUndefined();
});

test("what is said before the last turn was understood is shown until its own words come", () => {
  const now = told(began, partial("Hello"), stopped(true), began, partial("And then", 0, "2"), said);
  expect(now.partial?.text).toBe("And then");
});

test("words that will not change are told from those that may, as the server counts them", () => {
  expect(stableAndNot({ turnId: "1", text: "😀 hello", stableChars: 3 })).toEqual(["😀 h", "ello"]);
});

test("coming back tells what was missed and repeats nothing", () => {
  const back: Change = {
    name: "session-started",
    payload: {
      ...started,
      resumed: true,
      history: [
        ...started.history,
        { role: "user", text: "Hello", timestamp: 1, turnId: "1" },
        { role: "ai", text: "What do you want?", timestamp: 1, turnId: "1" },
      ],
    },
  };
  const now = told({ name: "session-started", payload: started }, said, back, replied);
  expect(texts(now)).toEqual(["ai: Good morning.", "user: Hello", "ai: What do you want?"]);
  expect(now.turnCount).toBe(1);
  expect(now.lines[1]?.demo).toBe(true);
});

test("a hint that is told again is the same one, and those from before come before it", () => {
  const whispered = (text: string, timestamp: number): Change => ({
    name: "coach-hint",
    payload: { ...head, text, timestamp, userId: "cora" },
  });
  const known: Change = { name: "hints-known", payload: [{ text: "Ask.", timestamp: 1 }] };
  const all = told(whispered("Wait.", 2), known, whispered("Ask.", 1), whispered("Wait.", 2), whispered("Wait.", 3));
  expect(all.hints.map(({ text, timestamp }) => `${timestamp} ${text}`)).toEqual(["1 Ask.", "2 Wait.", "3 Wait."]);
});

test("who comes back is told anew who watches", () => {
  const joined: Change = { name: "observer-joined", payload: { ...head, userId: "cora", role: "coach" } };
  const welcome: Change = { name: "session-started", payload: started };
  expect(told(welcome, joined).observers).toEqual(["cora"]);
  expect(told(welcome, joined, welcome).observers).toEqual([]);
  expect(told(welcome, joined, welcome, joined).observers).toEqual(["cora"]);
});

test("an interrupted reply keeps what was heard of it", () => {
  const cut: Change = {
    name: "interrupted",
    payload: { ...head, turnId: "1", heardMs: 400, heardText: "What do", reason: "barge-in" },
  };
  const line = told(said, replied, cut).lines[1]!;
  expect(heardAndNot(line)).toEqual(["What do", " you want?"]);
  expect(heardAndNot(told(said, replied).lines[1]!)).toEqual(["What do you want?", ""]);
});

test("a reply that was cut before it was written to its end does not grow afterwards", () => {
  const cut: Change = {
    name: "interrupted",
    payload: { ...head, turnId: "1", heardMs: 0, heardText: "", reason: "barge-in" },
  };
  const line = told(said, delta("What do ", 0), cut, delta("you want?", 1)).lines[1]!;
  expect(heardAndNot(line)).toEqual(["", "What do "]);
});

test("a problem of a turn goes away with the next turn that works", () => {
  const failed: Change = {
    name: "error",
    payload: { message: "no", type: "STT_ERROR", code: "STT_FAILED", retryable: true, timestamp: 1 },
  };
  expect(told(failed).problem?.code).toBe("STT_FAILED");
  expect(told(failed, said).problem).toBeNull();
});

test("a problem that may pass is over when the session is entered, audio that is lost stays told", () => {
  const down = { message: "down", code: "DATABASE_UNAVAILABLE", retryable: true } as const;
  const lost = { message: "lost", code: "AUDIO_LOST", retryable: false } as const;
  const welcome: Change = { name: "session-started", payload: started };
  expect(told({ name: "problem", payload: down }, welcome).problem).toBeNull();
  expect(told({ name: "problem", payload: lost }, welcome).problem).toEqual(lost);
});

test("audio that the store never got is told from audio that waits for it", () => {
  const failed = (retryable: boolean): Change => ({
    name: "error",
    payload: { message: "no", type: "", code: "STORAGE_UNAVAILABLE", retryable, timestamp: 1 },
  });
  expect(told(failed(true)).problem?.code).toBe("STORAGE_UNAVAILABLE");
  expect(told(failed(false)).problem?.code).toBe("AUDIO_LOST");
});

const began: Change = { name: "speech-started", payload: { ...head, atMs: 100 } };

function stopped(endOfTurn: boolean): Change {
  return { name: "speech-stopped", payload: { ...head, atMs: 900, endOfTurn } };
}

function partial(text: string, stableChars = 0, turnId = "1"): Change {
  return { name: "transcription-partial", payload: { ...head, turnId, text, stableChars } };
}

function stage(state: Stage, turnId?: string): Change {
  return { name: "session-state", payload: { ...head, state, turnId } };
}

function told(...changes: Change[]): Conversation {
  return changes.reduce(after, nothingYet);
}

function texts(now: Conversation): string[] {
  return now.lines.map((line) => `${line.role}: ${line.text}`);
}

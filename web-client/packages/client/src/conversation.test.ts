import { expect, test } from "vitest";
import { after, type Change, type Conversation, nothingYet } from "./conversation.js";
import type { ServerEvents } from "./wire.js";

const head = { sessionId: "s", eventSeq: 1, timestamp: 1 };
const started: ServerEvents["session-started"] = {
  ...head,
  maxTurns: 8,
  buyerPersona: {},
  audioConfig: { sampleRate: 16_000, channels: 1, format: "pcm" },
  resumed: false,
  throughSeq: null,
  lastEventSeq: 0,
  history: [{ role: "ai", text: "Good morning.", timestamp: 1, turnId: "0" }],
  turnDetection: "manual",
  limits: { maxChunkBytes: 1, maxBufferedBytes: 1, maxSessionMs: 1 },
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

test("a streamed piece that comes after the whole reply changes nothing", () => {
  expect(texts(told(said, replied, delta("late", 2)))).toEqual(["user: Hello", "ai: What do you want?"]);
});

test("the text so far disappears when the turn's words are final", () => {
  const partial: Change = {
    name: "transcription-partial",
    payload: { ...head, turnId: "1", text: "Hel", stableChars: 0 },
  };
  expect(told(partial).partial).toBe("Hel");
  expect(told(partial, said).partial).toBe("");
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
  expect(told(said, replied, cut).lines[1]).toMatchObject({ heardText: "What do", text: "What do you want?" });
});

test("a problem of a turn goes away with the next turn that works", () => {
  const failed: Change = {
    name: "error",
    payload: { message: "no", type: "STT_ERROR", code: "STT_FAILED", retryable: true, timestamp: 1 },
  };
  expect(told(failed).problem?.code).toBe("STT_FAILED");
  expect(told(failed, said).problem).toBeNull();
});

function told(...changes: Change[]): Conversation {
  return changes.reduce(after, nothingYet);
}

function texts(now: Conversation): string[] {
  return now.lines.map((line) => `${line.role}: ${line.text}`);
}

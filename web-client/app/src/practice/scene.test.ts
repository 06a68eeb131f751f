import { type Conversation, nothingYet } from "@repartee/client";
import { expect, test } from "vitest";
import { type Floor, sceneOf } from "./scene";

const open: Floor = { mode: "open", talking: false, playing: null };
const pressed: Floor = { mode: "push-to-talk", talking: true, playing: null };

test("with an open microphone the server tells who speaks", () => {
  expect(sceneOf(at("listening"), open)).toBe("listening");
  expect(sceneOf(at("hearing"), open)).toBe("hearing");
  expect(sceneOf(at("thinking"), open)).toBe("thinking");
  expect(sceneOf(at("speaking"), { ...open, playing: "playing" })).toBe("speaking");
});

test("whoever speaks over the persona sees that it waits", () => {
  expect(sceneOf(at("hearing"), { ...open, playing: "playing" })).toBe("held");
  expect(sceneOf(at("hearing"), { ...open, playing: "held" })).toBe("held");
});

test("the persona has spoken when its last sound is out, not when the server knows", () => {
  expect(sceneOf(at("listening"), { ...open, playing: "playing" })).toBe("speaking");
  expect(sceneOf(at("speaking"), open)).toBe("listening");
});

test("between the end of a turn and its words the floor is not given back", () => {
  expect(sceneOf({ ...at("hearing"), understanding: true }, open)).toBe("transcribing");
});

test("who holds the button has the floor, and nobody else hears anything when it is released", () => {
  expect(sceneOf(at("speaking"), pressed)).toBe("hearing");
  expect(sceneOf(at("hearing"), { ...pressed, talking: false })).toBe("transcribing");
});

test("a broken line comes before everything else", () => {
  const broken = { ...at("speaking"), connection: { status: "reconnecting", attempt: 1 } as const };
  expect(sceneOf(broken, { ...open, playing: "playing" })).toBe("reconnecting");
});

test("somebody who is not let in is not kept waiting", () => {
  const outside = { ...at("listening"), sessionId: null };
  const problem = { code: "DATABASE_UNAVAILABLE", message: "down", retryable: true } as const;
  expect(sceneOf(outside, open)).toBe("connecting");
  expect(sceneOf({ ...outside, problem }, open)).toBe("connecting");
  expect(sceneOf({ ...outside, problem: { code: "FORBIDDEN", message: "no", retryable: false } }, open)).toBe(
    "disconnected",
  );
});

test("a line that does not come back by itself is not called one that does", async () => {
  const takenOver = { ...at("speaking"), connection: { status: "closed", reason: "taken-over" } as const };
  expect(sceneOf(takenOver, open)).toBe("disconnected");
  expect(sceneOf({ ...takenOver, connection: { status: "connecting" } }, open)).toBe("reconnecting");
});

test("when the practice has ended it is nobody's turn", () => {
  const ended = { reason: "gone", cause: null, totalTurns: 0, durationMs: null, reportUrl: null, recordingUrl: null };
  expect(sceneOf({ ...at("listening"), ended }, open)).toBe("ended");
});

function at(stage: Conversation["stage"]): Conversation {
  return { ...nothingYet, connection: { status: "connected" }, sessionId: "s", stage };
}

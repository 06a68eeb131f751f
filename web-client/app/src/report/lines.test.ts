import { expect, test } from "vitest";
import type { Hint, Message } from "../api";
import { transcript, withHints } from "./lines";

const said = (turn: number, role: Message["role"], content: string): Message => ({
  id: `${turn}-${role}`,
  role,
  content,
  timestamp: "",
  turn,
  recordingAtMs: 0,
  recordedMs: 500,
  demo: true,
});

test("what was cut short goes on in what nobody heard, and an answer of which nobody heard a word is told as well", () => {
  const messages = [
    said(0, "ai", "Good morning."),
    said(1, "user", "One moment."),
    said(1, "ai", "We looked"),
    said(2, "user", "What did it cost?"),
    said(3, "user", "And then?"),
    said(3, "ai", "That is all."),
  ];
  const lines = transcript(messages, [
    { turn: 1, text: " at this before." },
    { turn: 2, text: "Three warehouses." },
  ]);
  expect(lines.map(({ message, unheard }) => [message.turn, message.role, message.content, unheard])).toEqual([
    [0, "ai", "Good morning.", ""],
    [1, "user", "One moment.", ""],
    [1, "ai", "We looked", " at this before."],
    [2, "user", "What did it cost?", ""],
    [2, "ai", "", "Three warehouses."],
    [3, "user", "And then?", ""],
    [3, "ai", "That is all.", ""],
  ]);
  expect(new Set(lines.map(({ message }) => message.id)).size).toBe(lines.length);
  expect([lines[4]?.message.recordingAtMs, lines[4]?.message.demo]).toEqual([null, true]);
});

test("a hint stands where it came in the conversation, also after the last word", () => {
  const at = (second: number) => new Date(second * 1000).toISOString();
  const hint = (text: string, second: number): Hint => ({ text, timestamp: at(second), coachName: "Cora" });
  const messages = [
    { ...said(0, "ai", "Good morning."), timestamp: at(0) },
    { ...said(1, "user", "One moment."), timestamp: at(20) },
    { ...said(1, "ai", "Of course."), timestamp: at(22) },
  ];
  const entries = withHints(transcript(messages, []), [
    hint("Greet him.", 5),
    hint("Slower.", 21),
    hint("Well done.", 40),
  ]);
  const texts = entries.map((entry) => (entry.kind === "hint" ? entry.hint.text : entry.line.message.content));
  expect(texts).toEqual(["Good morning.", "Greet him.", "One moment.", "Slower.", "Of course.", "Well done."]);
  expect(withHints([], [hint("Begin.", 5)])).toHaveLength(1);
});

import { expect, test } from "vitest";
import type { Message } from "../api";
import { transcript } from "./lines";

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

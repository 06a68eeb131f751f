import { expect, test } from "vitest";
import type { Message } from "../api";
import { markers, neighbour, spanOf } from "./spans";

const said = (turn: number, role: Message["role"], place: [number, number] | null): Message => ({
  id: `${turn}-${role}`,
  role,
  content: "…",
  timestamp: "",
  turn,
  recordingAtMs: place?.[0] ?? null,
  recordedMs: place?.[1] ?? null,
  demo: false,
});
const messages = [
  said(0, "ai", null),
  said(1, "user", [0, 4000]),
  said(1, "ai", [5000, 3000]),
  said(2, "user", null),
  said(2, "ai", [9000, 500]),
  said(3, "user", [9600, 400]),
];

test("what was typed is in no recording", () => {
  expect(messages.map(spanOf).map((span) => span && [span.fromMs, span.toMs])).toEqual([
    null,
    [0, 4000],
    [5000, 8000],
    null,
    [9000, 9500],
    [9600, 10000],
  ]);
});

test("a turn is marked where it begins, and numbered where there is room", () => {
  expect(markers(messages, 20_000)).toEqual([
    { turn: 1, atMs: 0, labelled: true },
    { turn: 2, atMs: 9000, labelled: true },
    { turn: 3, atMs: 9600, labelled: false },
  ]);
});

test("going back within a turn goes to its beginning, and from there to the turn before", () => {
  const marks = markers(messages, 20_000);
  expect(neighbour(marks, 8000, 1)?.turn).toBe(2);
  expect(neighbour(marks, 9000, 1)?.turn).toBe(3);
  expect(neighbour(marks, 10_000, 1)).toBeUndefined();
  expect(neighbour(marks, 15_000, -1)?.turn).toBe(3);
  expect(neighbour(marks, 9000, -1)?.turn).toBe(1);
  expect(neighbour(marks, 0, -1)?.turn).toBe(1);
});

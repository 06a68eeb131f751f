import { expect, test } from "vitest";
import { EventOrder } from "./event-order.js";

test("what is told again after the line broke is not news, frames of speech among it", () => {
  const order = new EventOrder();
  const told = [
    { name: "session-state", eventSeq: 1 },
    { name: "audio-frame 0", eventSeq: 2 },
    { name: "audio-frame 1", eventSeq: 3 },
    { name: "audio-frame 0", eventSeq: 2 },
    { name: "audio-frame 1", eventSeq: 3 },
    { name: "audio-frame 2", eventSeq: 4 },
  ];
  const news = told.filter(({ eventSeq }) => order.accept(eventSeq)).map(({ name }) => name);
  expect(news).toEqual(["session-state", "audio-frame 0", "audio-frame 1", "audio-frame 2"]);
  expect(order.seen).toBe(4);
});

test("frames that the server keeps no longer leave a gap that nobody waits for", () => {
  const order = new EventOrder();
  expect([1, 2, 9, 10, 8].map((eventSeq) => order.accept(eventSeq))).toEqual([true, true, true, true, false]);
});

test("what answers one request has no number and is always news", () => {
  const order = new EventOrder();
  expect([undefined, 5, undefined].map((eventSeq) => order.accept(eventSeq))).toEqual([true, true, true]);
  expect(order.seen).toBe(5);
});

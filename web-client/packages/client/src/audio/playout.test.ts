import { expect, test } from "vitest";
import { Playout, type PlayoutReport } from "./playout.js";

const FRAME = 960;

test("two replies play one after the other, each with its own position", () => {
  const playout = new Playout(24_000);
  playout.handle({ kind: "write", turnId: "1", samples: new Float32Array(300), at: 0 });
  playout.handle({ kind: "end", turnId: "1" });
  playout.handle({ kind: "write", turnId: "2", samples: new Float32Array(200), at: 0 });
  playout.handle({ kind: "end", turnId: "2" });
  const out = new Float32Array(250);
  expect(playout.read(out)).toEqual({ turnId: "1", played: 250, state: "playing" });
  expect(playout.read(out)).toEqual({ turnId: "1", played: 300, state: "ended" });
  expect(playout.read(out)).toEqual({ turnId: "2", played: 200, state: "ended" });
  expect(playout.read(out)).toBeNull();
});

test("a cut silences the reply and forgets those that wait", () => {
  const playout = new Playout(24_000);
  playout.handle({ kind: "write", turnId: "1", samples: new Float32Array(24_000), at: 0 });
  playout.handle({ kind: "write", turnId: "2", samples: new Float32Array(24_000), at: 0 });
  read(playout, 1000);
  playout.handle({ kind: "cut" });
  expect(read(playout, 1000)).toEqual({ turnId: "1", played: 1120, state: "cut" });
  write(playout, "2", 30);
  expect(read(playout, 1000)).toBeNull();
});

test("a cough holds the reply, and it goes on to its end from the very place", () => {
  const playout = new Playout(24_000);
  write(playout, "1", 0, 1, 2, 3);
  read(playout, FRAME);
  playout.handle({ kind: "hold" });
  expect(read(playout, FRAME)).toEqual({ turnId: "1", played: FRAME + 120, state: "held" });
  write(playout, "1", 4);
  expect(read(playout, FRAME)).toEqual({ turnId: "1", played: FRAME + 120, state: "held" });
  playout.handle({ kind: "go-on" });
  playout.handle({ kind: "end", turnId: "1" });
  expect(read(playout, FRAME)).toEqual({ turnId: "1", played: 2 * FRAME + 120, state: "playing" });
  expect(read(playout, 5 * FRAME)).toEqual({ turnId: "1", played: 5 * FRAME, state: "ended" });
});

test("an interruption ends a held reply where it was held, and what still comes of it is not heard", () => {
  const playout = new Playout(24_000);
  write(playout, "1", 0, 1, 2);
  read(playout, FRAME);
  playout.handle({ kind: "hold" });
  read(playout, FRAME);
  playout.handle({ kind: "cut", turnId: "1" });
  expect(read(playout, FRAME)).toEqual({ turnId: "1", played: FRAME + 120, state: "cut" });
  write(playout, "1", 3, 4, 5);
  playout.handle({ kind: "end", turnId: "1" });
  expect(read(playout, FRAME)).toBeNull();
  playout.handle({ kind: "go-on" });
  write(playout, "2", 0, 1, 2);
  expect(read(playout, FRAME)).toEqual({ turnId: "2", played: FRAME, state: "playing" });
});

test("a reply that was interrupted before its first frame came is not heard at all", () => {
  const playout = new Playout(24_000);
  playout.handle({ kind: "cut", turnId: "1" });
  write(playout, "1", 0, 1, 2);
  expect(read(playout, FRAME)).toBeNull();
});

test("frames that are told again after the line broke are heard once", () => {
  const playout = new Playout(24_000);
  write(playout, "1", 0, 1, 2);
  read(playout, FRAME);
  write(playout, "1", 1, 2, 3);
  playout.handle({ kind: "end", turnId: "1" });
  expect(read(playout, 4 * FRAME)).toEqual({ turnId: "1", played: 4 * FRAME, state: "ended" });
});

test("a reply that begins anew, by another server, is heard from its beginning", () => {
  const playout = new Playout(24_000);
  write(playout, "1", 0, 1, 2);
  read(playout, FRAME);
  playout.handle({ kind: "begin", turnId: "1" });
  write(playout, "1", 0, 1, 2);
  playout.handle({ kind: "end", turnId: "1" });
  expect(read(playout, FRAME)).toEqual({ turnId: "1", played: FRAME + 120, state: "cut" });
  expect(read(playout, FRAME)).toEqual({ turnId: "1", played: FRAME, state: "playing" });
  expect(read(playout, 3 * FRAME)).toEqual({ turnId: "1", played: 3 * FRAME, state: "ended" });
});

test("a reply of which no more will come is over when it has run dry", () => {
  const playout = new Playout(24_000);
  write(playout, "1", 0, 1, 2);
  expect(read(playout, 4 * FRAME)).toEqual({ turnId: "1", played: 3 * FRAME, state: "playing" });
  playout.handle({ kind: "end" });
  expect(read(playout, FRAME)).toEqual({ turnId: "1", played: 3 * FRAME, state: "ended" });
});

function write(playout: Playout, turnId: string, ...frames: number[]): void {
  for (const frame of frames)
    playout.handle({ kind: "write", turnId, samples: new Float32Array(FRAME), at: frame * FRAME });
}

function read(playout: Playout, samples: number): PlayoutReport | null {
  return playout.read(new Float32Array(samples));
}

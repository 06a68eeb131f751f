import { expect, test } from "vitest";
import { Cushion, JitterBuffer } from "./jitter-buffer.js";

test("playing begins when the cushion is full, not before", () => {
  const buffer = new JitterBuffer(new Cushion(480, 4800));
  buffer.write(ones(479), 0);
  expect(buffer.read(new Float32Array(128))).toBe(0);
  buffer.write(ones(1), 479);
  expect(buffer.read(new Float32Array(128))).toBe(128);
  expect(buffer.played).toBe(128);
});

test("a reply shorter than the cushion plays once it has ended", () => {
  const buffer = new JitterBuffer(new Cushion(480, 4800));
  buffer.write(ones(100), 0);
  buffer.end();
  expect(buffer.read(new Float32Array(128))).toBe(100);
  expect(buffer.finished).toBe(true);
});

test("running dry makes the cushion larger and playing waits for it", () => {
  const cushion = new Cushion(200, 4800);
  const buffer = new JitterBuffer(cushion);
  buffer.write(ones(200), 0);
  expect(buffer.read(new Float32Array(256))).toBe(200);
  expect(cushion.samples).toBe(300);
  buffer.write(ones(299), 200);
  expect(buffer.read(new Float32Array(256))).toBe(0);
  buffer.write(ones(1), 499);
  expect(buffer.read(new Float32Array(256))).toBe(256);
});

test("the cushion stops growing at its limit", () => {
  const cushion = new Cushion(200, 250);
  cushion.grow();
  cushion.grow();
  expect(cushion.samples).toBe(250);
});

test("a cut ends the reply within five milliseconds, falling to silence", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  buffer.write(ones(5000), 0);
  buffer.read(new Float32Array(1000));
  buffer.cut();
  const tail = new Float32Array(1000);
  expect(buffer.read(tail)).toBe(120);
  expect(buffer.finished).toBe(true);
  expect(buffer.played).toBe(1120);
  for (let i = 1; i < 120; i++) expect(tail[i]).toBeLessThan(tail[i - 1]!);
  expect(tail[119]).toBeLessThan(0.01);
});

test("a reply that was cut before it began is silent", () => {
  const buffer = new JitterBuffer(new Cushion(1000, 1000));
  buffer.write(ones(500), 0);
  buffer.cut();
  expect(buffer.finished).toBe(true);
  expect(buffer.played).toBe(0);
});

test("what arrives after a cut is not played", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  buffer.write(ones(1000), 0);
  buffer.read(new Float32Array(128));
  buffer.cut();
  buffer.write(ones(1000), 1000);
  expect(buffer.read(new Float32Array(2000))).toBe(120);
});

test("samples come out in order when a reply is much longer than the ring", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  const out = new Float32Array(1000);
  buffer.write(ones(1000), 0);
  buffer.read(out);
  const long = Float32Array.from({ length: 200_000 }, (_, i) => i);
  buffer.write(long.subarray(0, 90_000), 1000);
  buffer.write(long.subarray(90_000), 91_000);
  buffer.end();
  const come: number[] = [];
  for (let n = buffer.read(out); n > 0; n = buffer.read(out)) come.push(...out.subarray(0, n));
  expect(come.length).toBe(200_000);
  expect(come.findIndex((sample, i) => i > 120 && sample !== i)).toBe(-1);
});

test("held, it falls silent within five milliseconds and keeps its place", () => {
  const buffer = flowing();
  buffer.hold();
  const tail = new Float32Array(1000);
  expect(buffer.read(tail)).toBe(120);
  for (let i = 1; i < 120; i++) expect(tail[i]).toBeLessThan(tail[i - 1]!);
  expect(tail[119]).toBe(0);
  expect(buffer.still).toBe(true);
  expect(buffer.read(new Float32Array(1000))).toBe(0);
  expect([buffer.played, buffer.buffered, buffer.finished]).toEqual([1120, 3880, false]);
});

test("after a hold it goes on with the next sample, rising from silence", () => {
  const buffer = flowing(Float32Array.from({ length: 5000 }, (_, i) => i));
  buffer.hold();
  buffer.read(new Float32Array(1000));
  buffer.goOn();
  const next = new Float32Array(200);
  expect(buffer.read(next)).toBe(200);
  expect(next[0]).toBeCloseTo(1120 / 120, 3);
  expect(next[119]).toBe(1239);
  expect(next[199]).toBe(1319);
});

test("a hold that is over before the sound has faded does not stop it", () => {
  const buffer = flowing();
  buffer.hold();
  buffer.read(new Float32Array(60));
  buffer.goOn();
  const next = new Float32Array(100);
  expect(buffer.read(next)).toBe(100);
  expect(Math.min(...next)).toBeGreaterThan(0.5);
});

test("a reply that is cut while it is held was played no further than the hold", () => {
  const buffer = flowing();
  buffer.hold();
  buffer.read(new Float32Array(1000));
  buffer.cut();
  expect([buffer.finished, buffer.played]).toEqual([true, 1120]);
});

test("what comes while it is held is played afterwards, and does not count as running dry", () => {
  const cushion = new Cushion(200, 4800);
  const buffer = new JitterBuffer(cushion);
  buffer.hold();
  buffer.write(ones(1000), 0);
  expect(buffer.read(new Float32Array(128))).toBe(0);
  buffer.goOn();
  expect(buffer.read(new Float32Array(128))).toBe(128);
  expect(cushion.samples).toBe(200);
});

test("what was written before is not written again", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  buffer.write(ones(960), 0);
  buffer.write(ones(960), 960);
  buffer.write(ones(960), 0);
  buffer.write(ones(960), 960);
  expect(buffer.buffered).toBe(1920);
});

test("what never came is left out, and the position counts it", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  buffer.write(ones(960), 0);
  buffer.write(ones(960), 4 * 960);
  buffer.read(new Float32Array(959));
  expect(buffer.played).toBe(959);
  buffer.read(new Float32Array(2));
  expect(buffer.played).toBe(4 * 960 + 1);
});

test("a reply of which only the end comes begins there", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  buffer.write(ones(960), 9600);
  buffer.read(new Float32Array(100));
  expect(buffer.played).toBe(9700);
});

/** In the midst of a reply: 1000 of 5000 samples are played. */
function flowing(samples = ones(5000)): JitterBuffer {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  buffer.write(samples, 0);
  buffer.read(new Float32Array(1000));
  return buffer;
}

function ones(count: number): Float32Array {
  return new Float32Array(count).fill(1);
}

import { expect, test } from "vitest";
import { Cushion, JitterBuffer } from "./jitter-buffer.js";

test("playing begins when the cushion is full, not before", () => {
  const buffer = new JitterBuffer(new Cushion(480, 4800));
  buffer.write(ones(479));
  expect(buffer.read(new Float32Array(128))).toBe(0);
  buffer.write(ones(1));
  expect(buffer.read(new Float32Array(128))).toBe(128);
  expect(buffer.played).toBe(128);
});

test("a reply shorter than the cushion plays once it has ended", () => {
  const buffer = new JitterBuffer(new Cushion(480, 4800));
  buffer.write(ones(100));
  buffer.end();
  expect(buffer.read(new Float32Array(128))).toBe(100);
  expect(buffer.finished).toBe(true);
});

test("running dry makes the cushion larger and playing waits for it", () => {
  const cushion = new Cushion(200, 4800);
  const buffer = new JitterBuffer(cushion);
  buffer.write(ones(200));
  expect(buffer.read(new Float32Array(256))).toBe(200);
  expect(cushion.samples).toBe(300);
  buffer.write(ones(299));
  expect(buffer.read(new Float32Array(256))).toBe(0);
  buffer.write(ones(1));
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
  buffer.write(ones(5000));
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
  buffer.write(ones(500));
  buffer.cut();
  expect(buffer.finished).toBe(true);
  expect(buffer.played).toBe(0);
});

test("what arrives after a cut is not played", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  buffer.write(ones(1000));
  buffer.read(new Float32Array(128));
  buffer.cut();
  buffer.write(ones(1000));
  expect(buffer.read(new Float32Array(2000))).toBe(120);
});

test("samples come out in order when a reply is much longer than the ring", () => {
  const buffer = new JitterBuffer(new Cushion(10, 100));
  const out = new Float32Array(1000);
  buffer.write(ones(1000));
  buffer.read(out);
  const long = Float32Array.from({ length: 200_000 }, (_, i) => i);
  buffer.write(long.subarray(0, 90_000));
  buffer.write(long.subarray(90_000));
  buffer.end();
  const heard: number[] = [];
  for (let n = buffer.read(out); n > 0; n = buffer.read(out)) heard.push(...out.subarray(0, n));
  expect(heard.length).toBe(200_000);
  expect(heard.findIndex((sample, i) => i > 120 && sample !== i)).toBe(-1);
});

function ones(count: number): Float32Array {
  return new Float32Array(count).fill(1);
}

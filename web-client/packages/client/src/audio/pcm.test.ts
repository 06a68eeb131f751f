import { expect, test } from "vitest";
import { fromPcm16, level, toBytes, toPcm16 } from "./pcm.js";

test("samples survive the way over the wire", () => {
  const samples = Float32Array.from([0, 0.5, -0.5, 1, -1]);
  const back = fromPcm16(toPcm16(samples));
  samples.forEach((sample, i) => {
    expect(back[i]).toBeCloseTo(sample, 3);
  });
});

test("what is too loud is clipped and does not wrap around", () => {
  const back = fromPcm16(toPcm16(Float32Array.from([3, -3])));
  expect(back[0]).toBeGreaterThan(0.99);
  expect(back[1]).toBe(-1);
});

test("an odd byte at the end is no sample", () => {
  expect(fromPcm16(Uint8Array.from([0, 64, 7]))).toEqual(Float32Array.from([0.5]));
});

test("silence has no level, full scale has all of it", () => {
  expect(level(new Float32Array(100))).toBe(0);
  expect(level(new Float32Array(100).fill(1))).toBe(1);
  expect(level(new Float32Array(100).fill(0.01))).toBeCloseTo(1 / 3, 2);
});

test("base64 and binary give the same bytes", () => {
  expect(toBytes("AAEC/w==")).toEqual(Uint8Array.from([0, 1, 2, 255]));
  expect(toBytes(Uint8Array.from([0, 1, 2, 255]).buffer)).toEqual(toBytes("AAEC/w=="));
});

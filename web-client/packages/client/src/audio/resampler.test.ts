import { expect, test } from "vitest";
import { Resampler } from "./resampler.js";

test("a tone keeps its pitch and loudness from 48 to 16 kHz", () => {
  const out = run(new Resampler(48_000, 16_000), tone(440, 48_000, 1), 128);
  expect(out.length).toBeGreaterThan(15_990);
  expect(out.length).toBeLessThan(16_010);
  const wanted = tone(440, 16_000, 1);
  expect(worst(out, wanted, 200, 15_000)).toBeLessThan(0.01);
});

test("the size of the pieces changes nothing", () => {
  const input = tone(700, 44_100, 0.5);
  const whole = run(new Resampler(44_100, 16_000), input, input.length);
  const pieces = run(new Resampler(44_100, 16_000), input, 37);
  expect(worst(pieces, whole, 0, Math.min(whole.length, pieces.length))).toBeLessThan(1e-4);
  expect(Math.abs(whole.length - pieces.length)).toBeLessThanOrEqual(1);
});

test("what the lower rate cannot hold is kept out", () => {
  const out = run(new Resampler(48_000, 16_000), tone(11_000, 48_000, 0.5), 128);
  expect(loudness(out.subarray(200))).toBeLessThan(0.02);
});

test("a lower rate goes up to the player's without changing its pitch", () => {
  const out = run(new Resampler(16_000, 24_000), tone(440, 16_000, 0.5), 160);
  expect(worst(out, tone(440, 24_000, 0.5), 200, 11_000)).toBeLessThan(0.01);
});

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate));
}

function run(resampler: Resampler, input: Float32Array, piece: number): Float32Array {
  const out: number[] = [];
  for (let i = 0; i < input.length; i += piece) out.push(...resampler.push(input.subarray(i, i + piece)));
  out.push(...resampler.flush());
  return Float32Array.from(out);
}

function worst(a: Float32Array, b: Float32Array, from: number, to: number): number {
  let worst = 0;
  for (let i = from; i < to; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}

function loudness(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);
}

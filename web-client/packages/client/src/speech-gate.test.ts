import { expect, test } from "vitest";
import { SpeechGate } from "./speech-gate.js";

test("a sentence with a pause to think is one turn", () => {
  expect(hear([...quiet(10), ...loud(12), ...quiet(6), ...loud(8), ...quiet(12)])).toEqual([
    [1100, "started"],
    [4400, "ended"],
  ]);
});

test("a click is no speech", () => {
  expect(hear([...quiet(5), ...loud(1), ...quiet(20)])).toEqual([]);
});

test("a noisy room raises what counts as speech", () => {
  expect(hear([...Array(200).fill(0.28), ...Array(20).fill(0.4)])).toEqual([]);
});

test("what leaks from the loudspeaker does not interrupt it, a voice does", () => {
  expect(hear(Array(20).fill(0.38), true)).toEqual([]);
  expect(hear(Array(20).fill(0.6), true)).toEqual([[200, "started"]]);
});

const quiet = (pieces: number): number[] => Array(pieces).fill(0.05);
const loud = (pieces: number): number[] => Array(pieces).fill(0.6);

function hear(levels: number[], overVoice = false): [number, string][] {
  const gate = new SpeechGate();
  return levels.flatMap((level, i) => {
    const heard = gate.push(level, 100, overVoice);
    return heard ? [[i * 100, heard] as [number, string]] : [];
  });
}

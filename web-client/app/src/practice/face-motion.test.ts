import { expect, test } from "vitest";
import { FaceMotion, type Pose } from "./face-motion";

const visemes = [
  { atMs: 0, shape: "closed" as const },
  { atMs: 200, shape: "open" as const },
  { atMs: 400, shape: "closed" as const },
];
const sounding = { turnId: "1", playedMs: 0, state: "playing" as const, level: 0.6, atMs: 0 };

test("the mouth follows what plays, not what has arrived", () => {
  const motion = new FaceMotion();
  const at = (playedMs: number) => settle(motion, { ...sounding, playedMs }, visemes);
  expect(height(at(100))).toBeLessThan(4);
  expect(height(at(250))).toBeGreaterThan(12);
  expect(height(at(500))).toBeLessThan(4);
});

test("without mouth shapes the loudness opens it", () => {
  const motion = new FaceMotion();
  expect(height(settle(motion, { ...sounding, level: 0.9 }, []))).toBeGreaterThan(8);
  expect(height(settle(motion, null, []))).toBeLessThan(4);
});

test("who is held in mid-word closes the mouth", () => {
  const motion = new FaceMotion();
  settle(motion, { ...sounding, playedMs: 250 }, visemes);
  expect(height(settle(motion, { ...sounding, playedMs: 250, state: "held", level: 0 }, visemes))).toBeLessThan(4);
});

test("it blinks now and then while nothing happens", () => {
  const motion = new FaceMotion();
  const eyes = Array.from({ length: 600 }, (_, i) => motion.pose(i * 16, "listening", null, [], true).eyesOpen);
  expect(Math.min(...eyes)).toBeLessThan(0.3);
  expect(eyes.filter((open) => open === 1).length).toBeGreaterThan(500);
});

test("who asked for less motion gets a head that keeps still", () => {
  const pose = new FaceMotion().pose(5000, "listening", null, [], true);
  expect([pose.headX, pose.breath].map(Math.abs)).toEqual([0, 0]);
});

let clock = 0;

function settle(motion: FaceMotion, playing: Parameters<FaceMotion["pose"]>[2], shapes: typeof visemes): Pose {
  const pose = () => {
    clock += 16;
    return motion.pose(clock, "speaking", playing && { ...playing }, shapes, true);
  };
  for (let i = 0; i < 30; i++) pose();
  return pose();
}

function height({ lips }: Pose): number {
  const numbers = lips.match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
  return (numbers[7] ?? 0) - (numbers[3] ?? 0);
}

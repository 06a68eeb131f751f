import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Player, type Sound } from "./player.js";
import { type FakeSound, giveSound } from "./testing/fake-sound.js";

let sound: FakeSound;
let player: Player;
let told: Sound[];

beforeEach(() => {
  sound = giveSound();
  player = new Player();
  told = [];
  player.on("sound", (sound) => told.push(sound));
});

afterEach(() => vi.unstubAllGlobals());

test("sound that failed once is tried again", async () => {
  sound.module = Promise.reject(new Error("no network"));
  await expect(player.unlock()).rejects.toThrow("no network");
  expect([told, sound.contexts[0]?.state]).toEqual([["blocked"], "closed"]);
  sound.module = Promise.resolve();
  await player.unlock();
  await player.write("1", new Float32Array(1), 0);
  expect(told).toEqual(["blocked", "ready"]);
  expect(sound.nodes[0]?.heard).toMatchObject([{ kind: "write", turnId: "1" }]);
});

test("sound that a telephone call interrupts goes on by itself where the browser lets it, and by a click", async () => {
  await player.unlock();
  const [context] = sound.contexts;
  if (!context) throw new Error("nothing sounds");
  let asked = 0;
  context.resume = async () => {
    asked++;
  };
  context.become("interrupted");
  expect([told, asked]).toEqual([["ready", "blocked"], 1]);
  context.resume = async () => context.become("running");
  await player.unlock();
  expect(told.at(-1)).toBe("ready");
});

test("a page on which nothing can sound is told from one that waits for a click", async () => {
  vi.stubGlobal("AudioWorkletNode", undefined);
  await expect(player.unlock()).rejects.toMatchObject({ name: "NotSupportedError" });
  expect(told).toEqual(["unsupported"]);
});

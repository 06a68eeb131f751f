import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Player, type Sound, SPEECH_RATE } from "./player.js";
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

test("sound that failed once is tried again by a click, and not by every piece of speech", async () => {
  sound.module = Promise.reject(new Error("no network"));
  await expect(player.unlock()).rejects.toThrow("no network");
  expect([told, sound.contexts[0]?.state]).toEqual([["blocked"], "closed"]);
  for (let at = 0; at < 3; at++) await player.write("0", new Float32Array(1), at);
  expect([told, sound.contexts.length]).toEqual([["blocked"], 1]);
  sound.module = Promise.resolve();
  await player.unlock();
  await player.write("1", new Float32Array(1), 0);
  expect(told).toEqual(["blocked", "ready"]);
  expect(sound.nodes[0]?.heard).toMatchObject([{ kind: "write", turnId: "1" }]);
});

test("a page over plain http can have no sound, however often it is clicked", async () => {
  sound.module = null;
  await expect(player.unlock()).rejects.toThrow("AudioWorklet");
  expect([told, sound.contexts[0]?.state]).toEqual([["unsupported"], "closed"]);
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

test("what is still on its way to the loudspeaker was not heard yet, and a turn ends when its last sample is out", async () => {
  await player.unlock();
  const [context, worklet] = [sound.contexts[0], sound.nodes[0]];
  if (!context || !worklet) throw new Error("nothing sounds");
  context.outputLatency = 0.2;
  vi.useFakeTimers();
  const heard: [string, number][] = [];
  player.on("progress", ({ state, playedMs }) => heard.push([state, playedMs]));
  const tell = (state: string, ms: number) =>
    worklet.tell({ turnId: "1", played: (ms / 1000) * SPEECH_RATE, state, level: 0, at: 0 });
  tell("playing", 100);
  tell("playing", 500);
  tell("held", 600);
  tell("playing", 700);
  tell("playing", 900);
  tell("ended", 1000);
  expect(player.current?.playedMs).toBe(700);
  vi.advanceTimersByTime(199);
  expect(heard).toEqual([
    ["playing", 0],
    ["playing", 300],
    ["held", 600],
    ["playing", 600],
    ["playing", 700],
  ]);
  vi.advanceTimersByTime(1);
  expect([heard.at(-1), player.current]).toEqual([["ended", 1000], null]);
  vi.useRealTimers();
});

test("a turn that begins while the last one fades out does not come before its end", async () => {
  await player.unlock();
  const [context, worklet] = [sound.contexts[0], sound.nodes[0]];
  if (!context || !worklet) throw new Error("nothing sounds");
  context.outputLatency = 60;
  const heard: string[] = [];
  player.on("progress", ({ turnId, state }) => heard.push(`${turnId} ${state}`));
  worklet.tell({ turnId: "1", played: 960, state: "ended", level: 0, at: 0 });
  worklet.tell({ turnId: "2", played: 960, state: "playing", level: 0, at: 0 });
  await player.close();
  expect(heard).toEqual(["1 ended", "2 playing"]);
});

test("a page on which nothing can sound is told from one that waits for a click", async () => {
  vi.stubGlobal("AudioWorkletNode", undefined);
  await expect(player.unlock()).rejects.toMatchObject({ name: "NotSupportedError" });
  expect(told).toEqual(["unsupported"]);
});

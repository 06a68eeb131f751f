import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Recorder } from "./recorder.js";
import { type FakeSound, giveSound } from "./testing/fake-sound.js";

let sound: FakeSound;
let recorder: Recorder;

beforeEach(() => {
  sound = giveSound();
  recorder = new Recorder();
});

afterEach(() => vi.unstubAllGlobals());

test("a microphone that is allowed after it was given back is not taken", async () => {
  const allow = askFirst();
  const opening = recorder.open();
  await recorder.close();
  allow();
  await opening;
  expect([recorder.state, live()]).toEqual(["closed", 0]);
});

test("of two microphones that are asked for one after the other only the last is taken", async () => {
  const allow = askFirst();
  const both = [recorder.open(), recorder.open({ deviceId: "other" })];
  allow();
  await Promise.all(both);
  expect([recorder.state, live()]).toEqual(["ready", 1]);
});

test("a microphone whose sound cannot be read is given back", async () => {
  sound.module = Promise.reject(new DOMException("", "NotSupportedError"));
  await expect(recorder.open()).rejects.toMatchObject({ problem: "unsupported" });
  expect([recorder.state, live()]).toEqual(["closed", 0]);
});

test("whoever gives the microphone back while the recording ends leaves nobody waiting", async () => {
  await recorder.open();
  recorder.start();
  await Promise.all([recorder.stop(), recorder.close()]);
  expect([recorder.state, live()]).toEqual(["closed", 0]);
});

test("a microphone that a telephone call interrupts is heard again, and can be given back meanwhile", async () => {
  const blocked: boolean[] = [];
  recorder.on("blocked", (is) => blocked.push(is));
  await recorder.open();
  recorder.start();
  const [context] = sound.contexts;
  const [node] = sound.nodes;
  if (!context || !node) throw new Error("nobody listens");
  context.become("interrupted");
  expect(blocked).toEqual([false, true, false]);
  vi.useFakeTimers();
  node.port.postMessage = () => undefined;
  const closing = recorder.close();
  await vi.runAllTimersAsync();
  await closing;
  vi.useRealTimers();
  expect([recorder.state, live()]).toEqual(["closed", 0]);
});

/** The browser asks the user, who answers by the returned function. */
function askFirst(): () => void {
  let allow = () => {};
  sound.permission = new Promise((resolve) => {
    allow = resolve;
  });
  return () => allow();
}

function live(): number {
  return sound.tracks.filter((track) => track.isLive).length;
}

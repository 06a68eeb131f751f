import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Words } from "./outbox.js";
import { Roleplay } from "./roleplay.js";
import { type FakeSound, giveSound } from "./testing/fake-sound.js";
import { ScriptedServer, until } from "./testing/server.js";

let server: ScriptedServer;
let sound: FakeSound;
let roleplay: Roleplay;

beforeEach(async () => {
  sound = giveSound();
  server = new ScriptedServer();
  await server.start();
  roleplay = new Roleplay({ url: server.url, token: "good", mode: "open" });
});

afterEach(async () => {
  await roleplay.leave();
  await server.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a tab that was taken over hears nothing more until the practice is continued there", async () => {
  await listening();
  hear(1);
  await until(() => server.seqs.length === 1);
  server.answers = () => null;
  await takeOver();
  const sent = recorded().length;
  hear(2);
  // A recorder remembers a moment from before it starts, and no more.
  for (let i = 0; i < 3; i++) hear(0);
  expect(roleplay.microphone.get().state).toBe("ready");
  server.answers = () => ({ ok: true });
  await roleplay.client.connect();
  await until(() => roleplay.microphone.get().state === "recording");
  hear(3);
  await until(() => recorded().includes(3));
  expect(recorded().slice(sent)).toContain(1);
  expect(recorded()).not.toContain(2);
});

test("a practice that nobody was let into is entered once they are, and what was wrong is not told any more", async () => {
  const error = { code: "TOKEN_EXPIRED", message: "Token expired", retryable: false };
  server.refuses = () => error;
  await expect(roleplay.start("s")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  roleplay.report({ ...error, code: "UNAUTHENTICATED" });
  server.refuses = () => null;
  await roleplay.start("s");
  expect(roleplay.conversation.get()).toMatchObject({ sessionId: "s", problem: null });
});

test("whoever holds the button while another tab takes over is not recorded any further", async () => {
  await roleplay.setMode("push-to-talk");
  await roleplay.start("s", { scenarioId: "x" });
  await roleplay.openMicrophone();
  roleplay.startTalking();
  await takeOver();
  expect([roleplay.talking.get(), roleplay.microphone.get().state]).toEqual([false, "ready"]);
  roleplay.startTalking();
  expect([roleplay.talking.get(), roleplay.microphone.get().state]).toEqual([false, "ready"]);
});

test("a practice that ended while its line was down is over, and the microphone is given back", async () => {
  await listening();
  server.answers = () => ({ ok: false, error: ENDED });
  server.cutTheLine();
  await until(() => roleplay.conversation.get().ended !== null && roleplay.microphone.get().state === "closed");
  expect(roleplay.conversation.get().ended?.reason).toBe("gone");
});

test("ending a practice that has ended already leads to its report", async () => {
  await listening();
  server.answers = () => ({ ok: false, error: ENDED });
  await roleplay.end();
  expect(roleplay.conversation.get().ended?.reason).toBe("user_ended");
});

test("an end that is asked for while the line is down is told to the server when it is back", async () => {
  await listening();
  server.cutTheLine();
  await until(() => roleplay.conversation.get().connection.status === "reconnecting");
  const ended = roleplay.end();
  await until(() => roleplay.conversation.get().endAsked);
  await ended;
  expect(server.heard.map(({ name }) => name).slice(-2)).toEqual(["start-session", "end-session"]);
});

test("an end that a stopping server does not take is told to the next one", async () => {
  await listening();
  const error = { code: "SHUTTING_DOWN", message: "Restarting", retryable: true };
  server.answers = (name) => (name === "end-session" ? { ok: false, error } : { ok: true });
  const ended = roleplay.end();
  await until(() => server.count("end-session") === 1);
  server.answers = () => ({ ok: true });
  server.cutTheLine();
  await ended;
  expect([server.count("end-session"), roleplay.conversation.get().problem]).toEqual([2, null]);
});

test("an end that a server accepted and did not live to do is asked for again", async () => {
  const { ended } = await endAccepted();
  server.diesEnding = false;
  server.cutTheLine();
  await ended;
  expect([server.count("end-session"), roleplay.conversation.get().ended?.reason]).toEqual([2, "user_ended"]);
});

test("an end that a server accepted leads to the report also where another one has done it", async () => {
  const { ended } = await endAccepted();
  server.answers = () => ({ ok: false, error: ENDED });
  server.cutTheLine();
  await ended;
  expect(roleplay.conversation.get().ended?.reason).toBe("user_ended");
});

test("whoever takes a practice back whose end was accepted and not done may go on in it", async () => {
  const { ended } = await endAccepted();
  await takeOver();
  await ended;
  const starts = server.count("start-session");
  await roleplay.client.connect();
  await until(() => server.count("start-session") > starts);
  await roleplay.client.ping();
  expect([server.count("end-session"), roleplay.conversation.get().endAsked]).toEqual([1, false]);
});

test("an end that the server never answers is told, and asked for again when the line is back", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  // The library keeps the clock that it found.
  roleplay = new Roleplay({ url: server.url, token: "good", mode: "open" });
  await listening();
  server.answers = (name) => (name === "end-session" ? null : { ok: true });
  const ended = roleplay.end();
  await until(() => server.count("end-session") === 1);
  vi.advanceTimersByTime(10_000);
  await ended;
  expect(roleplay.conversation.get()).toMatchObject({ endAsked: false, problem: { code: "NO_ANSWER" } });
  server.cutTheLine();
  await until(() => server.count("end-session") === 2);
});

test("an end that was asked for does not come true in a tab that was taken over", async () => {
  await listening();
  // What the microphone is like has been told by then.
  await roleplay.client.ping();
  server.answers = (name) => (name === "end-session" ? null : { ok: true });
  const ended = roleplay.end();
  await until(() => server.count("end-session") === 1);
  await takeOver();
  await ended;
  const heard = server.heard.length;
  expect(roleplay.conversation.get()).toMatchObject({ endAsked: false, problem: { code: "SESSION_TAKEN_OVER" } });
  await roleplay.client.connect();
  await until(() => server.heard.length > heard);
  await roleplay.client.ping();
  expect(server.heard.slice(heard).map(({ name }) => name)).toEqual(["start-session", "ping"]);
});

test("an end that the server does not take is told", async () => {
  await listening();
  const error = { code: "FORBIDDEN", message: "not yours", retryable: false };
  server.answers = (name) => (name === "end-session" ? { ok: false, error } : { ok: true });
  await roleplay.end();
  expect(roleplay.conversation.get()).toMatchObject({ ended: null, problem: { code: "FORBIDDEN" } });
});

test("what was written and did not become a turn before the session was over is told", async () => {
  await listening();
  const error = { code: "RATE_LIMITED", message: "8 typed turns wait", retryable: true, retryAfterMs: 5000 };
  server.answers = (name) => (name === "transcription" ? { ok: false, error } : { ok: true });
  roleplay.say("too many");
  await until(() => roleplay.conversation.get().problem?.code === "RATE_LIMITED");
  await roleplay.end();
  expect(roleplay.conversation.get().waiting).toEqual([]);
  expect(texts(roleplay.conversation.get().lost)).toEqual(["too many"]);
});

test("what the session was given and does not take because it is over is told", async () => {
  await listening();
  const [mayAnswer, answer] = gate();
  server.waitsFor = (name) => (name === "transcription" ? mayAnswer : undefined);
  server.answers = (name) => (name === "transcription" ? { ok: false, error: ENDED } : { ok: true });
  roleplay.say("too late");
  await until(() => server.count("transcription") === 1);
  await roleplay.end();
  expect(roleplay.conversation.get()).toMatchObject({ waiting: [], lost: [] });
  answer();
  await until(() => roleplay.conversation.get().lost.length > 0);
  expect(texts(roleplay.conversation.get().lost)).toEqual(["too late"]);
});

test("a language that the server refuses is not shown as the one that is spoken", async () => {
  await listening();
  expect(await roleplay.setLanguage("nan-TW")).toBe(true);
  const error = { code: "BAD_EVENT", message: "there is no such language", retryable: false };
  server.answers = (name) => (name === "set-language" ? { ok: false, error } : { ok: true });
  expect(await roleplay.setLanguage("tlh")).toBe(false);
  expect(roleplay.conversation.get()).toMatchObject({ language: "nan-TW", problem: { code: "BAD_EVENT" } });
  server.cutTheLine();
  expect(await started()).toBe("nan-TW");
});

test("a language that is chosen while the session is being asked for is told once it has begun", async () => {
  const [mayBegin, begin] = gate();
  server.waitsFor = (name) => (name === "start-session" ? mayBegin : undefined);
  server.language = "en-US";
  const entered = roleplay.start("s", { scenarioId: "x", language: "en-US" });
  await until(() => server.count("start-session") === 1);
  const chosen = roleplay.setLanguage("nan-TW");
  begin();
  await entered;
  expect(await chosen).toBe(true);
  expect(server.heard.at(-1)).toMatchObject({ name: "set-language", payload: { language: "nan-TW" } });
  expect(roleplay.conversation.get().language).toBe("nan-TW");
});

test("a language that is chosen while the line is down is told when it is back", async () => {
  await listening();
  server.cutTheLine();
  await until(() => roleplay.conversation.get().connection.status === "reconnecting");
  expect(await roleplay.setLanguage("nan-TW")).toBe(true);
  expect(roleplay.conversation.get().language).toBe("nan-TW");
  expect(await started()).toBe("nan-TW");
});

/** The server says that it will end it, and does not. */
async function endAccepted(): Promise<{ ended: Promise<void> }> {
  await listening();
  // What the microphone is like has been told by then.
  await roleplay.client.ping();
  server.diesEnding = true;
  const ended = roleplay.end();
  await until(() => server.count("end-session") === 1);
  // What comes after it has been answered, so it has too.
  await roleplay.client.ping();
  return { ended };
}

function texts(words: Words[]): string[] {
  return words.map(({ text }) => text);
}

function gate(): [opened: Promise<void>, open: () => void] {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}

/** In which language it is begun the next time. */
async function started(): Promise<string | undefined> {
  const count = server.count("start-session");
  await until(() => server.count("start-session") > count);
  return server.heard.findLast(({ name }) => name === "start-session")?.payload.language;
}

const ENDED = { code: "SESSION_ENDED", message: "This session has ended; start a new one", retryable: false };

async function listening(): Promise<void> {
  await roleplay.start("s", { scenarioId: "x" });
  await roleplay.openMicrophone();
  await until(() => roleplay.microphone.get().state === "recording");
}

async function takeOver(): Promise<void> {
  server.newest.emit("error", { code: "SESSION_TAKEN_OVER", message: "taken", retryable: false, sessionId: "s" });
  await until(() => roleplay.conversation.get().connection.status === "closed");
  await until(() => roleplay.microphone.get().state !== "recording");
}

/** The microphone hears a tenth of a second of that. */
function hear(byte: number): void {
  for (const node of sound.nodes) if (node.name === "repartee-recorder") node.record(byte);
}

function recorded(): number[] {
  return server.heard.flatMap(({ name, payload }) => (name === "audio-chunk" ? [...(payload.audioData ?? [])] : []));
}

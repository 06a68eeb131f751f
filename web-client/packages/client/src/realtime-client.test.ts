import { afterEach, beforeEach, expect, test } from "vitest";
import type { Words } from "./outbox.js";
import { RealtimeClient, type RealtimeClientOptions } from "./realtime-client.js";
import { ScriptedServer, until } from "./testing/server.js";

let server: ScriptedServer;
let clients: RealtimeClient[];

beforeEach(async () => {
  clients = [];
  server = new ScriptedServer();
  server.refuses = (token) =>
    token === "stale" ? { message: "Token expired", code: "TOKEN_EXPIRED", retryable: false } : null;
  await server.start();
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
});

test("audio that was not stored goes out again after the line broke, and nothing else", async () => {
  const client = await inSession();
  for (let i = 0; i < 4; i++) client.sendAudio(new Uint8Array([i]));
  await until(() => server.seqs.length === 4);
  server.stored = 1;
  server.cutTheLine();
  client.sendAudio(new Uint8Array([4]));
  await until(() => server.seqs.length === 7);
  expect(server.seqs).toEqual([0, 1, 2, 3, 2, 3, 4]);
  expect(client.unstoredBytes).toBe(3);
});

test("the end of a turn is not told before the audio that it ends", async () => {
  const client = await inSession();
  server.cutTheLine();
  client.sendAudio(new Uint8Array([0]));
  client.endTurn();
  await until(() => server.heard.at(-1)?.name === "end-turn");
  expect(server.heard.map(({ name }) => name)).toEqual(["start-session", "start-session", "audio-chunk", "end-turn"]);
});

test("the end of a turn that a stopping server does not take is told to the next one", async () => {
  const client = await inSession();
  server.answers = (name) =>
    name === "end-turn"
      ? { ok: false, error: { code: "SHUTTING_DOWN", message: "Restarting", retryable: true } }
      : { ok: true };
  client.sendAudio(new Uint8Array([0]));
  client.endTurn();
  await until(() => server.heard.at(-1)?.name === "end-turn");
  server.answers = () => ({ ok: true });
  server.cutTheLine();
  await until(() => server.heard.filter(({ name }) => name === "end-turn").length === 2);
});

test("coming back asks for what was missed and tells nothing twice", async () => {
  const client = await inSession();
  const told: string[] = [];
  client.on("transcription", ({ text }) => told.push(text));
  say(1, "one");
  say(2, "two");
  await until(() => told.length === 2);
  server.cutTheLine();
  await until(() => server.count("start-session") === 2);
  expect(server.heard.at(-1)?.payload.resumeFrom).toBe(2);
  say(2, "two");
  say(3, "three");
  await until(() => told.length === 3);
  expect(told).toEqual(["one", "two", "three"]);
});

test("pieces of speech that are told again after the line broke are told once and in order", async () => {
  const client = await inSession();
  const told: number[] = [];
  client.on("audio-frame", ({ frame }) => told.push(frame));
  speak(1, 0);
  speak(2, 1);
  await until(() => told.length === 2);
  server.cutTheLine();
  await until(() => server.count("start-session") === 2);
  speak(2, 1);
  speak(3, 2);
  await until(() => told.length === 3);
  expect(told).toEqual([0, 1, 2]);
});

test("words that the server did not confirm are said again, confirmed ones are not", async () => {
  const client = await inSession();
  client.say("confirmed");
  await until(() => said().length === 1);
  server.answers = (name) => (name === "transcription" ? null : { ok: true });
  client.say("lost");
  await until(() => said().length === 2);
  server.answers = () => ({ ok: true });
  server.cutTheLine();
  await until(() => said().length === 3);
  expect(said()).toEqual(["confirmed", "lost", "lost"]);
  const ids = saidIds();
  expect(ids[1]).toBe(ids[2]);
  expect(ids[0]).not.toBe(ids[1]);
});

test("words that an earlier page kept are said under the ids that they had, before what is written now", async () => {
  const client = connect();
  await client.connect();
  const waiting = texts(client);
  server.answers = (name) => (name === "transcription" ? null : { ok: true });
  const kept = [words("one"), words("two")];
  await client.startSession("s", { scenarioId: "x" }, kept);
  client.say("three");
  await until(() => said().length === 3);
  expect([said(), saidIds().slice(0, 2)]).toEqual([
    ["one", "two", "three"],
    ["id of one", "id of two"],
  ]);
  expect(waiting).toEqual([
    ["one", "two"],
    ["one", "two", "three"],
  ]);
  // What is kept already is not kept twice.
  await client.startSession("s", { scenarioId: "x" }, kept);
  server.answers = () => ({ ok: true });
  server.cutTheLine();
  await until(() => waiting.at(-1)?.length === 0);
  expect(new Set(saidIds()).size).toBe(3);
});

test("words that the server cannot take now are said again when it asks for them, and wait where they are seen", async () => {
  const client = await inSession();
  const [told, waiting] = [problems(client), texts(client)];
  server.answers = (name) => (name === "transcription" ? { ok: false, error: { ...BUSY, retryAfterMs: 20 } } : null);
  client.say("not yet");
  await until(() => said().length === 3);
  server.answers = () => ({ ok: true });
  await until(() => waiting.at(-1)?.length === 0);
  expect(new Set(said())).toEqual(new Set(["not yet"]));
  expect([told, waiting]).toEqual([["RATE_LIMITED"], [["not yet"], []]]);
});

test("words that the server does not take at all are told and said no more", async () => {
  const client = await inSession();
  const [told, waiting] = [problems(client), texts(client)];
  const error = { code: "BAD_EVENT", message: "paused", retryable: false };
  server.answers = (name) => (name === "transcription" ? { ok: false, error } : { ok: true });
  client.say("never");
  await until(() => told.length === 1);
  server.cutTheLine();
  await until(() => server.count("start-session") === 2);
  await client.ping();
  expect([said(), waiting]).toEqual([["never"], [["never"], []]]);
});

test("a refused start says why", async () => {
  const client = connect();
  await client.connect();
  server.answers = () => ({ ok: false, error: { code: "FORBIDDEN", message: "not yours", retryable: false } });
  await expect(client.startSession("s", {})).rejects.toMatchObject({ code: "FORBIDDEN", message: "not yours" });
});

test("a start that the server cannot answer now is asked for again until it can", async () => {
  const client = connect();
  await client.connect();
  const told = problems(client);
  server.answers = () => ({ ok: false, error: { ...DOWN, retryAfterMs: 20 } });
  const started = client.startSession("s", {});
  await until(() => server.count("start-session") === 2);
  server.answers = () => ({ ok: true });
  await expect(started).resolves.toMatchObject({ sessionId: "s" });
  expect(told.slice(0, 2)).toEqual(["DATABASE_UNAVAILABLE", "DATABASE_UNAVAILABLE"]);
});

test("a start whose line breaks is asked for again when it is back", async () => {
  const client = connect();
  await client.connect();
  server.answers = () => null;
  const started = client.startSession("s", {});
  await until(() => server.count("start-session") === 1);
  server.answers = () => ({ ok: true });
  server.cutTheLine();
  await started;
});

test("coming back is asked for again while the server cannot do it, and nothing is lost meanwhile", async () => {
  const client = await inSession();
  server.answers = (name) => (name === "start-session" ? { ok: false, error: { ...DOWN, retryAfterMs: 20 } } : null);
  server.cutTheLine();
  await until(() => server.count("start-session") === 3);
  client.sendAudio(new Uint8Array([0]));
  server.answers = () => ({ ok: true });
  await until(() => server.seqs.length === 1);
});

test("who comes back to a session that has ended is told so, and asks for it no more", async () => {
  const client = await inSession();
  const gone = new Promise((resolve) => client.on("session-gone", resolve));
  server.answers = () => ({ ok: false, error: { code: "SESSION_ENDED", message: "over", retryable: false } });
  server.cutTheLine();
  expect(await gone).toEqual({ sessionId: "s" });
  expect(client.sessionId).toBeNull();
});

test("who may not come back is told why", async () => {
  const client = await inSession();
  const told = problems(client);
  server.answers = () => ({ ok: false, error: { code: "FORBIDDEN", message: "not yours", retryable: false } });
  server.cutTheLine();
  await until(() => told.length === 1);
  expect(told).toEqual(["FORBIDDEN"]);
});

test("an expired token is replaced by a fresh one without anybody noticing", async () => {
  const given = ["stale", "fresh"];
  await connect({ token: () => given.shift() ?? "none left" }).connect();
  expect(server.tokens).toEqual(["stale", "fresh"]);
});

test("a server that sends everybody away is not asked before the time it says", async () => {
  const cameAt: number[] = [];
  server.refuses = () => {
    cameAt.push(performance.now());
    return cameAt.length < 3
      ? { message: "Restarting", code: "SHUTTING_DOWN", retryable: true, retryAfterMs: 200 }
      : null;
  };
  await connect().connect();
  const waits = cameAt.slice(1).map((at, i) => at - (cameAt[i] ?? 0));
  expect(waits.map((wait) => wait >= 200)).toEqual([true, true]);
});

test("a server that sends everybody away and does not say for how long is asked less and less often", async () => {
  const cameAt: number[] = [];
  server.refuses = () => {
    cameAt.push(performance.now());
    return cameAt.length < 4 ? { message: "Not now", code: "INTERNAL", retryable: true } : null;
  };
  await connect().connect();
  const waits = cameAt.slice(1).map((at, i) => at - (cameAt[i] ?? 0));
  expect(waits.map((wait, i) => wait >= 250 * 2 ** i)).toEqual([true, true, true]);
});

test("nobody comes back to a line that was closed while it waited", async () => {
  const client = connect();
  const waits = [50, 100];
  server.refuses = () => {
    const retryAfterMs = waits.shift();
    return retryAfterMs ? { message: "Not now", code: "INTERNAL", retryable: true, retryAfterMs } : null;
  };
  const connecting = client.connect();
  await until(() => client.connection.status === "reconnecting");
  client.close();
  await expect(connecting).rejects.toMatchObject({ name: "AbortError" });
  await connect().connect();
  expect(server.sockets.length).toBe(3);
});

test("a token that nobody knows at first is asked for again", async () => {
  const answers = [() => Promise.reject(new Error("no network")), () => Promise.resolve("fresh")];
  await connect({ token: () => answers.shift()?.() ?? "none left" }).connect();
  expect(server.tokens).toEqual(["fresh"]);
});

test("a token that nobody ever knows closes the line", async () => {
  const client = connect({ token: () => Promise.reject(new Error("signed out")) });
  await expect(client.connect()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  expect(client.connection).toEqual({ status: "closed", reason: "refused" });
  expect(server.tokens).toEqual([]);
});

test("a fixed token that is refused closes the line for good", async () => {
  const client = connect({ token: "stale" });
  await expect(client.connect()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  expect(client.connection).toEqual({ status: "closed", reason: "refused" });
  expect(server.tokens).toEqual(["stale"]);
});

test("another tab that takes the session over is not fought", async () => {
  const client = await inSession();
  server.newest.emit("error", { code: "SESSION_TAKEN_OVER", message: "taken", retryable: false, sessionId: "s" });
  await until(() => client.connection.status === "closed");
  expect(client.connection).toEqual({ status: "closed", reason: "taken-over" });
  await client.connect();
  await until(() => server.count("start-session") === 2);
});

test("a gap that the server noticed is filled", async () => {
  const client = await inSession();
  for (let i = 0; i < 3; i++) client.sendAudio(new Uint8Array([i]));
  await until(() => server.seqs.length === 3);
  server.newest.emit("audio-gap", { sessionId: "s", expectedSeq: 1, gotSeq: 2 });
  await until(() => server.seqs.length === 5);
  expect(server.seqs).toEqual([0, 1, 2, 1, 2]);
});

function connect(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
  const client = new RealtimeClient({ url: server.url, token: "good", ...options });
  clients.push(client);
  return client;
}

async function inSession(): Promise<RealtimeClient> {
  const client = connect();
  await client.connect();
  await client.startSession("s", { scenarioId: "x" });
  return client;
}

const DOWN = { code: "DATABASE_UNAVAILABLE", message: "Failed to start session", retryable: true };

const BUSY = { code: "RATE_LIMITED", message: "8 typed turns wait for an answer already", retryable: true };

/** What was written and is not taken, whenever that changes from now on. */
function texts(client: RealtimeClient): string[][] {
  const told: string[][] = [];
  client.on("words-waiting", (words) => told.push(words.map(({ text }) => text)));
  return told;
}

/** The codes of what goes wrong from now on. */
function problems(client: RealtimeClient): string[] {
  const told: string[] = [];
  client.on("error", ({ code }) => told.push(code));
  return told;
}

function say(eventSeq: number, text: string): void {
  server.newest.emit("transcription", { sessionId: "s", eventSeq, text });
}

function speak(eventSeq: number, frame: number): void {
  server.newest.emit("audio-frame", { sessionId: "s", eventSeq, turnId: "1", frame, audioData: Buffer.alloc(1920) });
}

function said(): string[] {
  return server.heard.flatMap(({ name, payload }) => (name === "transcription" ? [payload.text ?? ""] : []));
}

function saidIds(): (string | undefined)[] {
  return server.heard.flatMap(({ name, payload }) => (name === "transcription" ? [payload.id] : []));
}

function words(text: string): Words {
  return { kind: "say", text, id: `id of ${text}` };
}

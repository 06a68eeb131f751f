// Against a real Socket.IO server that plays its part line by line.
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RealtimeClient, type RealtimeClientOptions } from "./realtime-client.js";

interface Heard {
  name: string;
  payload: { sessionId?: string; seq?: number; resumeFrom?: number; text?: string };
}

let http: HttpServer;
let io: Server;
let url: string;
let sockets: Socket[];
let heard: Heard[];
let tokens: unknown[];
/** What the server has stored, and how far its events go. */
let stored: number | null;
let lastEventSeq: number;
let clients: RealtimeClient[];
let answers: (name: string) => { ok: boolean; error?: object } | null;

beforeEach(async () => {
  [sockets, heard, tokens, clients, stored, lastEventSeq] = [[], [], [], [], null, 0];
  answers = () => ({ ok: true });
  http = createServer();
  io = new Server(http);
  io.on("connection", (socket) => {
    sockets.push(socket);
    tokens.push(socket.handshake.auth.token);
    if (socket.handshake.auth.token === "stale") {
      socket.emit("error", { message: "Token expired", code: "TOKEN_EXPIRED", retryable: false });
      socket.disconnect();
      return;
    }
    socket.onAny((name, payload, ack) => {
      heard.push({ name, payload });
      const answer = answers(name);
      if (answer) ack?.(answer);
      if (name === "start-session" && answer?.ok) {
        socket.emit("session-started", { sessionId: "s", throughSeq: stored, lastEventSeq, history: [] });
      }
    });
    socket.emit("connected", { message: "Connected to real-time server" });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const client of clients) client.close();
  await io.close();
});

test("audio that was not stored goes out again after the line broke, and nothing else", async () => {
  const client = await inSession();
  for (let i = 0; i < 4; i++) client.sendAudio(new Uint8Array([i]));
  await until(() => seqs().length === 4);
  stored = 1;
  cutTheLine();
  client.sendAudio(new Uint8Array([4]));
  await until(() => seqs().length === 7);
  expect(seqs()).toEqual([0, 1, 2, 3, 2, 3, 4]);
  expect(client.unstoredBytes).toBe(3);
});

test("the end of a turn is not told before the audio that it ends", async () => {
  const client = await inSession();
  cutTheLine();
  client.sendAudio(new Uint8Array([0]));
  client.endTurn();
  await until(() => heard.at(-1)?.name === "end-turn");
  expect(heard.map(({ name }) => name)).toEqual(["start-session", "start-session", "audio-chunk", "end-turn"]);
});

test("the end of a turn that a stopping server does not take is told to the next one", async () => {
  const client = await inSession();
  answers = (name) =>
    name === "end-turn"
      ? { ok: false, error: { code: "SHUTTING_DOWN", message: "Restarting", retryable: true } }
      : { ok: true };
  client.sendAudio(new Uint8Array([0]));
  client.endTurn();
  await until(() => heard.at(-1)?.name === "end-turn");
  answers = () => ({ ok: true });
  cutTheLine();
  await until(() => heard.filter(({ name }) => name === "end-turn").length === 2);
});

test("coming back asks for what was missed and tells nothing twice", async () => {
  const client = await inSession();
  const told: string[] = [];
  client.on("transcription", ({ text }) => told.push(text));
  say(1, "one");
  say(2, "two");
  await until(() => told.length === 2);
  cutTheLine();
  await until(() => sessionsStarted() === 2);
  expect(heard.at(-1)?.payload.resumeFrom).toBe(2);
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
  cutTheLine();
  await until(() => sessionsStarted() === 2);
  speak(2, 1);
  speak(3, 2);
  await until(() => told.length === 3);
  expect(told).toEqual([0, 1, 2]);
});

test("words that the server did not confirm are said again, confirmed ones are not", async () => {
  const client = await inSession();
  client.say("confirmed");
  await until(() => said().length === 1);
  answers = (name) => (name === "transcription" ? null : { ok: true });
  client.say("lost");
  await until(() => said().length === 2);
  answers = () => ({ ok: true });
  cutTheLine();
  await until(() => said().length === 3);
  expect(said()).toEqual(["confirmed", "lost", "lost"]);
});

test("a refused start says why", async () => {
  const client = connect();
  await client.connect();
  answers = () => ({ ok: false, error: { code: "FORBIDDEN", message: "not yours", retryable: false } });
  await expect(client.startSession("s", {})).rejects.toMatchObject({ code: "FORBIDDEN", message: "not yours" });
});

test("an expired token is replaced by a fresh one without anybody noticing", async () => {
  const given = ["stale", "fresh"];
  await connect({ token: () => given.shift() ?? "none left" }).connect();
  expect(tokens).toEqual(["stale", "fresh"]);
});

test("a fixed token that is refused closes the line for good", async () => {
  const client = connect({ token: "stale" });
  await expect(client.connect()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  expect(client.connection).toEqual({ status: "closed", reason: "refused" });
  expect(tokens).toEqual(["stale"]);
});

test("another tab that takes the session over is not fought", async () => {
  const client = await inSession();
  newest().emit("error", { code: "SESSION_TAKEN_OVER", message: "taken", retryable: false, sessionId: "s" });
  await until(() => client.connection.status === "closed");
  expect(client.connection).toEqual({ status: "closed", reason: "taken-over" });
  await client.connect();
  await until(() => sessionsStarted() === 2);
});

test("a gap that the server noticed is filled", async () => {
  const client = await inSession();
  for (let i = 0; i < 3; i++) client.sendAudio(new Uint8Array([i]));
  await until(() => seqs().length === 3);
  newest().emit("audio-gap", { sessionId: "s", expectedSeq: 1, gotSeq: 2 });
  await until(() => seqs().length === 5);
  expect(seqs()).toEqual([0, 1, 2, 1, 2]);
});

function connect(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
  const client = new RealtimeClient({ url, token: "good", ...options });
  clients.push(client);
  return client;
}

async function inSession(): Promise<RealtimeClient> {
  const client = connect();
  await client.connect();
  await client.startSession("s", { scenarioId: "x" });
  return client;
}

function newest(): Socket {
  return sockets.at(-1) as Socket;
}

function cutTheLine(): void {
  newest().conn.close();
}

function say(eventSeq: number, text: string): void {
  newest().emit("transcription", { sessionId: "s", eventSeq, text });
}

function speak(eventSeq: number, frame: number): void {
  newest().emit("audio-frame", { sessionId: "s", eventSeq, turnId: "1", frame, audioData: Buffer.alloc(1920) });
}

function seqs(): number[] {
  return heard.flatMap(({ name, payload }) => (name === "audio-chunk" ? [payload.seq ?? -1] : []));
}

function said(): string[] {
  return heard.flatMap(({ name, payload }) => (name === "transcription" ? [payload.text ?? ""] : []));
}

function sessionsStarted(): number {
  return heard.filter(({ name }) => name === "start-session").length;
}

/** Looks again whenever the loop turns; the test's own time limit ends it. */
async function until(come: () => boolean): Promise<void> {
  while (!come()) await new Promise((resolve) => setImmediate(resolve));
}

// Against a real Socket.IO server that knows one session, or has forgotten it.
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Watch } from "./watch.js";

let http: HttpServer;
let io: Server;
let socket: Socket;
let watch: Watch;
/** From which event the coach asked to be told, each time. */
let asked: number[];
let whispered: string[];
let forgotten: boolean;
/** When what is whispered is kept. */
let writtenDown: Promise<void>;

beforeEach(async () => {
  [asked, whispered, forgotten, writtenDown] = [[], [], false, Promise.resolve()];
  http = createServer();
  io = new Server(http);
  io.on("connection", (connected) => {
    socket = connected;
    socket.on("observe-session", ({ sessionId, fromEventSeq }, ack) => {
      asked.push(fromEventSeq);
      if (forgotten) return ack({ ok: false, error: { code: "SESSION_NOT_FOUND", message: "gone", retryable: false } });
      ack({ ok: true });
      const history = [{ role: "ai", text: "Good morning.", timestamp: 1, turnId: "0" }];
      socket.emit("session-started", { sessionId, lastEventSeq: 1, history });
    });
    socket.on("coach-hint", async ({ text }, ack) => {
      whispered.push(text);
      await writtenDown;
      ack({ ok: true });
    });
    socket.emit("connected", {});
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  watch = await watching();
});

afterEach(async () => {
  vi.useRealTimers();
  watch.leave();
  await io.close();
});

test("a coach reads what was said before and what is said now", async () => {
  say(2, "1", "Hello");
  await until(() => texts().length === 2);
  expect(texts()).toEqual(["Good morning.", "Hello"]);
  expect(asked).toEqual([0]);
});

test("after a broken line the coach asks for what was missed and reads nothing twice", async () => {
  say(7, "1", "Hello");
  await until(() => texts().length === 2);
  socket.conn.close();
  await until(() => asked.length === 2);
  say(7, "1", "Hello again");
  say(8, "2", "Are you there?");
  await until(() => texts().length === 3);
  expect(texts()).toEqual(["Good morning.", "Hello", "Are you there?"]);
  expect(asked).toEqual([0, 7]);
});

test("a session that a restarted server does not know yet is asked for until it does", async () => {
  say(7, "1", "Hello");
  await until(() => texts().length === 2);
  forgotten = true;
  socket.conn.close();
  await until(() => watch.conversation.get().problem?.code === "SESSION_NOT_FOUND");
  forgotten = false;
  await until(() => watch.conversation.get().problem === null);
  expect(asked).toEqual([0, 7, 7]);
});

test("a whisper goes to the server, and it is known when it does not get there", async () => {
  await watch.whisper("Ask about the price.");
  expect(whispered).toEqual(["Ask about the price."]);
  watch.leave();
  await expect(watch.whisper("Too late")).rejects.toThrow("nobody is watched");
});

test("a whisper that takes long to be written down is not called lost", async () => {
  let keep = () => {};
  writtenDown = new Promise((resolve) => {
    keep = resolve;
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  // The library keeps the clock that it found.
  watch.leave();
  watch = await watching();
  const whisper = watch.whisper("Ask about the price.");
  await until(() => whispered.length === 1);
  vi.advanceTimersByTime(15_000);
  keep();
  await whisper;
});

test("a whisper whose line breaks before it is written down is known not to have got there", async () => {
  writtenDown = new Promise(() => {});
  const whisper = watch.whisper("Ask about the price.");
  await until(() => whispered.length === 1);
  socket.conn.close();
  await expect(whisper).rejects.toThrow("disconnected");
});

async function watching(): Promise<Watch> {
  const watch = new Watch({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, token: "t" });
  const before = asked.length;
  await watch.start("s");
  await until(() => asked.length > before);
  return watch;
}

function say(eventSeq: number, turnId: string, text: string): void {
  socket.emit("transcription", { sessionId: "s", eventSeq, turnId, text, timestamp: 1, language: "en", provider: "p" });
}

function texts(): string[] {
  return watch.conversation.get().lines.map((line) => line.text);
}

/** Looks again whenever the loop turns; the test's own time limit ends it. */
async function until(come: () => boolean): Promise<void> {
  while (!come()) await new Promise((resolve) => setImmediate(resolve));
}

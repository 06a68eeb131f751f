import { expect, test } from "vitest";
import { type Command, Outbox, type Words } from "./outbox.js";

const piece = (bytes = 10) => new Uint8Array(bytes);

test("audio is numbered from zero and sent once", () => {
  const outbox = new Outbox(0);
  expect([outbox.record(piece()), outbox.record(piece())]).toEqual([0, 1]);
  expect(seqs(outbox, 0)).toEqual([0, 1]);
  expect(seqs(outbox, 0)).toEqual([]);
});

test("after a reconnect everything that was not stored goes out again, in order", () => {
  const outbox = new Outbox(0);
  for (let i = 0; i < 5; i++) outbox.record(piece());
  outbox.take(0);
  outbox.stored(1);
  outbox.rewind();
  outbox.record(piece());
  expect(seqs(outbox, 0)).toEqual([2, 3, 4, 5]);
  expect(outbox.unstoredBytes).toBe(40);
});

test("the end of a turn stays behind the audio that it ends", () => {
  const outbox = new Outbox(0);
  const end: Command = { kind: "end-turn" };
  outbox.record(piece());
  outbox.command(end);
  outbox.record(piece());
  outbox.take(0);
  outbox.rewind();
  expect(outbox.take(0).map((entry) => entry.kind)).toEqual(["audio", "command", "audio"]);
  outbox.taken(end);
  outbox.rewind();
  expect(outbox.take(0).map((entry) => entry.kind)).toEqual(["audio", "audio"]);
});

test("a resend is paced so that the server does not refuse it", () => {
  const outbox = new Outbox(0);
  for (let i = 0; i < 10; i++) outbox.record(piece(100 * 1024));
  expect(seqs(outbox, 0)).toEqual([0, 1, 2, 3, 4]);
  expect(seqs(outbox, 0)).toEqual([]);
  expect(seqs(outbox, 1000)).toEqual([5, 6]);
});

test("a page that takes over a session goes on counting after all that the server received", () => {
  const outbox = new Outbox(0);
  outbox.begin({ throughSeq: 41, nextSeq: 44 });
  expect(outbox.record(piece())).toBe(44);
  // The other page's audio is stored; this page's is not.
  outbox.stored(43);
  expect(outbox.unstoredBytes).toBe(10);
});

test("what was recorded before the session was found is not taken for what an earlier page said", () => {
  const outbox = new Outbox(0);
  for (let i = 0; i < 2; i++) outbox.record(piece());
  outbox.begin({ throughSeq: 4, nextSeq: 7 });
  expect(seqs(outbox, 0)).toEqual([7, 8]);
  expect(outbox.record(piece())).toBe(9);
});

test("what was never sent comes after what another page said meanwhile, and what was sent is not said twice", () => {
  const outbox = new Outbox(0);
  outbox.begin({ throughSeq: null, nextSeq: 0 });
  for (let i = 0; i < 2; i++) outbox.record(piece());
  outbox.take(0);
  for (let i = 0; i < 2; i++) outbox.record(piece());
  // The server had received both of the first, and three more from the other page.
  outbox.begin({ throughSeq: 4, nextSeq: 5 });
  expect(seqs(outbox, 0)).toEqual([5, 6]);
});

test("what was sent and did not arrive keeps its number", () => {
  const outbox = new Outbox(0);
  outbox.begin({ throughSeq: null, nextSeq: 0 });
  for (let i = 0; i < 3; i++) outbox.record(piece());
  outbox.take(0);
  outbox.record(piece());
  outbox.begin({ throughSeq: 0, nextSeq: 2 });
  expect(seqs(outbox, 0)).toEqual([1, 2, 3]);
});

test("a gap is filled from the chunk that is missing", () => {
  const outbox = new Outbox(0);
  for (let i = 0; i < 4; i++) outbox.record(piece());
  outbox.take(0);
  outbox.resendFrom(2);
  expect(seqs(outbox, 0)).toEqual([2, 3]);
});

test("what can no longer be kept is refused and does not break the numbers", () => {
  const outbox = new Outbox(0);
  outbox.record(piece(32 * 1024 * 1024));
  expect(outbox.record(piece())).toBeNull();
  outbox.stored(0);
  expect(outbox.record(piece())).toBe(1);
});

test("what is put off goes out when its time has come, and what was written after it does not overtake it", () => {
  const outbox = new Outbox(0);
  const [first, second] = [words("first"), words("second")];
  outbox.command(first);
  outbox.take(0);
  expect([outbox.putOff(first, 1000), outbox.putOff(first, 1000)]).toEqual([true, false]);
  outbox.command(second);
  outbox.record(piece());
  expect(outbox.take(999).map((entry) => entry.kind)).toEqual(["audio"]);
  expect([outbox.isHeldUp, outbox.heldBack]).toEqual([true, [first, second]]);
  expect(outbox.take(1000)).toEqual([
    expect.objectContaining({ command: first }),
    expect.objectContaining({ command: second }),
  ]);
  expect([outbox.isHeldUp, outbox.heldBack, outbox.words]).toEqual([false, [], [first, second]]);
});

test("the end waits for nothing but what was recorded, and is asked for once", () => {
  const outbox = new Outbox(0);
  const waiting = words("waiting");
  outbox.command(waiting);
  outbox.putOff(waiting, 1000);
  outbox.end();
  outbox.end();
  expect(outbox.take(0)).toEqual([expect.objectContaining({ command: { kind: "end-session" } })]);
  outbox.end();
  expect(outbox.take(0)).toHaveLength(1);
  outbox.goOn();
  outbox.rewind();
  expect(outbox.take(0)).toEqual([]);
});

function words(text: string): Words {
  return { kind: "say", text, id: text };
}

function seqs(outbox: Outbox, now: number): number[] {
  return outbox.take(now).flatMap((entry) => (entry.kind === "audio" ? [entry.seq] : []));
}

import { expect, test } from "vitest";
import { PlaybackReports } from "./playback-reports.js";
import type { Progress } from "./player.js";

test("while a reply plays the server is told about every quarter of a second", () => {
  expect(told(playing(0, 1000))).toEqual([0, 280, 560, 840]);
});

test("a hold is told at once with its place, then nothing until it goes on", () => {
  const held = Array.from({ length: 20 }, (_, i) => progress(100, "held", 110 + i * 40));
  const on = playing(100, 480).map((each) => ({ ...each, atMs: each.atMs + 900 }));
  expect(told([...playing(0, 80), ...held, ...on])).toEqual([0, 100, 100, 380]);
});

test("the end is told once, as done", () => {
  const reports = new PlaybackReports();
  for (const each of playing(0, 80)) reports.after(each);
  expect(reports.after(progress(100, "ended", 100))).toEqual({ turnId: "1", playedMs: 100, done: true });
  expect(reports.after(progress(100, "ended", 140))).toBeNull();
});

test("a reply that was cut is not done, and its last place is told", () => {
  const reports = new PlaybackReports();
  reports.after(progress(0, "playing", 0));
  expect(reports.after(progress(85, "cut", 90))).toEqual({ turnId: "1", playedMs: 85, done: false });
});

test("a reply that ran dry still says where it stands", () => {
  const dry = Array.from({ length: 20 }, (_, i) => progress(80, "playing", 80 + i * 40));
  expect(told([...playing(0, 80), ...dry])).toEqual([0, 80, 80, 80]);
});

test("where the sound card stands still, as in a sleeping tab, nothing is claimed", () => {
  expect(told(Array.from({ length: 100 }, () => progress(40, "playing", 40)))).toEqual([40]);
});

test("the next turn is told from its beginning", () => {
  const reports = new PlaybackReports();
  reports.after(progress(900, "playing", 900));
  expect(reports.after({ ...progress(0, "playing", 910), turnId: "2" })).toMatchObject({ turnId: "2", playedMs: 0 });
});

test("the last word can be said again after the line broke", () => {
  const reports = new PlaybackReports();
  expect(reports.last).toBeNull();
  for (const each of playing(0, 500)) reports.after(each);
  expect(reports.last).toEqual({ turnId: "1", playedMs: 280, done: false });
});

function progress(playedMs: number, state: Progress["state"], atMs: number): Progress {
  return { turnId: "1", playedMs, state, level: 0.5, atMs };
}

/** What the audio thread tells between two positions. */
function playing(fromMs: number, toMs: number): Progress[] {
  const count = Math.floor((toMs - fromMs) / 40) + 1;
  return Array.from({ length: count }, (_, i) => progress(fromMs + i * 40, "playing", fromMs + i * 40));
}

function told(all: Progress[]): number[] {
  const reports = new PlaybackReports();
  return all.flatMap((each) => reports.after(each)?.playedMs ?? []);
}

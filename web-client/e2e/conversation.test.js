// A live conversation in a real browser against the real server: just speaking, speaking over the persona, a cough, a lost line.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { layCable } from "./cable.js";
import { enterAsGuest, listen, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { speakUp } from "./microphone.js";
import { room, said } from "./room.js";

/** What is said of the sentence in the microphone: a greeting, more of it, and hardly anything. */
const GREETING = /** @type {const} */ ([0, 1300]);
const OBJECTION = /** @type {const} */ ([2500, 1800]);
const COUGH = /** @type {const} */ ([0, 160]);

const FRAME_MS = 40;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test("whoever just speaks reads along, is understood and hears the answer to its end", async () => {
  const { page, line, context, complaints } = await enterRoom();
  const asked = line.sent.all("start-session").at(-1);
  assert.equal(asked?.turnDetection, "vad");
  assert.equal(asked?.audio.binary, true);
  assert.equal(typeof asked?.audio.echoCancellation, "boolean");

  const speaking = speakUp(page, ...GREETING);
  await page.locator("[data-scene=hearing]").waitFor();
  await page.locator("[role=log] [data-partial]").waitFor();
  await said(page, "user", 1);
  await speaking;
  assert.equal(await page.locator("[data-partial]").count(), 0, "the words are final");
  await said(page, "ai", 2);
  await page.locator("[data-scene=speaking]").waitFor();

  const wholeMs = await hearItOut(line);
  const reports = line.sent.all("playback-progress");
  assert.equal(reports.filter((report) => report.done).length, 1);
  assert.ok(reports.length >= wholeMs / 500, `${reports.length} reports of ${wholeMs} ms`);
  assert.ok(inOrder(reports.map(({ playedMs }) => playedMs)));
  await page.locator("[data-scene=listening]").waitFor();

  await page.getByRole("button", { name: /^Connection details, answered after \d/ }).click();
  await page.getByText("Altogether").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("speaking over the persona cuts it short, and shows what was not heard", async () => {
  const { page, line, context } = await enterRoom();
  const answered = await hearAnswer(page, line);
  const before = line.told.all("speech-started").length;
  await speakUp(page, ...OBJECTION);
  const { turnId, heardMs, heardText, reason } = await line.told.first("interrupted");
  assert.deepEqual([turnId, reason], [answered, "barge-in"]);
  const noticedAt = line.told.all("speech-started")[before]?.seenAt;

  const answer = await said(page, "ai", 2);
  await answer.locator("s").waitFor();
  const words = (await answer.locator("p").textContent()) ?? "";
  assert.ok(words.startsWith(heardText.trim()) && words.length > heardText.length, words);
  assert.ok(!heardText.includes((await answer.locator("s").textContent()) ?? ""));
  await said(page, "user", 2);
  await said(page, "ai", 3);
  await page.locator("[data-scene=speaking]").waitFor();
  const late = line.sent.all("playback-progress").filter((report) => report.turnId === turnId);
  assert.equal(
    late.some((report) => report.done),
    false,
    "what was cut is not done",
  );
  const place = late.at(-1)?.playedMs;
  const spokeOnMs = late.find(({ playedMs }) => playedMs === place)?.seenAt - noticedAt;
  const stoodStillMs = line.sent.longestPause("audio-chunk", noticedAt);
  assert.ok(spokeOnMs < 1000 + stoodStillMs, `the persona spoke on for ${spokeOnMs} ms`);
  assert.ok(Math.abs(place - heardMs) < 300 + spokeOnMs, "both know the same place");
  await context.close();
});

test("a cough does not cut the persona: it waits, and goes on where it stopped", async () => {
  const { page, line, context } = await enterRoom();
  await hearAnswer(page, line);
  const scenes = page.evaluate(watchScenes);
  const coughedAt = performance.now();
  await speakUp(page, ...COUGH);
  await line.told.first("speech-started", ({ atMs }) => atMs > 0 && line.told.all("speech-started").length > 1);
  await hearItOut(line);
  await page.locator("[data-scene=listening]").waitFor();
  const states = line.told.all("session-state").map(({ state }) => state);
  assert.deepEqual(states.slice(-4), ["speaking", "hearing", "speaking", "listening"]);
  const seen = await scenes;
  // A page that stands still meanwhile learns of both at once, and paints neither.
  const stoodStill = line.sent.longestPause("audio-chunk", coughedAt) > 500;
  if (!stoodStill) assert.deepEqual(seen, ["speaking", "held", "speaking", "listening"]);
  assert.deepEqual(line.told.all("interrupted"), []);
  const places = line.sent.all("playback-progress").map(({ playedMs }) => playedMs);
  assert.ok(inOrder(places), `${places}`);
  assert.equal(await page.locator("[role=log] [data-role=user]").count(), 1, "nothing was left of it");
  await context.close();
});

test("a line that breaks while the persona speaks costs no word of it", async (t) => {
  const cable = await layCable(server.url);
  t.after(() => cable.close());
  const { page, line, context } = await enterRoom(cable.url);
  await hearAnswer(page, line);
  cable.pull();
  await page.getByText("The line dropped.").waitFor();
  cable.plugIn();
  const wholeMs = await hearItOut(line);
  const numbers = new Set(line.told.all("audio-frame").map(({ frame }) => frame));
  assert.deepEqual(
    [...numbers],
    Array.from({ length: wholeMs / FRAME_MS }, (_, number) => number),
  );
  assert.ok(inOrder(line.sent.all("playback-progress").map(({ playedMs }) => playedMs)));
  await page.locator("[data-scene=listening]").waitFor();
  await context.close();
});

test("a line that breaks while the user speaks loses nothing of what was said", async (t) => {
  const cable = await layCable(server.url);
  t.after(() => cable.close());
  const { page, line, context } = await enterRoom(cable.url);
  const speaking = speakUp(page, 2500, 5000);
  await page.locator("[role=log] [data-partial]").waitFor();
  cable.pull();
  await page.getByText("The line dropped.").waitFor();
  cable.plugIn();
  await page.getByText("The line dropped.").waitFor({ state: "hidden" });
  await speaking;
  const last = line.sent.all("audio-chunk").at(-1)?.seq;
  await said(page, "user", 1);
  await line.told.first("audio-received", ({ throughSeq }) => throughSeq >= last);
  const numbers = new Set(line.sent.all("audio-chunk").map(({ seq }) => seq));
  assert.deepEqual(
    [...numbers].sort((a, b) => a - b),
    Array.from(numbers, (_, number) => number),
    "no piece is missing",
  );
  const stored = new Map(line.told.all("audio-received").map(({ segmentId, durationMs }) => [segmentId, durationMs]));
  const storedMs = [...stored.values()].reduce((sum, durationMs) => sum + durationMs, 0);
  const throughSeq = Math.max(...line.told.all("audio-received").map((event) => event.throughSeq));
  assert.equal(storedMs, (throughSeq + 1) * 100, "and none is there twice");
  await context.close();
});

test("a server that restarts while the persona speaks leaves nobody waiting", async () => {
  const { page, line, context } = await enterRoom();
  await hearAnswer(page, line);
  await server.restart();
  await page.getByText("The line dropped.").waitFor({ state: "hidden" });
  await page.locator("[data-scene=listening]").waitFor();
  await speakUp(page, ...OBJECTION);
  await said(page, "user", 2);
  await said(page, "ai", 3);
  await page.locator("[data-scene=speaking]").waitFor();
  await context.close();
});

test("what is being said when the server restarts is one turn with what comes after it", async () => {
  const { page, line, context } = await enterRoom();
  // There is no pause in it that would end a turn.
  const speaking = speakUp(page, 1300, 7500);
  await line.told.some("audio-received", 2);
  const before = line.told.all("audio-received").map(({ segmentId }) => segmentId);
  await server.restart();
  await said(page, "user", 1);
  await speaking;
  await said(page, "ai", 2);
  const [turn] = line.told.all("transcription");
  assert.ok(before.includes(turn?.audio?.segmentIds[0]), JSON.stringify([before, turn]));
  assert.ok((turn?.audio?.durationMs ?? 0) > 7000, JSON.stringify(turn?.audio));
  await context.close();
});

test("a microphone that is muted in mid-sentence ends the turn", async () => {
  const { page, line, context } = await enterRoom();
  const speaking = speakUp(page, 2500, 5000);
  await page.locator("[role=log] [data-partial]").waitFor();
  await page.getByRole("button", { name: "Mute", exact: true }).click();
  await said(page, "user", 1);
  await speaking;
  await page.locator("[data-scene=speaking]").waitFor();
  assert.deepEqual(line.told.all("interrupted"), [], "whoever is muted interrupts nobody");
  await page.getByRole("button", { name: "Unmute", exact: true }).click();
  await line.sent.first("playback-progress", (report) => report.done);
  await context.close();
});

test("the browser's own encoder is understood while it records", async () => {
  const { page, line, context } = await enterRoom();
  await page.getByRole("button", { name: "Microphone", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "Use less data" }).click();
  await room(page);
  await line.sent.first("audio-chunk", ({ mimeType }) => /webm/.test(mimeType));
  await speakUp(page, ...GREETING);
  await said(page, "user", 1);
  await said(page, "ai", 2);
  await page.locator("[data-scene=speaking]").waitFor();
  await context.close();
});

test("somebody who would rather hold a button does, here and in the next room", async () => {
  const { page, line, context } = await enterRoom();
  await page.getByRole("radio", { name: "Hold to talk" }).click();
  await room(page, "Hold to talk");
  await line.sent.first("start-session", ({ turnDetection }) => turnDetection === "manual");
  const before = line.sent.all("audio-chunk").length;
  const button = page.getByRole("button", { name: "Hold to talk", exact: true });
  await button.dispatchEvent("pointerdown");
  await page.locator("[data-scene=hearing]").waitFor();
  await speakUp(page, ...GREETING);
  await line.sent.some("audio-chunk", before + 10);
  await page.getByRole("button", { name: "Release to send" }).dispatchEvent("pointerup");
  await said(page, "user", 1);
  await said(page, "ai", 2);
  assert.equal(await page.evaluate(() => localStorage.getItem("repartee.talk-mode")), "push-to-talk");
  await context.close();
});

test("whoever chose to hold the button holds it with the space bar at once, and with nothing but the keyboard", async () => {
  const { page, line, context } = await enterRoom();
  await page.getByRole("radio", { name: "Hold to talk" }).press("Space");
  await room(page, "Hold to talk");
  const before = line.sent.all("audio-chunk").length;
  await page.keyboard.down("Space");
  await page.locator("[data-scene=hearing]").waitFor();
  await speakUp(page, ...GREETING);
  await line.sent.some("audio-chunk", before + 10);
  await page.keyboard.up("Space");
  await said(page, "user", 1);
  await said(page, "ai", 2);
  assert.equal(line.sent.all("end-turn").length, 1);
  assert.equal(await page.getByRole("button", { name: "Release to send" }).count(), 0, "letting go is not a click");

  // A screen reader clicks, and so does Enter.
  await page.getByRole("button", { name: "Hold to talk", exact: true }).press("Enter");
  await page.getByRole("button", { name: "Release to send" }).press("Enter");
  await line.sent.some("end-turn", 2);
  await context.close();
});

test("the talk button takes the focus once, and not again when the microphone is changed", async () => {
  const { page, context } = await enterRoom();
  await page.getByRole("radio", { name: "Hold to talk" }).press("Space");
  await room(page, "Hold to talk");
  const writing = page.getByLabel("Type instead of speaking");
  await page.getByRole("button", { name: "Microphone", exact: true }).click();
  await page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      await new Promise((resolve) => Object.assign(window, { allow: resolve }));
      return ask(wanted);
    };
  });
  await page.getByRole("menuitemcheckbox", { name: "Use less data" }).click();
  await page.getByRole("button", { name: "Turn on the microphone" }).waitFor();
  await writing.focus();
  await page.evaluate(() => /** @type {any} */ (window).allow());
  await room(page, "Hold to talk");
  assert.ok(await writing.evaluate((field) => field === document.activeElement));
  await context.close();
});

test("on a phone the conversation flows as well, with somebody who never stops talking", async () => {
  const { page, line, context } = await enterRoom(server.url, { phone: true, microphone: "device" }, false);
  await page.locator("[data-scene=hearing]").waitFor();
  await said(page, "user", 1);
  await said(page, "ai", 2);
  await line.told.first("interrupted", ({ reason }) => reason === "barge-in");
  await said(page, "user", 2);
  await context.close();
});

/**
 * A newcomer in the practice room, who may speak now.
 * @param {string} [url]
 * @param {Parameters<typeof visit>[2]} [as]
 */
async function enterRoom(url = server.url, as = {}, quiet = true) {
  const { page, context, complaints } = await visit(browser, url, as);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  if (quiet) await room(page);
  await line.sent.first("start-session", ({ audio }) => audio.echoCancellation !== undefined);
  return { page, line, context, complaints };
}

/**
 * Greets, and listens to the beginning of the answer.
 * @param {import("playwright-core").Page} page
 * @param {ReturnType<typeof listen>} line
 * @returns {Promise<string>} the turn
 */
async function hearAnswer(page, line) {
  await speakUp(page, ...GREETING);
  await page.locator("[data-scene=speaking]").waitFor();
  const { turnId } = await line.sent.first("playback-progress", ({ playedMs }) => playedMs > 500);
  return turnId;
}

/**
 * Waits until the first answer was heard to its last sample; says how long it was.
 * @param {ReturnType<typeof listen>} line
 */
async function hearItOut(line) {
  const { turnId, frames } = await line.told.first("audio-end");
  const done = await line.sent.first("playback-progress", (report) => report.done);
  assert.deepEqual([done.turnId, done.playedMs], [turnId, frames * FRAME_MS]);
  return done.playedMs;
}

/** Every scene from now on, until it is the user's turn. */
function watchScenes() {
  const stage = /** @type {HTMLElement} */ (document.querySelector("[data-scene]"));
  const scenes = [stage.dataset.scene];
  return new Promise((resolve) => {
    const watcher = new MutationObserver(() => {
      const scene = stage.dataset.scene;
      if (scene !== scenes.at(-1)) scenes.push(scene);
      if (scene !== "listening") return;
      watcher.disconnect();
      resolve(scenes);
    });
    watcher.observe(stage, { attributeFilter: ["data-scene"] });
  });
}

/** @param {number[]} numbers */
function inOrder(numbers) {
  return numbers.every((number, i) => i === 0 || number >= /** @type {number} */ (numbers[i - 1]));
}

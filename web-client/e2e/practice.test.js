// A whole practice in a real browser against the real server: a voice, a typed turn, a lost line, an interruption, the report.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { layCable } from "./cable.js";
import { enterAsGuest, listen, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { speakUp } from "./microphone.js";
import { end, enter, recorded, room, said, say } from "./room.js";

/** The browser's own microphone, which never stops, and a button to hold while it counts. */
const HOLDING = /** @type {const} */ ({ microphone: "device", mode: "push-to-talk" });

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

test("a newcomer talks, hears an answer and reads the report", async () => {
  const { page, context, complaints } = await visit(browser, server.url, HOLDING);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page, "Hold to talk");

  await page.getByRole("button", { name: "Hold to talk", exact: true }).dispatchEvent("pointerdown");
  await page.locator("[data-scene=hearing]").waitFor();
  await line.sent.some("audio-chunk", 12);
  await page.getByRole("button", { name: "Release to send" }).dispatchEvent("pointerup");

  await said(page, "user", 1);
  await said(page, "ai", 2);
  await page.locator("[data-scene=speaking]").waitFor();
  const whole = await line.sent.first("playback-progress", ({ done }) => done);
  const played = line.sent.all("playback-progress").map(({ playedMs }) => playedMs);
  assert.ok(
    played.every((playedMs, i) => i === 0 || playedMs >= played[i - 1]),
    `${played}`,
  );
  assert.ok(played.length >= 3 && played[0] < whole.playedMs && played.at(-1) === whole.playedMs, `${played}`);
  await page.locator("[data-scene=listening]").waitFor();

  await end(page);
  await page.getByRole("heading", { name: "Cloud Migration Discussion" }).waitFor();
  assert.equal(await page.locator("li time").count(), 3);
  await recorded(page);
  const recording = page.getByRole("region", { name: "Recording" });
  await recording.getByRole("button", { name: "Play", exact: true }).click();
  await recording.getByRole("button", { name: "Pause", exact: true }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the report plays the moment at which a quote was said, and is used by keyboard", async () => {
  const { page, context, complaints } = await visit(browser, server.url, { mode: "push-to-talk" });
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page, "Hold to talk");
  await speak(page);
  await line.sent.first("playback-progress", ({ playedMs }) => playedMs > 1500);
  await speak(page);
  await said(page, "ai", 3);
  await line.sent.first("playback-progress", ({ turnId, playedMs }) => turnId === "2" && playedMs > 500);
  await end(page);

  const position = page.getByRole("slider", { name: "Position in the recording" });
  await recorded(page);
  const quote = page.locator("figure", { has: page.locator("blockquote") }).first();
  const words = (await quote.locator("blockquote").textContent()) ?? "";
  const moment = quote.getByRole("button", { name: "Hear it at" });
  const at = seconds((await moment.textContent()) ?? "");
  await quote.evaluate(watchSounds, words);
  const began = performance.now();
  await moment.click();
  await page.waitForFunction(() => /** @type {any} */ (window).sounded.size === 2);
  const place = Number(await position.inputValue());
  const elapsed = (performance.now() - began) / 1000;
  assert.ok(
    place >= at && place <= at + elapsed + 1,
    `it plays at ${place} what was said at ${at}, ${elapsed} s later`,
  );

  await stop(quote);
  await moment.waitFor();
  await position.focus();
  await page.keyboard.press("Home");
  await page.getByText(/^0:00 \//).waitFor();
  const next = page.getByRole("button", { name: "Next turn" });
  await next.press("Enter");
  await next.press("Enter");
  assert.ok(Number(await position.inputValue()) > 0);

  const previous = page.getByRole("button", { name: "Previous turn" });
  await page.evaluate(
    (buttons) => {
      for (const button of buttons) if (button instanceof HTMLElement) button.click();
    },
    await Promise.all([previous, previous, next].map((button) => button.elementHandle())),
  );
  const recording = page.getByRole("region", { name: "Recording" });
  const plays = recording.getByRole("button", { name: "Pause" }).waitFor();
  await Promise.all([plays, recording.getByRole("button", { name: "Play", exact: true }).click()]);
  await stop(recording);
  assert.ok(Number(await position.inputValue()) > 0, "it plays where it was sent last, however quickly");
  const measure = (/** @type {string} */ name) => page.locator("dl > div", { hasText: name }).locator("dd").first();
  assert.equal(await measure("You cut in").textContent(), "Once");
  assert.match((await measure("Pauses while you speak").textContent()) ?? "", /^\d+$/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("whoever opens the practice room loads less than 250 KB of scripts", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await startPractice(page);
  const first = await context.newPage();
  /** @type {Promise<number>[]} */
  const scripts = [];
  first.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    scripts.push(response.body().then((body) => gzipSync(body).byteLength));
  });
  await first.goto(page.url());
  await enter(first);
  await room(first);
  const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
  assert.ok(bytes > 50_000 && bytes < 250_000, `${bytes} bytes, compressed`);
  await context.close();
});

test("the reply falls silent when the user interrupts it", async () => {
  const { page, context } = await visit(browser, server.url);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  await say(page, "Tell me what went wrong back then.");
  await page.locator("[data-scene=speaking]").waitFor();
  await line.sent.first("playback-progress", ({ playedMs }) => playedMs > 500);
  await page.getByRole("button", { name: "Interrupt" }).click();
  await page.locator("[data-scene=listening]").waitFor();
  const [interrupt] = await line.sent.some("interrupt", 1);
  assert.ok((interrupt?.playedMs ?? 0) > 300, "it says how much was heard");
  const { turnId, reason } = await line.told.first("interrupted");
  assert.deepEqual([turnId, reason], [interrupt?.turnId, "client"]);
  assert.equal(
    line.sent.all("playback-progress").some((report) => report.done),
    false,
    "it did not fall silent by itself",
  );
  await context.close();
});

test("a restart of the server in mid-sentence loses nothing", async () => {
  const { page, context } = await visit(browser, server.url, HOLDING);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page, "Hold to talk");
  await page.keyboard.down("Space");
  await line.sent.some("audio-chunk", 5);
  const starts = line.sent.all("start-session").length;
  await server.restart();
  await line.sent.some("start-session", starts + 1);
  const before = line.sent.all("audio-chunk").length;
  await line.sent.some("audio-chunk", before + 10);
  await page.keyboard.up("Space");
  await said(page, "user", 1);
  await said(page, "ai", 2);
  const seqs = new Set(line.sent.all("audio-chunk").map(({ seq }) => Number(seq)));
  assert.deepEqual(
    [...seqs].sort((a, b) => a - b),
    Array.from(seqs, (_, i) => i),
    "no number is missing",
  );
  await context.close();
});

test("the browser's own encoder is understood as well", async () => {
  const { page, context } = await visit(browser, server.url, HOLDING);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page, "Hold to talk");
  await page.getByRole("button", { name: "Microphone", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "Use less data" }).click();
  await room(page, "Hold to talk");
  await page.getByRole("button", { name: "Hold to talk", exact: true }).dispatchEvent("pointerdown");
  const chunks = await line.sent.some("audio-chunk", 5);
  assert.match(chunks[0]?.mimeType, /webm/);
  await page.getByRole("button", { name: "Release to send" }).dispatchEvent("pointerup");
  await said(page, "user", 1);
  await said(page, "ai", 2);
  await context.close();
});

test("who comes back by a reload finds the conversation", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  await say(page, "We would move one warehouse first, with a rollback in ten minutes.");
  await said(page, "ai", 2);
  await page.reload();
  await enter(page);
  await said(page, "user", 1);
  await said(page, "ai", 2);
  await page.getByText("Turn 2 of 12").waitFor();
  await context.close();
});

test("the language that was chosen in the room is kept over a reload, and a tab that knows of none changes nothing", async () => {
  const { page, context } = await visit(browser, server.url);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const picker = (/** @type {typeof page} */ of) => of.getByRole("combobox", { name: "Conversation language" });
  await picker(page).click();
  await page.getByRole("option", { name: "Taiwanese" }).click();
  await line.sent.first("set-language", ({ language }) => language === "nan-TW");
  const starts = line.sent.all("start-session").length;
  await page.reload();
  await enter(page);
  await room(page);
  const [again] = line.sent.all("start-session").slice(starts);
  assert.equal(again?.language, "nan-TW");
  assert.match((await picker(page).textContent()) ?? "", /Taiwanese/);

  const second = await context.newPage();
  const other = listen(second);
  await second.goto(page.url());
  await enter(second);
  await room(second);
  assert.equal("language" in (other.sent.all("start-session")[0] ?? {}), false);
  await context.close();
});

test("a second tab takes the practice over, and the first hears nothing until it takes it back", async () => {
  const { page, context } = await visit(browser, server.url);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const second = await context.newPage();
  await second.goto(page.url());
  await enter(second);
  await room(second);
  await page.getByRole("button", { name: "Continue here" }).waitFor();
  const sent = line.sent.all("audio-chunk").length;
  await speakUp(page, 0, 3000);
  const wentOn = performance.now();
  await page.getByRole("button", { name: "Continue here" }).click();
  await room(page);
  await line.sent.some("audio-chunk", sent + 5);
  const since = (performance.now() - wentOn) / 100;
  const sentSince = line.sent.all("audio-chunk").length - sent;
  assert.ok(sentSince < since + 15, `${sentSince} pieces in ${since} tenths of a second`);
  await second.getByRole("button", { name: "Continue here" }).waitFor();
  await context.close();
});

test("whoever leaves the room while it connects is not asked for the microphone", async () => {
  const { page, context } = await visit(browser, server.url);
  let asked = 0;
  await page.exposeFunction("onAsked", () => asked++);
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => {
      /** @type {any} */ (window).onAsked();
      return Promise.reject(new DOMException("", "NotAllowedError"));
    };
  });
  await enterAsGuest(page);
  // Whoever comes over this line is never answered.
  await page.routeWebSocket(/socket\.io/, () => {});
  await startPractice(page);
  await page.locator("[data-scene=connecting]").waitFor();
  await page.goBack();
  await page.locator("aside button").last().waitFor();
  assert.equal(asked, 0);
  await context.close();
});

test("a practice that is ended elsewhere while the line is down is over here too, and leads to its report", async (t) => {
  const { cable, page, context } = await practiseOverCable(t);
  const token = (await context.cookies()).find(({ name }) => name === "token")?.value;
  cable.pull();
  await page.getByText("The line dropped.").waitFor();
  const ended = await fetch(`${server.url}/api/roleplay/end`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ sessionId: page.url().split("/").at(-1) }),
  });
  assert.equal(ended.status, 200);
  cable.plugIn();
  await page.locator("[data-scene=ended]").waitFor();
  await page.getByRole("button", { name: "Turn on the microphone" }).waitFor();
  await page.getByRole("link", { name: "See the report" }).click();
  await page.waitForURL("**/report/*");
  await context.close();
});

test("an end that is asked for while the line is down leads to the report when it is back", async (t) => {
  const { cable, page, context } = await practiseOverCable(t);
  cable.pull();
  await page.getByText("The line dropped.").waitFor();
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End and see the report" }).click();
  await page.getByText("The practice ends as soon as it is back.").waitFor();
  cable.plugIn();
  await page.waitForURL("**/report/*");
  await context.close();
});

test("what is written while the line is down is seen at once, and answered when it is back", async (t) => {
  const { cable, page, context } = await practiseOverCable(t);
  cable.pull();
  await page.getByText("The line dropped.").waitFor();
  await say(page, "What did the outage cost you?");
  const waiting = page.locator("[role=log] li").filter({ hasText: "waiting" });
  await waiting.getByText("What did the outage cost you?").waitFor();
  cable.plugIn();
  await said(page, "ai", 2);
  assert.equal(await waiting.count(), 0);
  await context.close();
});

test("a page on which the browser allows no sound says so, and works in writing", async () => {
  const { page, context } = await visit(browser, server.url);
  await page.addInitScript(() => {
    // As on a page that comes over plain http from another computer.
    Reflect.deleteProperty(window, "AudioWorkletNode");
    Reflect.deleteProperty(BaseAudioContext.prototype, "audioWorklet");
  });
  await enterAsGuest(page);
  await startPractice(page);
  await page.getByText("This page cannot play sound").waitFor();
  assert.equal(await page.getByRole("button", { name: "Turn on sound" }).count(), 0);
  await say(page, "Then I read. What did the outage cost you?");
  await said(page, "ai", 2);
  await context.close();
});

test("without a microphone everything works in writing", async () => {
  const { page, context } = await visit(browser, server.url);
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
  });
  await enterAsGuest(page);
  await startPractice(page);
  await page.getByText("The microphone is blocked.").waitFor();
  await say(page, "Then I write. What did the outage cost you?");
  await said(page, "ai", 2);
  await context.close();
});

test("somebody who registers can sign out and in again", async () => {
  const { page, context } = await visit(browser, server.url);
  const signIn = async () => {
    await page.getByLabel("Email").fill("ann@example.org");
    await page.getByLabel("Password").fill("a long password");
    await page.locator("form button").click();
    await page.locator("search").waitFor();
  };
  await page.goto("/");
  await page.getByRole("button", { name: "New here?" }).click();
  await page.getByLabel("Name").fill("Ann Example");
  await signIn();
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await signIn();
  await context.close();
});

test("a sign-in that is refused says why in the language of the page", async () => {
  const { page, context } = await visit(browser, server.url, { locale: "zh-Hant" });
  await page.goto("/");
  await page.locator("input[type=email]").fill("nobody@example.org");
  await page.locator("input[type=password]").fill("a wrong password");
  await page.locator("form button").click();
  await page.getByText("電子郵件或密碼不正確。").waitFor();
  await context.close();
});

/**
 * Holds the button while something is said.
 * @param {import("playwright-core").Page} page
 */
async function speak(page) {
  await page.getByRole("button", { name: "Hold to talk", exact: true }).dispatchEvent("pointerdown");
  await page.locator("[data-scene=hearing]").waitFor();
  await speakUp(page, 0, 3000);
  await page.getByRole("button", { name: "Release to send" }).dispatchEvent("pointerup");
}

/**
 * Pauses what plays there, unless it comes to its end by itself.
 * @param {import("playwright-core").Locator} place
 */
async function stop(place) {
  const pause = place.getByRole("button", { name: "Pause" });
  await pause.click({ timeout: 5000 }).catch(() => {});
  await pause.waitFor({ state: "hidden" });
}

/**
 * Notes in the page whether the quote sounds, and whether its line in the transcript does: that is over soon.
 * @param {Element} quote
 * @param {string} words
 */
function watchSounds(quote, words) {
  const sounded = new Set();
  const look = () => {
    if (quote.querySelector("button[aria-label=Pause]")) sounded.add("quote");
    const lines = [...document.querySelectorAll("li[data-sounds=true]")];
    if (lines.some((line) => line.textContent?.includes(words))) sounded.add("line");
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  Object.assign(window, { sounded });
}

/** @param {string} clock */
function seconds(clock) {
  const [minutes, seconds] = clock.split(":").map(Number);
  return (minutes ?? 0) * 60 + (seconds ?? 0);
}

/**
 * A practice whose line can be pulled.
 * @param {import("node:test").TestContext} t
 */
async function practiseOverCable(t) {
  const cable = await layCable(server.url);
  t.after(() => cable.close());
  const { page, context } = await visit(browser, cable.url);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  return { cable, page, context };
}

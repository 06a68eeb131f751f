// The report of a practice in which the persona was talked over, as its trainee and as a coach read it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, enterWithToken, listen, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { speakUp } from "./microphone.js";
import { end, recorded, room, said } from "./room.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof visit>>} */
let trainee;
/** What was heard of the persona, how much of that while it was already talked over, and what the room struck through. */
let cuts =
  /** @type {{ turnId: string, heardMs: number, overMs: number, heardText: string, unheard: string }[]} */ ([]);

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  trainee = await visit(browser, server.url);
  cuts = await talkOver(trainee.page);
  await end(trainee.page);
  await recorded(trainee.page);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test("what nobody heard of the persona is struck through in the transcript, and told to who cannot see that", async () => {
  const { page, complaints } = trainee;
  const lines = page.getByRole("region", { name: "Transcript" }).locator("li[data-role=ai]");
  for (const { heardText, unheard } of cuts) {
    const line = lines.filter({ has: page.locator("s") }).filter({ hasText: heardText });
    assert.equal(await line.locator("s").textContent(), unheard);
    assert.equal(await line.locator("p").textContent(), `${heardText}(not heard:) ${unheard}`);
    await line.getByText("interrupted", { exact: true }).waitFor();
    await line.getByText("Demo", { exact: true }).waitFor();
  }
  assert.deepEqual(complaints, []);
});

test("the persona has the word as long as it was heard, and the recording says no more of it", async () => {
  const session = await sessionOf(trainee.page);
  for (const { turnId, heardMs, overMs } of cuts) {
    const answer = session.messages.find((/** @type {any} */ said) => said.id.endsWith(`-${turnId}-ai`));
    assert.equal(answer.recordedMs, heardMs);
    const next = session.messages.find((/** @type {any} */ said) => said.id.endsWith(`-${Number(turnId) + 1}-user`));
    const overlap = answer.recordingAtMs + answer.recordedMs - next.recordingAtMs;
    assert.ok(overlap < overMs + 500, `both are heard at once for ${overlap} ms, and were for ${overMs} ms`);
  }
  const { traineeMs, personaMs } = session.delivery.talk;
  const percent = new Intl.NumberFormat("en", { style: "percent" }).format(personaMs / (traineeMs + personaMs));
  assert.notEqual(percent, "0%");
  await trainee.page.getByText(`Marcus Feld ${percent}`).waitFor();
});

test("the advice about the pace rests on the pace that is shown", async () => {
  const { page } = trainee;
  const pace = page.locator("dl > div", { hasText: "Your pace" }).locator("dd").first();
  const [, words] = /^(\d+) words a minute$/.exec((await pace.textContent()) ?? "") ?? [];
  const advice = page.getByRole("region", { name: "Score" }).getByText(/words a minute/);
  assert.equal(await advice.textContent(), `Speak more slowly: ${words} words a minute are hard to follow.`);
});

test("a coach reads whose practice it was, and is not spoken to as if it were their own", async () => {
  const { page, context, complaints } = await visit(browser, server.url);
  await enterWithToken(page, server.url, await server.token("cora", "coach"));
  await page.goto(trainee.page.url());
  await recorded(page);
  await page.locator(".recharts-surface").last().waitFor();
  await page.getByText("Guest's practice").waitFor();
  const score = page.getByRole("region", { name: "Score" });
  await score.getByText(/Guest spoke 4 times/).waitFor();
  await score.getByText("Advice to Guest").first().waitFor();
  assert.doesNotMatch((await score.textContent()) ?? "", /\bYour?\b/);
  const written = await page.evaluate(() => {
    const texts = document.createTreeWalker(/** @type {Node} */ (document.querySelector("main")), NodeFilter.SHOW_TEXT);
    const written = [];
    while (texts.nextNode()) {
      const { parentElement, data } = /** @type {Text} */ (texts.currentNode);
      if (!parentElement?.closest("[lang]:not(html)")) written.push(data);
    }
    return written.join("\n");
  });
  assert.doesNotMatch(written, /\byou/i);
  assert.equal(await page.getByRole("link", { name: "Practise again" }).count(), 0);
  await page.getByRole("link", { name: "Practising now" }).click();
  await page.getByText("Nobody is practising").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

/**
 * Speaks over two answers: over one that is spoken in one go, and over a longer one.
 * @param {import("playwright-core").Page} page
 */
async function talkOver(page) {
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const found = [];
  for (const [turn, heardMs] of /** @type {const} */ ([
    [1, 1000],
    [3, 600],
  ])) {
    // There is no pause in it that would make two turns of it on a machine that stumbles.
    await speakUp(page, 1300, 2600);
    await line.sent.first("playback-progress", ({ turnId, playedMs }) => turnId === `${turn}` && playedMs > heardMs);
    const heard = line.told.all("speech-started").length;
    await speakUp(page, 2500, 1800);
    const cut = await line.told.first("interrupted", ({ turnId }) => turnId === `${turn}`);
    const noticed = line.told.all("speech-started")[heard];
    const before = line.sent.all("playback-progress").findLast(({ seenAt }) => seenAt < noticed?.seenAt);
    const overMs = cut.heardMs - before?.playedMs;
    const unheard = (await (await said(page, "ai", turn + 1)).locator("s").textContent()) ?? "";
    found.push({ turnId: cut.turnId, heardMs: cut.heardMs, overMs, heardText: cut.heardText, unheard });
    await line.sent.first("playback-progress", ({ turnId, done }) => turnId === `${turn + 1}` && done);
    await room(page);
  }
  return found;
}

/** @param {import("playwright-core").Page} page */
function sessionOf(page) {
  return page.evaluate(async () => {
    const token = /(?:^|; )token=([^;]+)/.exec(document.cookie)?.[1];
    const id = location.pathname.split("/").at(-1);
    const answer = await fetch(`/api/roleplay/session/${id}`, { headers: { Authorization: `Bearer ${token}` } });
    return (await answer.json()).data;
  });
}

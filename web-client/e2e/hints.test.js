// What a coach whispers reaches the trainee, stays until it was read, and is in the report.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, enterWithToken, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { end, enter, room, said, say } from "./room.js";

/** A phone as small as they still are. */
const SMALL = { width: 375, height: 667 };

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

test("a second hint does not wipe the first, a reload keeps what was not dismissed, and the report tells both where they came", async () => {
  const trainee = await visit(browser, server.url);
  const coach = await visit(browser, server.url);
  const { page } = trainee;
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  await enterWithToken(coach.page, server.url, await server.token("cora", "coach"));
  await coach.page.goto(page.url().replace("/practice/", "/live/"));
  const hints = page.getByRole("region", { name: "From your coach" });
  // A screen reader tells what changes in a region that is there already.
  await page.locator("[role=status]:empty").waitFor({ state: "attached" });
  const whisper = async (/** @type {string} */ text) => {
    await coach.page.getByLabel("Whisper to the trainee").last().fill(text);
    await coach.page.keyboard.press("Enter");
    await hints.getByText(text).waitFor();
  };
  await whisper("Ask what it cost them.");
  await whisper("And leave a silence afterwards.");
  assert.deepEqual(await hints.getByRole("listitem").allTextContents(), [
    "And leave a silence afterwards.",
    "Ask what it cost them.",
  ]);
  await hints.getByRole("button", { name: "Dismiss this hint" }).last().press("Enter");
  assert.ok(await hints.evaluate((hints) => hints.contains(document.activeElement)), "the focus stays where it was");
  assert.deepEqual(await hints.getByRole("listitem").allTextContents(), ["And leave a silence afterwards."]);
  await page.reload();
  await enter(page);
  await room(page);
  assert.deepEqual(await hints.getByRole("listitem").allTextContents(), ["And leave a silence afterwards."]);
  await say(page, "What did the outage cost you?");
  await said(page, "ai", 2);
  await end(page);
  const script = page.getByRole("region", { name: "Transcript" });
  await script.getByText("Ask what it cost them.").waitFor();
  assert.deepEqual(
    await script.getByRole("listitem").evaluateAll((lines) => lines.map((line) => line.getAttribute("data-role"))),
    ["ai", "coach", "coach", "user", "ai"],
  );
  assert.deepEqual([...trainee.complaints, ...coach.complaints], []);
  await trainee.context.close();
  await coach.context.close();
});

test("on a small phone two hints leave room for the conversation and for writing", async () => {
  const { page, context } = await visit(browser, server.url, { phone: true });
  const coach = await visit(browser, server.url);
  await page.setViewportSize(SMALL);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  await enterWithToken(coach.page, server.url, await server.token("cora", "coach"));
  await coach.page.goto(page.url().replace("/practice/", "/live/"));
  for (const text of ["Ask what the outage cost them, and wait for the number.", "Leave a silence afterwards."]) {
    await coach.page.getByLabel("Whisper to the trainee").last().fill(text);
    await coach.page.keyboard.press("Enter");
    await page.getByText(text).waitFor();
  }
  const log = page.getByRole("log");
  assert.ok(((await log.boundingBox())?.height ?? 0) > 80, "the conversation is squeezed");
  const writing = await page.getByLabel("Type instead of speaking").boundingBox();
  const around = await page.locator("section").filter({ has: log }).boundingBox();
  assert.ok(writing && around && writing.y + writing.height <= around.y + around.height, "the field is cut off");
  await context.close();
  await coach.context.close();
});

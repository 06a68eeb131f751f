// How to talk, for somebody who has not done it yet.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { room, said, say } from "./room.js";

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

test("a phone says too how to talk, until the first turn", async () => {
  const { page, context } = await visit(browser, server.url, { phone: true });
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const hint = page.getByText("A pause ends your turn.");
  await hint.waitFor();
  await say(page, "What did the outage cost you?");
  await said(page, "user", 1);
  await hint.waitFor({ state: "hidden" });
  await context.close();
});

test("Enter that is held down on the talk button begins one turn and does not end it", async () => {
  const { page, context } = await visit(browser, server.url, { mode: "push-to-talk" });
  await enterAsGuest(page);
  await startPractice(page);
  await room(page, "Hold to talk");
  const button = page.locator("button", { hasText: /Hold to talk|Release to send/ }).last();
  await button.evaluate((button) => {
    const seen = /** @type {any} */ (window);
    seen.changes = 0;
    new MutationObserver(() => seen.changes++).observe(button, { attributeFilter: ["data-talking"] });
  });
  await button.focus();
  // Each one more after the first is a repetition.
  for (let i = 0; i < 4; i++) await page.keyboard.down("Enter");
  await page.getByRole("button", { name: "Release to send" }).waitFor();
  await page.keyboard.up("Enter");
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).changes), 1);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Release to send" }).waitFor({ state: "hidden" });
  await context.close();
});

// The page on a phone in the same house: over plain http, where browsers leave out what they allow on secure pages only.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { said, say } from "./room.js";

const HOST = "practice.example";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser([`--host-resolver-rules=MAP ${HOST} 127.0.0.1`]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test("whoever comes over plain http gets in as a guest, and practises in writing", async () => {
  const url = server.url.replace("127.0.0.1", HOST);
  const { page, context, complaints } = await visit(browser, url, { microphone: "device" });
  await enterAsGuest(page);
  assert.equal(await page.evaluate(() => isSecureContext), false);
  await startPractice(page);
  await page.getByText("This page cannot play sound").waitFor();
  await say(page, "Then I write. What did the outage cost you?");
  await said(page, "ai", 2);
  assert.deepEqual(complaints, []);
  await context.close();
});

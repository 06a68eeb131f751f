// A practice that is open in more than one place.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { enter, room } from "./room.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser.close();
  await server.close();
});

test("a tab that chose no language shows the one that was chosen elsewhere", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const picker = (/** @type {typeof page} */ of) => of.getByRole("combobox", { name: "Conversation language" });
  await picker(page).click();
  await page.getByRole("option", { name: "Taiwanese" }).click();
  const second = await context.newPage();
  await second.goto(page.url());
  await enter(second);
  await room(second);
  assert.match((await picker(second).textContent()) ?? "", /Taiwanese/);
  await context.close();
});

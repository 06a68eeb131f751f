// A practice that is open in more than one place.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { end, enter, room } from "./room.js";

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

test("a talk button on which somebody talked while another tab took over begins the next turn at once", async () => {
  const { page, context } = await visit(browser, server.url, { mode: "push-to-talk" });
  await enterAsGuest(page);
  await startPractice(page);
  await room(page, "Hold to talk");
  const button = page.getByRole("button", { name: "Hold to talk", exact: true });
  const talking = page.getByRole("button", { name: "Release to send" });
  await button.press("Enter");
  await talking.waitFor();
  const second = await context.newPage();
  await second.goto(page.url());
  await enter(second);
  await room(second, "Hold to talk");
  await page.getByRole("button", { name: "Continue here" }).click();
  await page.locator("[data-scene=listening], [data-scene=transcribing]").first().waitFor();
  await button.press("Enter");
  await talking.waitFor();
  await context.close();
});

test("a practice that was closed because another one was begun says in its report that it was", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const other = await context.newPage();
  await other.goto("/scenarios/visiting-grandmother");
  await other.getByText("is still open").waitFor();
  await other.locator("aside button").last().click();
  await page.waitForURL("**/report/*");
  await page.getByText("closed without having been ended").waitFor();
  await context.close();
});

test("nobody begins another practice before the server has said whether one is open", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const start = page.locator("aside button").last();
  let goOn = () => {};
  const clicked = new Promise((resolve) => {
    goOn = () => resolve(undefined);
  });
  await page.route("**/api/roleplay/session/*", async (route) => {
    await clicked;
    await route.continue();
  });
  await page.goto("/scenarios/visiting-grandmother");
  await start.click();
  goOn();
  await page.getByText("is still open").waitFor();
  assert.match(page.url(), /visiting-grandmother$/);

  await page.unroute("**/api/roleplay/session/*");
  await page.route("**/api/roleplay/session/*", (route) => route.fulfill({ status: 503, body: "{}" }));
  await page.reload();
  await page.getByText("It could not be found out whether").waitFor();
  await start.click();
  await page.waitForURL("**/practice/*");
  await context.close();
});

test("whoever is about to begin another practice is told that one is open, and gets back to it", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  const open = page.url();
  await page.goto("/scenarios/visiting-grandmother");
  await page.getByText("“Cloud Migration Discussion” is still open").waitFor();
  await page.getByRole("link", { name: "Back to the open practice" }).click();
  assert.equal(page.url(), open);
  await enter(page);
  await room(page);
  await end(page);
  await page.goto("/scenarios/visiting-grandmother");
  await page.locator("aside button").last().waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.getByText("is still open").count(), 0);
  await context.close();
});

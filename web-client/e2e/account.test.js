// Leaving: a guest who signs out, and accounts that are deleted.
import { after, before, test } from "node:test";
import { enterAsGuest, startBrowser, startServer, visit } from "./harness.js";

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

test("a guest who signs out is told first that nobody can come back, and may think better of it", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await choose(page, "Sign out");
  const question = page.getByRole("alertdialog", { name: "Sign out as a guest?" });
  await question.getByText("not even you").waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "hidden" });
  await page.reload();
  await page.locator("search").waitFor();

  await choose(page, "Sign out");
  await page.getByRole("button", { name: "Sign out for good" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await context.close();
});

/** @param {import("playwright-core").Page} page @param {string} item of the account's menu */
async function choose(page, item) {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

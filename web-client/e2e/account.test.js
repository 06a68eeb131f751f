// Leaving: a guest who signs out, and accounts that are deleted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { end, room, said, say } from "./room.js";

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

test("a guest who signs out is told first that nobody can come back, and may think better of it", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await choose(page, "Sign out");
  const question = page.getByRole("alertdialog", { name: "Sign out as a guest?" });
  await question.getByText("not even you").waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "hidden" });
  assert.match(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? ""), /^Account/);
  await page.reload();
  await page.locator("search").waitFor();

  await choose(page, "Sign out");
  await page.getByRole("button", { name: "Sign out for good" }).press("Enter");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "content");
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await context.close();
});

test("a demo user who signs out in a guest's browser is asked nothing, and the guest still gets in", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  const account = () => page.evaluate(() => fetch("/api/auth/me").then((answer) => answer.text()));
  const asGuest = await account();
  await page.goto("/demo");
  await page.locator("search").waitFor();
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByText("demo@repartee.invalid").waitFor();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.reload();
  await page.getByRole("button", { name: "Try it without an account" }).click();
  await page.locator("search").waitFor();
  assert.equal(await account(), asGuest);
  await context.close();
});

test("a guest's account is deleted without a question that only the browser can answer", async () => {
  const { page, context, complaints } = await visit(browser, server.url);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  await say(page, "What did the outage cost you?");
  await said(page, "ai", 2);
  await end(page);
  const token = await kept(context);
  await choose(page, "Delete my account");
  const question = page.getByRole("alertdialog", { name: "Delete your account?" });
  await question.getByText("recordings and reports").waitFor();
  assert.equal(await question.getByLabel("Your password").count(), 0);
  await question.getByRole("button", { name: "Delete everything" }).click();
  await page.getByText("Your account is deleted.").waitFor();
  assert.equal(new URL(page.url()).pathname, "/");
  assert.equal(await kept(context), undefined);
  const asked = await fetch(`${server.url}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(asked.status, 401);
  assert.deepEqual(complaints, []);

  await page.getByRole("button", { name: "Try it without an account" }).click();
  await page.getByRole("link", { name: "History" }).click();
  await page.getByText("No practice yet").waitFor();
  await context.close();
});

test("whoever has a password deletes the account with it, and with nothing else", async () => {
  const { page, context } = await visit(browser, server.url);
  await page.goto("/");
  await page.getByRole("button", { name: "New here?" }).click();
  await page.getByLabel("Name").fill("Ann Example");
  await page.getByLabel("Email").fill("ann@example.org");
  await page.getByLabel("Password").fill("a long password");
  await page.locator("form button").click();
  await page.locator("search").waitFor();
  await choose(page, "Delete my account");
  const remove = page.getByRole("button", { name: "Delete everything" });
  await remove.click();
  await page.getByText("Your password is needed for this.").waitFor();
  await page.getByLabel("Your password").fill("a wrong password");
  await remove.click();
  await page.getByText("This is not your password.").waitFor();
  await page.getByRole("button", { name: "Keep my account" }).click();

  await choose(page, "Delete my account");
  await remove.waitFor();
  assert.equal(await page.getByText("This is not your password.").count(), 0);
  await page.getByLabel("Your password").fill("a long password");
  await page.keyboard.press("Enter");
  await page.getByText("Your account is deleted.").waitFor();
  await page.getByLabel("Email").fill("ann@example.org");
  await page.getByLabel("Password").fill("a long password");
  await page.locator("form button").click();
  await page.getByText("Email or password is wrong.").waitFor();
  await context.close();
});

/** @param {import("playwright-core").BrowserContext} context */
async function kept(context) {
  return (await context.cookies()).find(({ name }) => name === "token")?.value;
}

/** @param {import("playwright-core").Page} page @param {string} item of the account's menu */
async function choose(page, item) {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

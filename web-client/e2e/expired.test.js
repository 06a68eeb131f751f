// A sign-in that expires while the page is open.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { layCable } from "./cable.js";
import { enterAsGuest, listen, PATIENCE, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { end, room, said, say } from "./room.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/**
 * Whoever has an account does not get a new token by themselves: theirs has to last for what they do before they miss it.
 * @type {Awaited<ReturnType<typeof startServer>>}
 */
let patient;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  server = await startServer({ JWT_EXPIRES_IN: "12s" });
  patient = await startServer({ JWT_EXPIRES_IN: "20s" });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
  await patient?.close();
});

test("whoever has to sign in again goes on in the same practice, and with the same report", async () => {
  const { page, context } = await visit(browser, patient.url);
  await register(page, "ann@example.org");
  await startPractice(page);
  await room(page);
  await say(page, "What did the outage cost you?");
  await said(page, "ai", 2);
  const practice = page.url();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await signIn(page, "ann@example.org");
  assert.equal(page.url(), practice);
  await room(page);
  await said(page, "ai", 2);

  await end(page);
  await page.getByRole("link", { name: "History" }).click();
  const report = page.getByRole("link", { name: "Cloud Migration Discussion" });
  await report.waitFor();
  await expired(context, patient);
  await report.click();
  await signIn(page, "ann@example.org");
  assert.match(page.url(), /\/report\//);
  await page.getByRole("heading", { name: "Cloud Migration Discussion" }).waitFor();
  await context.close();
});

test("what was written and did not get through before one had to sign in again is said when one is back, once", async (t) => {
  const cable = await layCable(patient.url);
  t.after(() => cable.close());
  const { page, context } = await visit(browser, cable.url);
  await register(page, "bea@example.org");
  await startPractice(page);
  await room(page);
  cable.pull();
  await page.getByText("The line dropped.").waitFor();
  await say(page, "What did the outage cost you?");
  await expired(context, patient);
  cable.plugIn();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByText("Your sign-in has expired.").waitFor();
  await page.reload();
  await fillIn(page, "bea@example.org");
  await room(page);
  await said(page, "ai", 2);
  const lines = page.locator("[role=log] [data-role=user]");
  assert.equal(await lines.getByText("What did the outage cost you?").count(), 1);
  assert.equal(await page.getByLabel("Type instead of speaking").inputValue(), "");
  await context.close();
});

test("a guest goes on without being asked, in the room, on every page and on another day", async () => {
  const { page, context } = await visit(browser, server.url);
  const line = listen(page);
  await enterAsGuest(page);
  await startPractice(page);
  await room(page);
  await line.sent.some("start-session", 2);
  await room(page);
  await say(page, "What did the outage cost you?");
  await said(page, "ai", 2);
  await end(page);
  await expired(context, server);
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("link", { name: "Cloud Migration Discussion" }).waitFor();
  await context.clearCookies();
  await page.reload();
  await page.getByRole("link", { name: "Cloud Migration Discussion" }).waitFor();
  await context.close();
});

test("a guest whose token expires in front of the room gets in all the same", async () => {
  const { page, context } = await visit(browser, server.url);
  const line = listen(page);
  await enterAsGuest(page);
  await page.route("**/api/roleplay/session/*", async (route) => {
    const response = await route.fetch();
    await expired(context, server);
    await route.fulfill({ response });
  });
  await startPractice(page);
  await room(page);
  assert.equal(line.told.all("error")[0]?.code, "TOKEN_EXPIRED");
  await say(page, "What did the outage cost you?");
  await said(page, "ai", 2);
  assert.equal(await page.getByText("Your sign-in is no longer valid.").count(), 0);
  await context.close();
});

test("a guest whose next token is refused in front of the room too is asked to sign in", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  const token = (await context.cookies()).find(({ name }) => name === "token")?.value;
  await page.route("**/api/auth/login", (route) => route.fulfill({ json: { token } }));
  await page.route("**/api/roleplay/session/*", async (route) => {
    const response = await route.fetch();
    await expired(context, server);
    await route.fulfill({ response });
  });
  await startPractice(page);
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByText("Your sign-in has expired.").waitFor();
  await context.close();
});

const PASSWORD = "a long password";

/** @param {import("playwright-core").Page} page @param {string} email */
async function register(page, email) {
  await page.goto("/");
  await page.getByRole("button", { name: "New here?" }).click();
  await page.getByLabel("Name").fill("Ann Example");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.locator("form button").click();
  await page.locator("search").waitFor();
}

/** @param {import("playwright-core").Page} page @param {string} email */
async function signIn(page, email) {
  await page.getByText("Your sign-in has expired.").waitFor();
  await fillIn(page, email);
}

/** @param {import("playwright-core").Page} page @param {string} email */
async function fillIn(page, email) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.locator("form button").click();
}

/**
 * Waits until the server takes the token no more.
 * @param {import("playwright-core").BrowserContext} context
 * @param {typeof server} server
 */
async function expired(context, server) {
  const token = (await context.cookies()).find(({ name }) => name === "token")?.value;
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const { status } = await fetch(`${server.url}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
    if (status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the token is still good");
}

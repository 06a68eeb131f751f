// A page that is open while a newer one is put on the server: parts that it has not loaded yet are gone.
import assert from "node:assert/strict";
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
  await browser?.close();
  await server?.close();
});

test("a page of which a part is gone loads itself anew, and goes where one wanted to", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  let missed = 0;
  await page.route("**/assets/History-*.js", (route) => {
    if (missed++ > 0) return route.continue();
    return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
  });
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("heading", { name: "Your practices" }).waitFor();
  assert.match(page.url(), /\/history$/);
  await context.close();
});

test("where that does not help either the page says so, and there is a way out", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await page.route("**/assets/History-*.js", (route) => route.fulfill({ status: 404, body: "" }));
  let loaded = 0;
  page.on("load", () => loaded++);
  const reloaded = page.waitForEvent("load");
  await page.getByRole("link", { name: "History" }).click();
  await reloaded;
  await page.waitForLoadState("networkidle");
  await page.getByText("This page ran into a problem of its own.").waitFor();
  assert.equal(loaded, 1);
  await page.getByRole("link", { name: "To the scenarios" }).click();
  await page.locator("search").waitFor();
  await context.close();
});

test("where the server does not answer the page stays, and says that a part is missing", async () => {
  const { page, context } = await visit(browser, server.url);
  await enterAsGuest(page);
  await page.route("**/assets/History-*.js", (route) => route.abort());
  const asked = new Promise((resolve) => page.route(`${server.url}/`, (route) => route.abort().then(resolve)));
  let loaded = 0;
  page.on("load", () => loaded++);
  await page.getByRole("link", { name: "History" }).click();
  await asked;
  await page.getByText("This page ran into a problem of its own.").waitFor();
  await page.waitForTimeout(300);
  assert.equal(loaded, 0);
  await context.close();
});

// A coach looks in on a practice from a browser of their own and whispers; an admin looks at the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterAsGuest, enterWithToken, startBrowser, startPractice, startServer, visit } from "./harness.js";

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

test("a coach finds a practice, reads along and whispers, and the trainee knows", async () => {
  const trainee = await visit(browser, server.url);
  const coach = await visit(browser, server.url);
  await enterWithToken(coach.page, server.url, await server.token("cora", "coach"));
  await coach.page.getByRole("link", { name: "Live" }).click();
  await coach.page.getByText("Nobody is practising").waitFor();

  await enterAsGuest(trainee.page);
  await startPractice(trainee.page);
  await trainee.page.locator("[data-scene=listening]").waitFor();
  await say(trainee.page, "Tell me what went wrong back then.");
  await trainee.page.getByText("Turn 2 of 12").waitFor();

  await coach.page.getByRole("link", { name: "Guest" }).click();
  await coach.page.getByText("Tell me what went wrong back then.").waitFor();
  await trainee.page.getByText("A coach is listening.").waitFor();
  await say(trainee.page, "Which warehouse stood still first?");
  await coach.page.getByText("Which warehouse stood still first?").waitFor();
  await coach.page.locator("[role=log] [data-role=ai]").nth(2).waitFor();

  await coach.page.getByLabel("Whisper to the trainee").last().fill("Ask what it cost them.");
  await coach.page.keyboard.press("Enter");
  await trainee.page.getByText("Ask what it cost them.").waitFor();
  await coach.page.locator("ol").getByText("Ask what it cost them.").waitFor();

  await trainee.page.reload();
  await trainee.page.getByRole("button", { name: "Enter the room" }).or(trainee.page.locator("[data-scene]")).waitFor();
  const enter = trainee.page.getByRole("button", { name: "Enter the room" });
  if (await enter.isVisible()) await enter.click();
  await trainee.page.getByText("A coach is listening.").waitFor();

  await coach.page.getByRole("link", { name: "Practising now" }).click();
  await trainee.page.getByText("A coach is listening.").waitFor({ state: "hidden" });
  await coach.page.getByRole("link", { name: "Guest" }).click();
  await coach.page.getByText("Which warehouse stood still first?").waitFor();
  await trainee.page.getByRole("button", { name: "End", exact: true }).click();
  await trainee.page.getByRole("button", { name: "End and see the report" }).click();
  await coach.page.getByRole("link", { name: "See the report" }).click();
  await coach.page.getByRole("heading", { name: "Cloud Migration Discussion" }).waitFor();
  assert.deepEqual([...trainee.complaints, ...coach.complaints], []);
  await trainee.context.close();
  await coach.context.close();
});

test("a coach stays with a practice over a restart of the server", async () => {
  const trainee = await visit(browser, server.url);
  const coach = await visit(browser, server.url);
  await enterAsGuest(trainee.page);
  await startPractice(trainee.page);
  await trainee.page.locator("[data-scene=listening]").waitFor();
  await enterWithToken(coach.page, server.url, await server.token("cora", "coach"));
  await coach.page.goto(trainee.page.url().replace("/practice/", "/live/"));
  await trainee.page.getByText("A coach is listening.").waitFor();
  await server.restart();
  await trainee.page.locator("[data-scene=listening]").waitFor();
  await say(trainee.page, "Are you still there?");
  await coach.page.getByText("Are you still there?").waitFor();
  await trainee.context.close();
  await coach.context.close();
});

test("an admin sees how the server is doing, and nobody else gets there", async () => {
  const { page, context, complaints } = await visit(browser, server.url);
  await enterWithToken(page, server.url, await server.token("ada", "admin"));
  await page.getByRole("link", { name: "Operations" }).click();
  await page.getByRole("row", { name: "Whole answer" }).waitFor();
  await page.getByText("Database").waitFor();
  await page.getByText("Ready", { exact: true }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();

  const trainee = await visit(browser, server.url);
  await enterAsGuest(trainee.page);
  assert.equal(await trainee.page.getByRole("link", { name: "Live" }).count(), 0);
  for (const path of ["/operations", "/live", "/live/x"]) {
    await trainee.page.goto(path);
    await trainee.page.getByText("There is no such page").waitFor();
  }
  await trainee.context.close();
});

/** @param {import("playwright-core").Page} page @param {string} text */
async function say(page, text) {
  await page.getByLabel("Type instead of speaking").fill(text);
  await page.keyboard.press("Enter");
}

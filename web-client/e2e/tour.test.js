// A picture of every page in three languages, into screenshots/, for people to leaf through; and every page's accessibility.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { enterAsGuest, enterWithToken, listen, startBrowser, startPractice, startServer, visit } from "./harness.js";
import { speakUp } from "./microphone.js";
import { recorded } from "./room.js";

const pictures = path.join(import.meta.dirname, "screenshots");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  await mkdir(pictures, { recursive: true });
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const scenarios = {
  en: "cloud-migration-discussion",
  "zh-Hans": "renewal-in-shanghai",
  "zh-Hant": "visiting-grandmother",
};
const whispered = {
  en: "Ask what the outage cost.",
  "zh-Hans": "问问停机造成了多大损失。",
  "zh-Hant": "問問阿嬤今天過得好不好。",
};
const typed = {
  en: "What happened two years ago?",
  "zh-Hans": "李总您好，您最在意哪一点？",
  "zh-Hant": "阿嬤，你食飽未？我來佮你開講。",
};

/** Every language and every look: what is too pale in the dark is so in every language, and what is too wide for a phone is so in English. */
const VARIANTS = /** @type {const} */ ([
  ["en", "light"],
  ["zh-Hans", "phone"],
  ["zh-Hant", "dark"],
]);

for (const [locale, look] of VARIANTS) {
  test(`every page can be seen and used: ${locale}, ${look}`, async () => {
    const theme = look === "dark" ? "dark" : "light";
    const { page, context, complaints } = await visit(browser, server.url, {
      locale,
      theme,
      phone: look === "phone",
    });
    const line = listen(page);
    const show = (/** @type {string} */ name) => shoot(page, `${name}-${locale}-${look}`);

    await page.goto("/");
    await page.locator("form").waitFor();
    await show("sign-in");
    await enterAsGuest(page);
    await page.locator("article, ul li h2").first().waitFor();
    await show("scenarios");
    await page.locator("search input").fill("xyzzy");
    await show("scenarios-none");
    await page.goto("/history");
    await page.locator("main h2").waitFor();
    await show("history-empty");
    await page.goto("/nowhere");
    await page.locator("main h1").waitFor();
    await show("not-found");
    await page.goto(`/scenarios/${scenarios[locale]}`);
    await page.locator("aside button").last().waitFor();
    await show("briefing");
    await startPractice(page, scenarios[locale]);
    await page.locator("form input:enabled").fill(typed[locale]);
    await page.keyboard.press("Enter");
    await page.locator("[data-scene=speaking]").waitFor();
    await show("practice-speaking");
    await page.locator("[data-scene=listening]").waitFor();
    await show("practice-listening");
    const heard = await speak(page, line, 4000, () => show("practice-hearing"));
    const admin = await visit(browser, server.url, { locale, theme, phone: look === "phone" });
    await coach(admin.page, look, locale, page);
    // On a busy machine what was said may become two turns, of which the second interrupts what the first is answered.
    await line.sent.first("playback-progress", ({ turnId, done }) => Number(turnId) >= Number(heard) && done);
    const answers = line.told.all("ai-response").length;
    await speakOver(page, line);
    const last = (await line.told.some("ai-response", answers + 2)).at(-1)?.turnId;
    await line.sent.first("playback-progress", ({ turnId, playedMs }) => turnId === last && playedMs > 0);
    await show("practice-interrupted");
    await end(page);
    await recorded(page);
    await show("report");
    await page.screenshot({ path: path.join(pictures, `report-whole-${locale}-${look}.png`), fullPage: true });
    await admin.page.goto(page.url());
    await recorded(admin.page);
    await shoot(admin.page, `report-coach-${locale}-${look}`);
    await admin.context.close();
    await page.goto("/history");
    await page.locator("main li h2").first().waitFor();
    await page.locator(".recharts-surface").waitFor();
    await show("history");
    assert.deepEqual([...complaints, ...admin.complaints], []);
    await context.close();
  });
}

/**
 * Looks in on the trainee's practice, whispers, and looks at the server.
 * @param {import("playwright-core").Page} page
 * @param {string} look
 * @param {"en" | "zh-Hans" | "zh-Hant"} locale
 * @param {import("playwright-core").Page} trainee
 */
async function coach(page, look, locale, trainee) {
  const id = trainee.url().split("/").at(-1);
  await enterWithToken(page, server.url, await server.token("ada", "admin"));
  await page.goto("/live");
  await page.locator(`a[href="/live/${id}"]`).waitFor();
  await shoot(page, `live-${locale}-${look}`);
  await page.goto(`/live/${id}`);
  await page.locator("form input:enabled").fill(whispered[locale]);
  await page.keyboard.press("Enter");
  await page.locator("li time").waitFor();
  await shoot(page, `watching-${locale}-${look}`);
  await trainee.getByText(whispered[locale]).waitFor();
  await shoot(trainee, `practice-coached-${locale}-${look}`);
  await page.goto("/operations");
  await page.locator("table").waitFor();
  await page.locator("section li").first().waitFor();
  await shoot(page, `operations-${locale}-${look}`);
}

/**
 * Just speaks, so much of the sentence. Resolves when that is answered: to the turn.
 * @param {import("playwright-core").Page} page
 * @param {ReturnType<typeof listen>} line
 * @param {number} lengthMs
 * @param {() => Promise<void>} [meanwhile]
 * @returns {Promise<string>}
 */
async function speak(page, line, lengthMs, meanwhile) {
  const answered = line.told.all("ai-response").length;
  const speaking = speakUp(page, 0, lengthMs);
  if (meanwhile) {
    await page.locator("[role=log] [data-partial]").waitFor();
    await meanwhile();
  }
  await speaking;
  return (await line.told.some("ai-response", answered + 1))[answered]?.turnId;
}

/**
 * Speaks, hears how the answer begins, and speaks over it. No picture is taken meanwhile: it could take longer than the answer.
 * @param {import("playwright-core").Page} page
 * @param {ReturnType<typeof listen>} line
 */
async function speakOver(page, line) {
  const turn = await speak(page, line, 1300);
  await line.sent.first("playback-progress", ({ turnId, playedMs }) => turnId === turn && playedMs > 500);
  await speakUp(page, 2500, 1800);
  await page.locator("[role=log] s").waitFor();
}

/** @param {import("playwright-core").Page} page */
async function end(page) {
  await page.locator("[aria-haspopup=dialog]").last().click();
  await page.locator("[role=alertdialog] button").last().click();
  await page.waitForURL("**/report/*");
  await page.locator(".recharts-surface").first().waitFor();
}

const PHONE = 375;

/** @param {import("playwright-core").Page} page @param {string} name */
async function fits(page, name) {
  const beyond = () => document.documentElement.scrollWidth - innerWidth;
  // Charts follow the page's width a moment later.
  await page.waitForFunction(`(${beyond})() <= 0`, null, { timeout: 5_000 }).catch(() => {});
  const pixels = await page.evaluate(beyond);
  assert.ok(pixels <= 0, `${name} is ${pixels} pixels too wide`);
}

/** @param {import("playwright-core").Page} page @param {string} name */
async function shoot(page, name) {
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
  await fits(page, name);
  const size = page.viewportSize();
  if (size && size.width > PHONE) {
    await page.setViewportSize({ width: PHONE, height: 812 });
    await fits(page, `${name}, on a phone,`);
    await page.setViewportSize(size);
  }
  await page.evaluate(axe);
  const found = await page.evaluate(() => {
    const axe = /** @type {any} */ (window).axe;
    return axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] });
  });
  const said = found.violations.map((/** @type {any} */ violation) => ({
    rule: violation.id,
    at: violation.nodes.map((/** @type {any} */ node) => `${node.target} ${node.any[0]?.message ?? ""}`),
  }));
  assert.deepEqual(said, [], `${name} is not accessible to everybody`);
}

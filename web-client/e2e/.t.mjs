import { enterAsGuest, startBrowser, visit } from "./harness.js";

const browser = await startBrowser();
for (const [locale, look] of [
  ["en", "light"],
  ["zh-Hant", "dark"],
  ["en", "phone"],
]) {
  const { page, complaints, context } = await visit(browser, "http://127.0.0.1:3977", {
    locale,
    theme: look === "dark" ? "dark" : "light",
    phone: look === "phone",
  });
  const shot = (n) => page.screenshot({ path: `/tmp/shots/${n}-${locale}-${look}.png` });
  page.on("pageerror", (e) => console.log(page.url(), e.stack.slice(0, 600)));
  page.on("websocket", (ws) => {
    ws.on("framesent", (f) => console.log(">", String(f.payload).slice(0, 150)));
    ws.on("framereceived", (f) => console.log("<", String(f.payload).slice(0, 220)));
  });
  await enterAsGuest(page);
  await page.goto("/scenarios/cloud-migration-discussion");
  await page.locator("aside button").last().click();
  await page.waitForURL("**/practice/*");
  await page.waitForTimeout(1500);
  await shot("practice1");
  await page.locator("form input").fill("What happened two years ago, and what did it cost you?");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(2500);
  await shot("practice2");
  await page.waitForTimeout(9000);
  await shot("practice3");
  console.log(complaints, await page.locator("[data-scene]").getAttribute("data-scene"));
  await context.close();
  if (look === "light") console.log("=========");
}
await browser.close();

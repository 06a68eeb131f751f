// What somebody does in the practice room.

/**
 * Waits until one may speak.
 * @param {import("playwright-core").Page} page
 * @param {"Mute" | "Hold to talk"} button that of an open microphone, or that of push-to-talk
 */
export async function room(page, button = "Mute") {
  await page.locator("[data-scene=listening]").waitFor();
  await page.getByRole("button", { name: button, exact: true }).waitFor();
}

/**
 * A browser that has not seen a click on this site yet is asked for one.
 * @param {import("playwright-core").Page} page
 */
export async function enter(page) {
  const button = page.getByRole("button", { name: "Enter the room" });
  await button.or(page.locator("[data-scene]")).first().waitFor();
  if (await button.isVisible()) await button.click();
}

/** @param {import("playwright-core").Page} page @param {string} text */
export async function say(page, text) {
  await page.getByLabel("Type instead of speaking").fill(text);
  await page.keyboard.press("Enter");
}

/**
 * Waits for the nth thing that somebody said, final or as far as it has come.
 * @param {import("playwright-core").Page} page
 * @param {"user" | "ai"} role
 * @param {number} nth
 */
export async function said(page, role, nth) {
  const line = page.locator(`[role=log] [data-role=${role}]:not([data-partial])`).nth(nth - 1);
  await line.waitFor();
  return line;
}

/**
 * Waits until the report has its recording: the server makes one after the other, some time after a practice has ended.
 * @param {import("playwright-core").Page} page
 */
export async function recorded(page) {
  await page.locator("input[type=range]:enabled").waitFor();
}

/** @param {import("playwright-core").Page} page */
export async function end(page) {
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End and see the report" }).click();
  await page.waitForURL("**/report/*");
}

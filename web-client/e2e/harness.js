// The real server, built from this checkout, with its own empty data, and a real browser whose microphone speaks a sentence.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { giveMicrophone } from "./microphone.js";

const root = path.resolve(import.meta.dirname, "../..");
const binary = process.env.REPARTEE ?? path.join(root, "target/debug/repartee");
const sentence = path.join(import.meta.dirname, "fixtures/sentence.wav");

/** For what only takes the time that the machine takes for it. */
export const PATIENCE = 60_000;

/** @param {Record<string, string>} [settings] of its environment */
export async function startServer(settings = {}) {
  const data = await mkdtemp(path.join(tmpdir(), "repartee-e2e-"));
  const env = { ...process.env, ...settings, HOST: "127.0.0.1", PORT: "0", DATA_DIR: data, LOG: "warn" };
  const launch = () => spawn(binary, ["serve"], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  let child = launch();
  const url = await ready(child);
  // Where it is started again, the pages find it again.
  env.PORT = new URL(url).port;
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill();
    await exited;
  };
  return {
    url,
    /**
     * What an operator hands to somebody with a role.
     * @param {string} user
     * @param {"coach" | "admin"} role
     */
    async token(user, role) {
      const { stdout } = await promisify(execFile)(binary, ["token", "--user", user, "--role", role], {
        cwd: root,
        env,
      });
      return stdout.trim();
    },
    async restart() {
      await stop();
      child = launch();
      await ready(child);
    },
    async close() {
      await stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** @param {string[]} [more] of its arguments */
export function startBrowser(more = []) {
  return chromium.launch({
    timeout: 2 * PATIENCE,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${sentence}`,
      "--autoplay-policy=no-user-gesture-required",
      ...more,
    ],
  });
}

/**
 * A page of a fresh visitor. Whatever goes wrong in it unnoticed is in `complaints`. The microphone `own` is silent until the
 * test speaks into it, `device` is the browser's, which never stops.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {{ locale?: string, theme?: "light" | "dark", phone?: boolean, microphone?: "own" | "device", mode?: "open" | "push-to-talk" }} [as]
 */
export async function visit(browser, url, as = {}) {
  const { locale = "en", theme = "light", phone = false, microphone = "own", mode = "open" } = as;
  const context = await browser.newContext({
    baseURL: url,
    viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
    isMobile: phone,
    hasTouch: phone,
    reducedMotion: "reduce",
    permissions: ["microphone"],
  });
  await context.addInitScript(
    (kept) => {
      for (const [key, value] of Object.entries(kept)) localStorage.setItem(`repartee.${key}`, value);
    },
    { locale, theme, "talk-mode": mode },
  );
  if (microphone === "own") await giveMicrophone(context);
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, context, complaints };
}

/** @param {import("playwright-core").Page} page */
export async function enterAsGuest(page) {
  await page.goto("/");
  await page.locator("section button").first().click();
  await page.locator("search").waitFor();
}

/**
 * Signs the page in with a token.
 * @param {import("playwright-core").Page} page
 * @param {string} url
 * @param {string} token
 */
export async function enterWithToken(page, url, token) {
  await page.context().addCookies([{ name: "token", value: token, url }]);
  await page.goto("/");
  await page.locator("search").waitFor();
}

/**
 * Opens a scenario's briefing and starts its practice.
 * @param {import("playwright-core").Page} page
 */
export async function startPractice(page, scenario = "cloud-migration-discussion") {
  await page.goto(`/scenarios/${scenario}`);
  await page.locator("aside button").last().click();
  await page.waitForURL("**/practice/*");
}

/**
 * What the page sends and is told over the line, each with when that was.
 * @param {import("playwright-core").Page} page
 */
export function listen(page) {
  const sent = new Log();
  const told = new Log();
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => sent.add(payload));
    socket.on("framereceived", ({ payload }) => told.add(payload));
  });
  return { sent, told };
}

class Log {
  /** @type {{ name: string, payload: Record<string, any> }[]} */
  #events = [];
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {string | Buffer} packet of the protocol */
  add(packet) {
    const event = /^4[25]\d*-?\d*(\[.*\])$/s.exec(String(packet));
    if (!event?.[1]) return;
    const [name, body] = JSON.parse(event[1]);
    this.#events.push({ name, payload: { ...body, seenAt: performance.now() } });
    for (const look of [...this.#waiting]) look();
  }

  /** @param {string} name */
  all(name) {
    return this.#events.filter((event) => event.name === name).map(({ payload }) => payload);
  }

  /**
   * All of them, once there are so many.
   * @param {string} name
   * @param {number} count
   */
  async some(name, count) {
    await this.#wait(`${count} ${name}`, () => this.all(name).length >= count);
    return this.all(name);
  }

  /**
   * The longest time that passed between two of them since then. Of what a page sends all the time it tells how long the page
   * stood still.
   * @param {string} name
   * @param {number} since
   */
  longestPause(name, since) {
    const times = this.all(name).map(({ seenAt }) => seenAt);
    const first = times.findLastIndex((at) => at <= since);
    const later = times.slice(Math.max(first, 0));
    return Math.max(...later.map((at, i) => at - (later[i - 1] ?? at)));
  }

  /**
   * The first one of which that is true.
   * @param {string} name
   * @param {(payload: Record<string, any>) => boolean} [wanted]
   */
  async first(name, wanted = () => true) {
    await this.#wait(name, () => this.all(name).some(wanted));
    return /** @type {Record<string, any>} */ (this.all(name).find(wanted));
  }

  /**
   * @param {string} what
   * @param {() => boolean} come
   * @returns {Promise<void>}
   */
  #wait(what, come) {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!come()) return;
        clearTimeout(deadline);
        this.#waiting.delete(look);
        resolve();
      };
      const late = () =>
        reject(new Error(`${what} did not come; there came ${[...new Set(this.#events.map(({ name }) => name))]}`));
      const deadline = setTimeout(late, PATIENCE);
      this.#waiting.add(look);
      look();
    });
  }
}

/**
 * Where it can be reached, once it can.
 * @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, null>} child
 * @returns {Promise<string>}
 */
function ready(child) {
  return new Promise((resolve, reject) => {
    const late = () => {
      child.kill("SIGKILL");
      reject(new Error(`${binary} did not become ready`));
    };
    const deadline = setTimeout(late, PATIENCE).unref();
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${binary} ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /Repartee is ready: (http\S+)/.exec(line)?.[1];
      if (!url) return;
      clearTimeout(deadline);
      resolve(url);
    });
  });
}

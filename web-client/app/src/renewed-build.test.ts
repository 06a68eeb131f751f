import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reloadForMissingParts } from "./renewed-build";

let page: EventTarget;
let answer: () => Promise<Response>;

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  answer = async () => new Response();
  const kept = new Map<string, string>();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("fetch", () => answer());
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a page of which a part is gone is loaded anew, and not again and again", async () => {
  const { reload, miss } = opened();
  await miss();
  expect(reload).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(59_999);
  await miss();
  expect(reload).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  await miss();
  expect(reload).toHaveBeenCalledTimes(2);
});

test("two parts that are missed at once load the page anew once", async () => {
  const { reload, miss } = opened();
  await Promise.all([miss(), miss()]);
  expect(reload).toHaveBeenCalledTimes(1);
});

test("a page stays where the server does not answer, and is loaded anew once it does", async () => {
  const { reload, miss } = opened();
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  await miss();
  answer = async () => new Response(null, { status: 502 });
  await miss();
  expect(reload).not.toHaveBeenCalled();
  answer = async () => new Response();
  await miss();
  expect(reload).toHaveBeenCalledTimes(1);
});

function opened() {
  const reload = vi.fn();
  reloadForMissingParts(reload);
  const miss = async () => {
    page.dispatchEvent(new Event("vite:preloadError"));
    await vi.advanceTimersByTimeAsync(0);
  };
  return { reload, miss };
}

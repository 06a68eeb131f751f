import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reloadForMissingParts } from "./renewed-build";

let page: EventTarget;

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  const kept = new Map<string, string>();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a page of which a part is gone is loaded anew, and not again and again", () => {
  const reload = vi.fn();
  const miss = () => page.dispatchEvent(new Event("vite:preloadError"));
  reloadForMissingParts(reload);
  miss();
  expect(reload).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(59_999);
  miss();
  expect(reload).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  miss();
  expect(reload).toHaveBeenCalledTimes(2);
});

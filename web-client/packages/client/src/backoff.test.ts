import { expect, test } from "vitest";
import { waitBefore } from "./backoff.js";

test("the wait grows with every failure, up to a few seconds", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 60].map((failures) => waitBefore(failures, undefined, 0));
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

test("a server that says how long is not asked before", () => {
  expect([waitBefore(0, 2000, 0), waitBefore(9, 2000, 0.5)]).toEqual([2000, 2500]);
});

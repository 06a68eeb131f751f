import { expect, test } from "vitest";
import { clockTime } from "./time";

test("a time reads as on a clock", () => {
  expect([0, 7_000, 247_900, 3_847_000, -5].map(clockTime)).toEqual(["0:00", "0:07", "4:07", "1:04:07", "0:00"]);
});

import type { Hint } from "@repartee/client";
import { expect, test } from "vitest";
import { standing } from "./standing";

const hint = (text: string, timestamp = 1) => ({ text, timestamp });

test("a hint stays until it is dismissed, the newest on top, and no more than three at once", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((text) => hint(text)) as [Hint, Hint, Hint, Hint];
  expect(standing([a, b], [])).toEqual([b, a]);
  expect(standing([a, b, c, d], [])).toEqual([d, c, b]);
  expect(standing([a, b, c, d], [c])).toEqual([d, b, a]);
});

test("what was dismissed before the page was reloaded stays so, and the same words are shown when they come anew", () => {
  expect(standing([hint("Slow down.", 1), hint("Slow down.", 2)], [hint("Slow down.", 1)])).toEqual([
    hint("Slow down.", 2),
  ]);
});

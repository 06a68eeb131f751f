import { expect, test } from "vitest";
import { standing } from "./standing";

test("a hint stays until it is dismissed, the newest on top, and no more than three at once", () => {
  expect(standing(["a", "b"], [])).toEqual(["b", "a"]);
  expect(standing(["a", "b", "c", "d"], [])).toEqual(["d", "c", "b"]);
  expect(standing(["a", "b", "c", "d"], ["c"])).toEqual(["d", "b", "a"]);
});

import { expect, test } from "vitest";
import { inOrder } from "./in-order";

test("what is known comes in its order, and what is new comes last", () => {
  const found = inOrder({ avatar: 1, newcomer: 2, database: 3 }, ["database", "stt", "avatar"]);
  expect(found.map(([name]) => name)).toEqual(["database", "avatar", "newcomer"]);
});

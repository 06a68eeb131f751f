import { expect, test } from "vitest";
import { perWeek } from "./weeks";

test("a week runs from Monday to Sunday, and a week without practice counts as none", () => {
  const day = (text: string) => new Date(`${text}T20:00`);
  const weeks = perWeek([day("2026-11-15"), day("2026-11-16"), day("2026-11-21")], day("2026-11-21"), 3);
  expect(weeks.map(({ count }) => count)).toEqual([0, 1, 2]);
  expect(weeks[2]?.start).toEqual(new Date(2026, 10, 16));
});

import { expect, test } from "vitest";
import { covered, perWeek } from "./weeks";

test("a week runs from Monday to Sunday, and a week without practice counts as none", () => {
  const day = (text: string) => new Date(`${text}T20:00`);
  const weeks = perWeek([day("2026-11-15"), day("2026-11-16"), day("2026-11-21")], day("2026-11-21"), 3);
  expect(weeks.map(({ count }) => count)).toEqual([0, 1, 2]);
  expect(weeks[2]?.start).toEqual(new Date(2026, 10, 16));
});

test("a week of which not everything is known is not shown, least of all as empty", () => {
  const weeks = perWeek([], new Date("2026-11-21T20:00"), 4);
  const starts = (since: Date | null) => covered(weeks, since).map(({ start }) => start.getDate());
  expect(starts(null)).toEqual([26, 2, 9, 16]);
  expect(starts(new Date("2026-11-04T08:00"))).toEqual([9, 16]);
  expect(starts(new Date("2026-11-20T08:00"))).toEqual([]);
});

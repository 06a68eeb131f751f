export interface Week {
  /** Its Monday, at midnight where the user is. */
  start: Date;
  count: number;
}

/** The last weeks up to `now`, the empty ones too. */
export function perWeek(days: Date[], now: Date, weeks: number): Week[] {
  const last = monday(now);
  return Array.from({ length: weeks }, (_, i) => {
    const start = new Date(last.getFullYear(), last.getMonth(), last.getDate() - 7 * (weeks - 1 - i));
    const count = days.filter((day) => monday(day).getTime() === start.getTime()).length;
    return { start, count };
  });
}

/** What is known reaches back so far; without it, to the beginning. */
export function covered(weeks: Week[], since: Date | null): Week[] {
  // Of the week in which that was, only a part is known.
  return since ? weeks.filter(({ start }) => start > monday(since)) : weeks;
}

function monday(day: Date): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - ((day.getDay() + 6) % 7));
}

import { Bar, BarChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { HistoryItem } from "../api";
import { useI18n } from "../i18n";
import { tooltipStyle } from "../ui/chart";
import { perWeek } from "./weeks";

export default function WeekChart({ practices }: { practices: HistoryItem[] }) {
  const { t, locale } = useI18n();
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
  const weeks = perWeek(
    practices.map(({ startedAt }) => new Date(startedAt)),
    new Date(),
    8,
  ).map(({ start, count }) => ({ week: day.format(start), count }));
  return (
    <figure aria-label={t.history.perWeek}>
      <ResponsiveContainer width="100%" height={160}>
        <BarChart data={weeks} margin={{ top: 4, right: 8, bottom: 0, left: -24 }}>
          <XAxis dataKey="week" stroke="var(--ink-soft)" tickLine={false} />
          <YAxis stroke="var(--ink-soft)" tickLine={false} axisLine={false} allowDecimals={false} />
          <Tooltip {...tooltipStyle} labelFormatter={(week) => `${t.history.week} ${week}`} />
          <Bar dataKey="count" name={t.history.title} fill="var(--you-strong)" radius={[4, 4, 0, 0]} maxBarSize={36} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

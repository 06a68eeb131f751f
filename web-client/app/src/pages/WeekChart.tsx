import { Bar, BarChart, LabelList, ResponsiveContainer, Tooltip, XAxis } from "recharts";
import { useI18n } from "../i18n";
import { tooltipStyle } from "../ui/chart";
import type { Week } from "./weeks";

export default function WeekChart({ weeks }: { weeks: Week[] }) {
  const { t, locale } = useI18n();
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
  const bars = weeks.map(({ start, count }) => ({ week: day.format(start), count }));
  return (
    <figure aria-label={t.history.perWeek}>
      <ResponsiveContainer width="100%" height={160}>
        <BarChart data={bars} margin={{ top: 20, right: 0, bottom: 0, left: 0 }}>
          <XAxis dataKey="week" stroke="var(--ink-soft)" tickLine={false} />
          <Tooltip {...tooltipStyle} labelFormatter={(week) => `${t.history.week} ${week}`} />
          <Bar dataKey="count" name={t.history.title} fill="var(--you-strong)" radius={[4, 4, 0, 0]} maxBarSize={36}>
            <LabelList dataKey="count" position="top" fill="var(--ink)" formatter={(count) => count || ""} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useI18n } from "../i18n";
import { tooltipStyle } from "../ui/chart";
import type { Talk } from "./talk";

/** Both voices, turn by turn. The transcript below tells the same to those who do not see it. */
export default function TalkChart({ talk, name }: { talk: Talk; name: string }) {
  const { t } = useI18n();
  return (
    <figure aria-label={t.report.perTurn}>
      <ResponsiveContainer width="100%" height={220}>
        <BarChart data={talk.turns} margin={{ top: 8, right: 8, bottom: 0, left: -16 }} barGap={2}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="turn" stroke="var(--ink-soft)" tickLine={false} />
          <YAxis stroke="var(--ink-soft)" tickLine={false} axisLine={false} allowDecimals={false} />
          <Tooltip {...tooltipStyle} />
          <Legend itemSorter={null} />
          <Bar dataKey="you" name={t.practice.you} fill="var(--you-strong)" radius={[4, 4, 0, 0]} maxBarSize={28} />
          <Bar dataKey="them" name={name} fill="var(--persona-strong)" radius={[4, 4, 0, 0]} maxBarSize={28} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

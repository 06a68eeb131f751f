import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Delivery } from "../api";
import { useI18n } from "../i18n";
import { tooltipStyle } from "../ui/chart";
import styles from "./TalkChart.module.css";
import { talkByTurn } from "./talk";

/** Both voices, turn by turn. The transcript below tells the same to those who do not see it. */
export default function TalkChart({ delivery, user, persona }: { delivery: Delivery; user: string; persona: string }) {
  const { t } = useI18n();
  const title = delivery.talk ? t.report.secondsPerTurn : t.report.wordsPerTurn(delivery.unit);
  return (
    <figure className={styles.chart}>
      <figcaption>{title}</figcaption>
      <ResponsiveContainer width="100%" height={220}>
        <BarChart data={talkByTurn(delivery)} margin={{ top: 8, right: 8, bottom: 0, left: -16 }} barGap={2}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="turn" stroke="var(--ink-soft)" fontSize={13} tickLine={false} />
          <YAxis stroke="var(--ink-soft)" fontSize={13} tickLine={false} axisLine={false} allowDecimals={false} />
          <Tooltip {...tooltipStyle} labelFormatter={(turn) => t.report.turn(Number(turn))} />
          <Legend itemSorter={null} />
          <Bar dataKey="you" name={user} fill="var(--you-strong)" radius={[4, 4, 0, 0]} maxBarSize={28} />
          <Bar dataKey="them" name={persona} fill="var(--persona-strong)" radius={[4, 4, 0, 0]} maxBarSize={28} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

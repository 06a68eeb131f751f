import type { Stats } from "../api";
import { useI18n } from "../i18n";
import { clockTime } from "../ui/time";
import styles from "./Operations.module.css";

export function Figures({ stats }: { stats: Stats }) {
  const { t, locale } = useI18n();
  const number = new Intl.NumberFormat(locale);
  const megabytes = new Intl.NumberFormat(locale, { style: "unit", unit: "megabyte", maximumFractionDigits: 0 });
  return (
    <dl className={styles.facts}>
      <Fact name={t.operations.sessions} value={number.format(stats.activeSessions)} />
      <Fact name={t.operations.connections} value={number.format(stats.connections)} />
      <Fact name={t.operations.turns} value={number.format(stats.turns)} />
      <Fact name={t.operations.memory} value={megabytes.format(stats.totalMemory / 1e6)} />
      <Fact name={t.operations.uptime} value={clockTime(stats.uptimeMs)} />
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

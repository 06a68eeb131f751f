import { useI18n } from "../i18n";
import styles from "./Turns.module.css";

/** How far the conversation is; nothing while that is unknown. */
export function Turns({ turnCount, maxTurns }: { turnCount: number; maxTurns: number }) {
  const { t } = useI18n();
  if (maxTurns === 0) return null;
  return (
    <div className={styles.turns}>
      <span>{t.practice.turn(Math.min(turnCount + 1, maxTurns), maxTurns)}</span>
      <progress value={turnCount} max={maxTurns} aria-label={t.practice.turn(turnCount, maxTurns)} />
    </div>
  );
}

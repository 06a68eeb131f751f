import type { TurnLatency } from "@repartee/client";
import { useI18n } from "../i18n";
import styles from "./Latency.module.css";

/** In the order in which they pass: the user's side, then the persona's. */
const PARTS = [
  "endOfSpeechMs",
  "storedMs",
  "transcribedMs",
  "firstTokenMs",
  "firstSentenceMs",
  "firstAudioMs",
  "playedMs",
  "unaccountedMs",
] as const;

/** Where the time went between the user's last word and the persona's first. */
export function Latency({ latency }: { latency: TurnLatency }) {
  const { t } = useI18n();
  return (
    <section className={styles.latency}>
      <h3>{t.practice.turnLatency}</h3>
      <div className={styles.bar} aria-hidden="true">
        {PARTS.map((part) => (
          <span key={part} data-part={part} style={{ flexGrow: Math.max(0, latency[part]) }} />
        ))}
      </div>
      <dl className={styles.parts}>
        {[...PARTS, "totalMs" as const].map((part) => (
          <div key={part} className={styles.part}>
            <dt>
              <span className={styles.mark} data-part={part} aria-hidden="true" />
              {t.practice.latencyParts[part]}
            </dt>
            <dd>{Math.round(latency[part])} ms</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

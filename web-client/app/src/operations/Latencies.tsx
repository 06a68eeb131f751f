import type { Stats } from "../api";
import { useI18n } from "../i18n";
import { inOrder } from "./in-order";
import styles from "./Operations.module.css";

/** As they follow each other in a turn. */
const STEPS = ["store", "transcribe", "first_token", "answer", "speak", "animate", "commit"];

export function Latencies({ latencies }: { latencies: Stats["latencies"] }) {
  const { t, locale } = useI18n();
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const span = (ms: number | null) => (ms === null ? "–" : `${number.format(ms)} ms`);
  return (
    <section className={styles.block} aria-labelledby="latencies">
      <h2 id="latencies">{t.operations.latencies}</h2>
      <p className={styles.soft}>{t.operations.latenciesHint}</p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t.operations.step}</th>
            <th scope="col">{t.operations.times}</th>
            <th scope="col">{t.operations.half}</th>
            <th scope="col">{t.operations.most}</th>
          </tr>
        </thead>
        <tbody>
          {inOrder(latencies, STEPS).map(([step, { count, p50Ms, p95Ms }]) => (
            <tr key={step}>
              <th scope="row">{t.operations.steps[step] ?? step}</th>
              <td>{number.format(count)}</td>
              <td>{span(p50Ms)}</td>
              <td>{span(p95Ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

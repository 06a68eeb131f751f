import type { Feedback } from "../api";
import { useI18n } from "../i18n";
import styles from "./Score.module.css";

export function Score({ feedback }: { feedback: Feedback }) {
  const { t } = useI18n();
  return (
    <section className={styles.score} aria-labelledby="score">
      <div className={styles.total}>
        <h2 id="score">{t.report.score}</h2>
        <strong>{feedback.overallScore}</strong>
        <p>{feedback.summary}</p>
      </div>
      <ul className={styles.dimensions} aria-label={t.report.dimensions}>
        {feedback.dimensions.map(({ name, score, weight, quote, explanation, suggestions }) => (
          <li key={name}>
            <div className={styles.bar}>
              <h3>{name}</h3>
              <span>
                {score} <small>({weight} %)</small>
              </span>
              <meter min={0} max={100} value={score} aria-label={name} />
            </div>
            {quote && <blockquote>{quote}</blockquote>}
            <p>{explanation}</p>
            {suggestions.length > 0 && (
              <p>
                <strong>{t.report.suggestions}:</strong> {suggestions.join(" ")}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

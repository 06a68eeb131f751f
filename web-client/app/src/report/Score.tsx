import { ArrowDown } from "lucide-react";
import type { Dimension, Feedback, Message } from "../api";
import { useI18n } from "../i18n";
import { Part } from "./Part";
import type { Playback } from "./playback";
import styles from "./Score.module.css";
import { spanOf } from "./spans";

interface ScoreProps {
  feedback: Feedback;
  /** Who practised; `null` where that is who reads. */
  trainee: string | null;
  messages: Message[];
  playback: Playback;
  /** What the report is written in. */
  language: string | undefined;
}

export function Score({ feedback, trainee, messages, playback, language }: ScoreProps) {
  const { t } = useI18n();
  const saidIn = (turn: number | undefined) => messages.find(({ turn: at, role }) => at === turn && role === "user");
  return (
    <section className={styles.score} aria-labelledby="score">
      <div className={styles.total}>
        <h2 id="score">{t.report.score}</h2>
        <p className={styles.number}>
          <strong>{feedback.overallScore}</strong> / 100
        </p>
        <p lang={language}>{feedback.summary}</p>
      </div>
      <ul className={styles.dimensions} aria-label={t.report.dimensions}>
        {feedback.dimensions.map((dimension) => (
          <li key={dimension.name}>
            <Judged
              trainee={trainee}
              dimension={dimension}
              evidence={saidIn(dimension.turn)}
              playback={playback}
              language={language}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface JudgedProps {
  trainee: string | null;
  dimension: Dimension;
  evidence: Message | undefined;
  playback: Playback;
  language: string | undefined;
}

function Judged({ trainee, dimension, evidence, playback, language }: JudgedProps) {
  const { t } = useI18n();
  const { name, score, weight, quote, explanation, suggestions } = dimension;
  return (
    <>
      <div className={styles.bar}>
        <h3 lang={language}>{name}</h3>
        <span className={styles.points}>
          <strong>{score}</strong> {t.report.weight(weight)}
        </span>
        <meter min={0} max={100} value={score} aria-label={name} />
      </div>
      <p lang={language}>{explanation}</p>
      {quote && (
        <figure className={styles.evidence}>
          <blockquote lang={language}>{quote}</blockquote>
          {evidence && <Where message={evidence} playback={playback} />}
        </figure>
      )}
      {suggestions.length > 0 && (
        <div className={styles.next}>
          <strong>{t.report.suggestions(trainee)}</strong>
          <ul lang={language}>
            {suggestions.map((suggestion) => (
              <li key={suggestion}>{suggestion}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** Where it was said: in the recording, or, what was typed, in the transcript. */
function Where({ message, playback }: { message: Message; playback: Playback }) {
  const { t } = useI18n();
  const span = spanOf(message);
  if (span) return <Part playback={playback} span={span} />;
  return (
    <a className={styles.where} href={`#${message.id}`}>
      <ArrowDown size={14} aria-hidden="true" />
      {t.report.inTranscript(message.turn)}
    </a>
  );
}

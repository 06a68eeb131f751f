import { Check, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useI18n } from "../i18n";
import { Notice } from "../ui/Notice";
import { Writing } from "../ui/Writing";
import styles from "./Whispers.module.css";

interface WhispersProps {
  disabled: boolean;
  whisper: (text: string) => Promise<void>;
}

interface Sent {
  text: string;
  at: number;
}

/** A word to the trainee alone, and what was whispered before. */
export function Whispers({ disabled, whisper }: WhispersProps) {
  const { t, locale } = useI18n();
  const [sent, setSent] = useState<Sent[]>([]);
  const [lost, setLost] = useState<string | null>(null);
  const send = (text: string) => {
    setLost(null);
    whisper(text).then(
      () => setSent((before) => [...before, { text, at: Date.now() }]),
      () => setLost(text),
    );
  };
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  return (
    <section className={styles.whispers} aria-labelledby="whispers">
      <div className={styles.about}>
        <h2 id="whispers">{t.coach.whisper}</h2>
        <p>{t.coach.whisperHint}</p>
      </div>
      {lost !== null && (
        <Notice look="warn" icon={<TriangleAlert size={20} aria-hidden="true" />}>
          {t.coach.notSent(lost)}
        </Notice>
      )}
      {sent.length > 0 && (
        <ol className={styles.sent}>
          {sent.map(({ text, at }) => (
            <li key={at}>
              <Check size={16} aria-hidden="true" />
              <span className={styles.text}>{text}</span>
              <time dateTime={new Date(at).toISOString()}>{time.format(at)}</time>
            </li>
          ))}
        </ol>
      )}
      <Writing label={t.coach.whisper} placeholder={t.coach.whisperPlaceholder} disabled={disabled} onSend={send} />
    </section>
  );
}

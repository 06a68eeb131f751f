import type { Message } from "../api";
import { useI18n } from "../i18n";
import { clockTime } from "../ui/time";
import styles from "./Script.module.css";

interface ScriptProps {
  messages: Message[];
  startedAt: string;
  name: string;
  language: string | undefined;
}

/** Everything that was said, as on paper. */
export function Script({ messages, startedAt, name, language }: ScriptProps) {
  const { t } = useI18n();
  if (messages.length === 0) return <p className={styles.empty}>{t.report.empty}</p>;
  return (
    <ol className={styles.script}>
      {messages.map((message) => (
        <li key={message.id} data-role={message.role}>
          <time className={styles.time}>{clockTime(Date.parse(message.timestamp) - Date.parse(startedAt))}</time>
          <strong className={styles.who}>{message.role === "user" ? t.practice.you : name}</strong>
          <p lang={language}>{message.content}</p>
        </li>
      ))}
    </ol>
  );
}

import type { Message } from "../api";
import { useI18n } from "../i18n";
import { clockTime } from "../ui/time";
import { Part } from "./Part";
import { isWithin, type Playback, type Span, usePlayback } from "./playback";
import styles from "./Script.module.css";
import { spanOf } from "./spans";

interface ScriptProps {
  messages: Message[];
  startedAt: string;
  name: string;
  language: string | undefined;
  playback: Playback;
}

/** Everything that was said, as on paper. */
export function Script({ messages, startedAt, name, language, playback }: ScriptProps) {
  const { t } = useI18n();
  if (messages.length === 0) return <p className={styles.empty}>{t.report.empty}</p>;
  return (
    <ol className={styles.script}>
      {messages.map((message) => (
        <Line
          key={message.id}
          message={message}
          saidAfterMs={Date.parse(message.timestamp) - Date.parse(startedAt)}
          who={message.role === "user" ? t.practice.you : name}
          language={language}
          playback={playback}
        />
      ))}
    </ol>
  );
}

interface LineProps {
  message: Message;
  saidAfterMs: number;
  who: string;
  language: string | undefined;
  playback: Playback;
}

const NOWHERE: Span = { fromMs: 0, toMs: 0 };

function Line({ message, saidAfterMs, who, language, playback }: LineProps) {
  const span = spanOf(message);
  const sounds = usePlayback(playback, (now) => isWithin(now, span ?? NOWHERE));
  return (
    <li id={message.id} data-role={message.role} data-sounds={sounds}>
      {span ? <Part playback={playback} span={span} /> : <time className={styles.time}>{clockTime(saidAfterMs)}</time>}
      <strong className={styles.who}>{who}</strong>
      <p lang={language}>{message.content}</p>
    </li>
  );
}

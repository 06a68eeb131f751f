import type { Unheard as Lost, Message } from "../api";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { clockTime } from "../ui/time";
import { Unheard } from "../ui/Unheard";
import { transcript } from "./lines";
import { Part } from "./Part";
import { isWithin, type Playback, type Span, usePlayback } from "./playback";
import styles from "./Script.module.css";
import { spanOf } from "./spans";

interface ScriptProps {
  messages: Message[];
  unheard: Lost[];
  startedAt: string;
  /** How the two are called. */
  user: string;
  persona: string;
  language: string | undefined;
  playback: Playback;
}

/** Everything that was said, as on paper. */
export function Script({ messages, unheard, startedAt, user, persona, language, playback }: ScriptProps) {
  const { t } = useI18n();
  if (messages.length === 0) return <p className={styles.empty}>{t.report.empty}</p>;
  return (
    <ol className={styles.script}>
      {transcript(messages, unheard).map(({ message, unheard }) => (
        <Line
          key={message.id}
          message={message}
          unheard={unheard}
          saidAfterMs={Date.parse(message.timestamp) - Date.parse(startedAt)}
          who={message.role === "user" ? user : persona}
          language={language}
          playback={playback}
        />
      ))}
    </ol>
  );
}

interface LineProps {
  message: Message;
  unheard: string;
  saidAfterMs: number;
  who: string;
  language: string | undefined;
  playback: Playback;
}

const NOWHERE: Span = { fromMs: 0, toMs: 0 };

function Line({ message, unheard, saidAfterMs, who, language, playback }: LineProps) {
  const { t } = useI18n();
  const span = spanOf(message);
  const sounds = usePlayback(playback, (now) => isWithin(now, span ?? NOWHERE));
  return (
    <li id={message.id} data-role={message.role} data-sounds={sounds}>
      {span ? <Part playback={playback} span={span} /> : <time className={styles.time}>{clockTime(saidAfterMs)}</time>}
      <div className={styles.who}>
        <strong>{who}</strong>
        {message.demo && (
          <Badge look="demo" title={message.role === "user" ? t.practice.demoStt : t.practice.demoLlm}>
            {t.demoLabel}
          </Badge>
        )}
        {unheard && <Badge>{t.practice.interrupted}</Badge>}
      </div>
      <p lang={language}>
        {message.content}
        {unheard && <Unheard text={unheard} />}
      </p>
    </li>
  );
}

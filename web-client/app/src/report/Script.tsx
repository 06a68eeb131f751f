import { MessageCircle } from "lucide-react";
import type { Hint, Unheard as Lost, Message } from "../api";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { clockTime } from "../ui/time";
import { Unheard } from "../ui/Unheard";
import { transcript, withHints } from "./lines";
import { Part } from "./Part";
import { isWithin, type Playback, type Span, usePlayback } from "./playback";
import styles from "./Script.module.css";
import { spanOf } from "./spans";

interface ScriptProps {
  messages: Message[];
  unheard: Lost[];
  hints: Hint[];
  startedAt: string;
  /** How the two are called. */
  user: string;
  persona: string;
  language: string | undefined;
  playback: Playback;
}

/** Everything that was said, as on paper, and what coaches whispered meanwhile. */
export function Script(props: ScriptProps) {
  const { messages, unheard, hints, startedAt, user, persona, language, playback } = props;
  const { t } = useI18n();
  if (messages.length === 0 && hints.length === 0) return <p className={styles.empty}>{t.report.empty}</p>;
  const after = (timestamp: string) => Date.parse(timestamp) - Date.parse(startedAt);
  return (
    <ol className={styles.script}>
      {withHints(transcript(messages, unheard), hints).map((entry) => {
        if (entry.kind === "hint") {
          const { hint } = entry;
          return <Whispered key={hint.timestamp + hint.text} hint={hint} afterMs={after(hint.timestamp)} />;
        }
        const { message, unheard } = entry.line;
        return (
          <Line
            key={message.id}
            message={message}
            unheard={unheard}
            saidAfterMs={after(message.timestamp)}
            who={message.role === "user" ? user : persona}
            language={language}
            playback={playback}
          />
        );
      })}
    </ol>
  );
}

function Whispered({ hint, afterMs }: { hint: Hint; afterMs: number }) {
  const { t } = useI18n();
  return (
    <li data-role="coach">
      <time className={styles.time}>{clockTime(afterMs)}</time>
      <div className={styles.who}>
        <strong>{hint.coachName ?? t.report.coach}</strong>
        <span className={styles.whispered}>
          <MessageCircle size={14} aria-hidden="true" />
          {t.report.whispered}
        </span>
      </div>
      <p>{hint.text}</p>
    </li>
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

import { type Conversation, heardAndNot, type Line, type PartialWords, stableAndNot } from "@repartee/client";
import { useCallback, useEffect, useRef } from "react";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { Unheard } from "../ui/Unheard";
import styles from "./Lines.module.css";

interface LinesProps {
  conversation: Conversation;
  /** How the two are called. */
  user: string;
  persona: string;
  language: string | undefined;
  /** What stands there before anything was said. */
  empty: string;
}

/** What was said so far, and what is being said. */
export function Lines({ conversation, user, persona, language, empty }: LinesProps) {
  const { t } = useI18n();
  const { lines, waiting, lost, partial } = conversation;
  const scroll = useRef<HTMLDivElement>(null);
  const newest = lines.at(-1)?.text ?? "";
  const toEnd = useCallback(() => {
    scroll.current?.scrollTo({ top: scroll.current.scrollHeight });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new word moves the end
  useEffect(toEnd, [newest, waiting.length, lost.length, partial?.text]);
  useEffect(() => {
    if (!scroll.current) return;
    // A hint above it takes its room.
    const watcher = new ResizeObserver(toEnd);
    watcher.observe(scroll.current);
    return () => watcher.disconnect();
  }, [toEnd]);
  return (
    /* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keyboard */
    <div ref={scroll} className={styles.scroll} role="log" tabIndex={0} aria-label={t.practice.transcript}>
      <ol className={styles.lines}>
        {lines.length === 0 && waiting.length === 0 && !partial && <li className={styles.empty}>{empty}</li>}
        {lines.map((line) => (
          <Said
            key={`${line.turnId}-${line.role}`}
            line={line}
            name={line.role === "user" ? user : persona}
            language={language}
          />
        ))}
        {waiting.map(({ id, text }) => (
          <Written key={id} text={text} name={user} language={language} />
        ))}
        {lost.map(({ id, text }) => (
          <Written key={id} text={text} name={user} language={language} isLost />
        ))}
        {partial && <Saying partial={partial} name={user} language={language} />}
      </ol>
    </div>
  );
}

/** Whoever says it knows it; a screen reader is told when it is final. */
function Saying({ partial, name, language }: { partial: PartialWords; name: string; language: string | undefined }) {
  const [stable, open] = stableAndNot(partial);
  return (
    <li className={styles.line} data-role="user" data-partial="true" aria-hidden="true">
      <span className={styles.who}>{name}</span>
      <p lang={language}>
        {stable}
        <span className={styles.open}>{open}</span>
      </p>
    </li>
  );
}

interface WrittenProps {
  text: string;
  name: string;
  language: string | undefined;
  /** The practice was over before. */
  isLost?: boolean;
}

/** Whoever wrote it knows it; it is told as a line of the conversation when the server has taken it. */
function Written({ text, name, language, isLost = false }: WrittenProps) {
  const { t } = useI18n();
  return (
    <li className={styles.line} data-role="user" data-partial="true" aria-hidden={!isLost}>
      <span className={styles.who}>
        {name}
        <span className={styles.late}>
          <Badge>{isLost ? t.practice.notDelivered : t.practice.waiting}</Badge>
        </span>
      </span>
      <p lang={language}>{text}</p>
    </li>
  );
}

function Said({ line, name, language }: { line: Line; name: string; language: string | undefined }) {
  const { t } = useI18n();
  const [heard, unheard] = heardAndNot(line);
  return (
    <li className={styles.line} data-role={line.role}>
      <span className={styles.who}>
        {name}
        {line.demo && (
          <Badge look="demo" title={line.role === "user" ? t.practice.demoStt : t.practice.demoLlm}>
            {t.demoLabel}
          </Badge>
        )}
        {line.heardText !== undefined && <Badge>{t.practice.interrupted}</Badge>}
      </span>
      <p lang={language}>
        {heard}
        {unheard && <Unheard text={unheard} />}
        {!line.complete && <span className={styles.cursor} aria-hidden="true" />}
      </p>
    </li>
  );
}

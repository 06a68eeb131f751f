import type { Conversation, Line, Roleplay } from "@repartee/client";
import { SendHorizontal } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { IconButton } from "../ui/Button";
import styles from "./Transcript.module.css";

interface TranscriptProps {
  roleplay: Roleplay;
  conversation: Conversation;
  name: string;
  language: string;
}

/** What was said, and a place to say it in writing. */
export function Transcript({ roleplay, conversation, name, language }: TranscriptProps) {
  const { t } = useI18n();
  const { lines, partial } = conversation;
  const scroll = useRef<HTMLDivElement>(null);
  const newest = lines.at(-1)?.text ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new word moves the end
  useEffect(() => {
    scroll.current?.scrollTo({ top: scroll.current.scrollHeight });
  }, [newest, partial]);
  return (
    <section className={styles.transcript} aria-label={t.practice.transcript}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keyboard */}
      <div ref={scroll} className={styles.scroll} role="log" tabIndex={0} aria-label={t.practice.transcript}>
        <ol className={styles.lines}>
          {lines.length === 0 && !partial && <li className={styles.empty}>{t.practice.transcriptEmpty}</li>}
          {lines.map((line) => (
            <Said key={`${line.turnId}-${line.role}`} line={line} name={name} language={language} />
          ))}
          {partial && (
            <li className={styles.line} data-role="user" data-partial="true">
              <span className={styles.who}>{t.practice.you}</span>
              <p lang={language}>{partial}</p>
            </li>
          )}
        </ol>
      </div>
      <Typed disabled={!conversation.sessionId || conversation.ended !== null} onSay={(text) => roleplay.say(text)} />
    </section>
  );
}

function Said({ line, name, language }: { line: Line; name: string; language: string }) {
  const { t } = useI18n();
  const mine = line.role === "user";
  return (
    <li className={styles.line} data-role={line.role}>
      <span className={styles.who}>
        {mine ? t.practice.you : name}
        {line.demo && (
          <Badge look="demo" title={mine ? t.practice.demoStt : t.practice.demoLlm}>
            {t.demoLabel}
          </Badge>
        )}
        {line.heardText !== undefined && <Badge>{t.practice.interrupted}</Badge>}
      </span>
      <p lang={language}>
        {line.heardText === undefined ? line.text : line.heardText}
        {line.heardText !== undefined && <s>{line.text.slice(line.heardText.length)}</s>}
        {!line.complete && <span className={styles.cursor} aria-hidden="true" />}
      </p>
    </li>
  );
}

/** As the server counts. */
const LONGEST = 2000;

function Typed({ disabled, onSay }: { disabled: boolean; onSay: (text: string) => void }) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const said = text.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!said) return;
    onSay(said);
    setText("");
  };
  return (
    <form className={styles.typed} onSubmit={submit}>
      <input
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={t.practice.typedPlaceholder}
        aria-label={t.practice.typed}
        maxLength={LONGEST}
        disabled={disabled}
        autoComplete="off"
        enterKeyHint="send"
      />
      <IconButton type="submit" label={t.practice.send} disabled={disabled || !said}>
        <SendHorizontal size={19} />
      </IconButton>
    </form>
  );
}

import type { Conversation, Roleplay } from "@repartee/client";
import { useEffect, useState } from "react";
import { useI18n } from "../i18n";
import { Writing } from "../ui/Writing";
import { recallUnsent, rememberUnsent } from "./entry";
import { Lines } from "./Lines";
import styles from "./Transcript.module.css";

interface TranscriptProps {
  roleplay: Roleplay;
  conversation: Conversation;
  sessionId: string;
  name: string;
  language: string;
}

/** What was said, and a place to say it in writing. */
export function Transcript({ roleplay, conversation, sessionId, name, language }: TranscriptProps) {
  const { t } = useI18n();
  const { connection, waiting, ended, endAsked } = conversation;
  // Whoever had to sign in again sees what did not get through, and may send it once more.
  const [unsent] = useState(() => recallUnsent(sessionId).join(" "));
  useEffect(
    () =>
      rememberUnsent(
        sessionId,
        waiting.map(({ text }) => text),
      ),
    [sessionId, waiting],
  );
  return (
    <section className={styles.transcript} aria-label={t.practice.transcript}>
      <Lines
        conversation={conversation}
        user={t.practice.you}
        persona={name}
        language={language}
        empty={t.practice.transcriptEmpty}
      />
      <Writing
        label={t.practice.typed}
        placeholder={t.practice.typedPlaceholder}
        draft={unsent}
        disabled={!conversation.sessionId || connection.status === "closed" || ended !== null || endAsked}
        longest={conversation.maxTextChars}
        onSend={(text) => roleplay.say(text)}
      />
    </section>
  );
}

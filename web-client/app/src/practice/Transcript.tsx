import type { Conversation, Roleplay } from "@repartee/client";
import { useI18n } from "../i18n";
import { Writing } from "../ui/Writing";
import { Lines } from "./Lines";
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
  const { connection, ended, endAsked } = conversation;
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
        disabled={!conversation.sessionId || connection.status === "closed" || ended !== null || endAsked}
        longest={conversation.maxTextChars}
        onSend={(text) => roleplay.say(text)}
      />
    </section>
  );
}

import { type Conversation, heardAndNot, type Roleplay, stableAndNot } from "@repartee/client";
import { useStore } from "@repartee/client/react";
import styles from "./Caption.module.css";

interface CaptionProps {
  roleplay: Roleplay;
  conversation: Conversation;
  language: string;
}

/** The words that are said now, or were said last; the conversation beside it is what screen readers follow. */
export function Caption({ roleplay, conversation, language }: CaptionProps) {
  const sounding = useStore(roleplay.sounding);
  const { role, said, open } = captionOf(conversation, sounding);
  return (
    <p className={styles.caption} data-role={role} lang={language} aria-hidden="true">
      <span>
        {said}
        {open &&
          (role === "user" ? <span className={styles.open}>{open}</span> : <s className={styles.open}>{open}</s>)}
      </span>
    </p>
  );
}

/** `open`: what may still change of the user's words, or was not heard of the persona's. */
function captionOf({ partial, lines }: Conversation, sounding: string | null) {
  if (partial) {
    const [said, open] = stableAndNot(partial);
    return { role: "user", said, open } as const;
  }
  if (sounding) return { role: "ai", said: sounding, open: "" } as const;
  const last = lines.at(-1);
  const [said, open] = last ? heardAndNot(last) : ["", ""];
  return { role: last?.role, said, open } as const;
}

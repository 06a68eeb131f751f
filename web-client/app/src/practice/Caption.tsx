import { type Conversation, heardAndNot, stableAndNot } from "@repartee/client";
import styles from "./Caption.module.css";

/** The newest words, while they are said; the conversation beside it is what screen readers follow. */
export function Caption({ conversation, language }: { conversation: Conversation; language: string }) {
  const { partial, lines } = conversation;
  const last = lines.at(-1);
  if (partial) {
    const [stable, open] = stableAndNot(partial);
    return (
      <p className={styles.caption} data-role="user" lang={language} aria-hidden="true">
        <span>
          {stable}
          <span className={styles.open}>{open}</span>
        </span>
      </p>
    );
  }
  const [heard, unheard] = last ? heardAndNot(last) : ["", ""];
  return (
    <p className={styles.caption} data-role={last?.role} lang={language} aria-hidden="true">
      <span>
        {heard}
        {unheard && <s className={styles.open}>{unheard}</s>}
      </span>
    </p>
  );
}

import type { Hint } from "@repartee/client";
import { MessageCircle, X } from "lucide-react";
import { useRef, useState } from "react";
import { useI18n } from "../i18n";
import { IconButton } from "../ui/Button";
import { recallDismissed, rememberDismissed } from "./entry";
import styles from "./Hints.module.css";
import { standing } from "./standing";

interface HintsProps {
  hints: Hint[];
  sessionId: string;
}

/** What a coach whispered, until it is dismissed. The report has all of it. */
export function Hints({ hints, sessionId }: HintsProps) {
  const { t } = useI18n();
  const list = useRef<HTMLDivElement>(null);
  const [dismissed, setDismissed] = useState(() => recallDismissed(sessionId));
  const shown = standing(hints, dismissed);
  const none = shown.length === 0;
  const dismiss = (hint: Hint) => {
    const all = [...dismissed, hint];
    rememberDismissed(sessionId, all);
    setDismissed(all);
    // The button with the focus goes; whoever has no mouse goes on where it was.
    list.current?.focus();
  };
  return (
    <section className={styles.hints} aria-labelledby={none ? undefined : "hints"} data-none={none}>
      {!none && (
        <h2 id="hints">
          <MessageCircle size={18} aria-hidden="true" />
          {t.practice.hints}
        </h2>
      )}
      {/* It is there before the first hint, or no screen reader would read that one. */}
      <div ref={list} role="status" aria-atomic="false" tabIndex={-1} className={styles.list}>
        {!none && (
          <ul>
            {shown.map((hint) => (
              <li key={`${hint.timestamp}-${hints.indexOf(hint)}`}>
                <p>{hint.text}</p>
                <IconButton className={styles.dismiss} label={t.practice.dismissHint} onClick={() => dismiss(hint)}>
                  <X size={16} />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

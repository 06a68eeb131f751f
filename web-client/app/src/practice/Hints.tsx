import type { Hint } from "@repartee/client";
import { MessageCircle, X } from "lucide-react";
import { useState } from "react";
import { useI18n } from "../i18n";
import { IconButton } from "../ui/Button";
import { recallDismissed, rememberDismissed } from "./entry";
import styles from "./Hints.module.css";
import { standing } from "./standing";

/** What a coach whispered, until it is dismissed. The report has all of it. */
export function Hints({ hints, sessionId }: { hints: Hint[]; sessionId: string }) {
  const { t } = useI18n();
  const [dismissed, setDismissed] = useState(() => recallDismissed(sessionId));
  const dismiss = (hint: Hint) => {
    const all = [...dismissed, hint];
    rememberDismissed(sessionId, all);
    setDismissed(all);
  };
  const shown = standing(hints, dismissed);
  if (shown.length === 0) return null;
  return (
    <section className={styles.hints} aria-labelledby="hints">
      <h2 id="hints">
        <MessageCircle size={18} aria-hidden="true" />
        {t.practice.hints}
      </h2>
      <div role="status" aria-atomic="false" className={styles.list}>
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
      </div>
    </section>
  );
}

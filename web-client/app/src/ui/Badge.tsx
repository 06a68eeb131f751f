import type { ReactNode } from "react";
import type { Difficulty } from "../api";
import { useI18n } from "../i18n";
import styles from "./Badge.module.css";

export function Badge({
  look = "plain",
  children,
  title,
}: {
  look?: "plain" | "demo";
  children: ReactNode;
  title?: string;
}) {
  return (
    <span className={`${styles.badge} ${styles[look]}`} title={title}>
      {children}
    </span>
  );
}

/** One, two or three marks and the word: it never depends on colour alone. */
export function DifficultyBadge({ difficulty }: { difficulty: Difficulty }) {
  const { t } = useI18n();
  const steps = { easy: 1, medium: 2, hard: 3 }[difficulty];
  return (
    <span className={styles.badge}>
      <span className={styles.steps} aria-hidden="true">
        {[1, 2, 3].map((step) => (
          <i key={step} data-on={step <= steps} />
        ))}
      </span>
      {t.difficulties[difficulty]}
    </span>
  );
}

import { CloudOff, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { failureText } from "../failure";
import { useI18n } from "../i18n";
import { Button } from "./Button";
import styles from "./States.module.css";

export function Waiting() {
  const { t } = useI18n();
  return (
    <div className={styles.state} role="status">
      <span className={styles.dots} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{t.loading}</span>
    </div>
  );
}

interface FailedProps {
  error: unknown;
  retry: () => void;
  alone?: boolean;
  children?: ReactNode;
}

/** `alone`: it is all there is on the page, and so its heading. */
export function Failed({ error, retry, alone, children }: FailedProps) {
  const { t } = useI18n();
  return (
    <Empty icon={<CloudOff />} title={t.failure.title} hint={failureText(error, t)} alert alone={alone}>
      <Button onClick={retry}>{t.retry}</Button>
      {children}
    </Empty>
  );
}

interface EmptyProps {
  icon?: ReactNode;
  title: string;
  hint: string;
  alert?: boolean;
  alone?: boolean | undefined;
  children?: ReactNode;
}

export function Empty({ icon, title, hint, alert, alone, children }: EmptyProps) {
  const Heading = alone ? "h1" : "h2";
  return (
    <div className={styles.state} role={alert ? "alert" : undefined}>
      <span className={styles.icon} aria-hidden="true">
        {icon ?? <SearchX />}
      </span>
      <Heading>{title}</Heading>
      <p className={styles.hint}>{hint}</p>
      {children}
    </div>
  );
}

import { CloudOff, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api";
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

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useI18n();
  const said = error instanceof ApiError && error.status > 0 ? error.message : t.failure.network;
  return (
    <Empty icon={<CloudOff />} title={t.failure.title} hint={said} alert>
      <Button onClick={retry}>{t.retry}</Button>
    </Empty>
  );
}

interface EmptyProps {
  icon?: ReactNode;
  title: string;
  hint: string;
  alert?: boolean;
  children?: ReactNode;
}

export function Empty({ icon, title, hint, alert, children }: EmptyProps) {
  return (
    <div className={styles.state} role={alert ? "alert" : undefined}>
      <span className={styles.icon} aria-hidden="true">
        {icon ?? <SearchX />}
      </span>
      <h2>{title}</h2>
      <p className={styles.hint}>{hint}</p>
      {children}
    </div>
  );
}

import type { ReactNode } from "react";
import styles from "./Notice.module.css";

interface NoticeProps {
  look: "calm" | "warn" | "bad";
  icon?: ReactNode;
  children: ReactNode;
  action?: ReactNode;
}

export function Notice({ look, icon, children, action }: NoticeProps) {
  return (
    <div className={`${styles.notice} ${styles[look]}`} role={look === "bad" ? "alert" : "status"}>
      {icon}
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}

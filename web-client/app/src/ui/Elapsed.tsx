import { Timer } from "lucide-react";
import { useEffect, useState } from "react";
import styles from "./Elapsed.module.css";
import { clockTime } from "./time";

export function Elapsed({ since, label }: { since: string; label: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.time} role="timer" aria-label={label} title={label}>
      <Timer size={18} aria-hidden="true" />
      {clockTime(now - Date.parse(since))}
    </span>
  );
}

import type { Roleplay, Signals } from "@repartee/client";
import { useEffect, useRef } from "react";
import styles from "./Level.module.css";

interface LevelProps {
  roleplay: Roleplay;
  of: keyof Signals;
  label: string;
  /** It is measured, but it goes nowhere. */
  quiet?: boolean;
}

/** How loud somebody is. Drawn without React: it changes 35 times a second. */
export function Level({ roleplay, of, label, quiet = false }: LevelProps) {
  const meter = useRef<HTMLMeterElement>(null);
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const draw = () => {
      const signals = roleplay.signals.get();
      const level = of === "user" ? signals.user : (signals.playing?.level ?? 0);
      bar.current?.style.setProperty("--level", level.toFixed(3));
      if (meter.current) meter.current.value = level;
    };
    draw();
    return roleplay.signals.subscribe(draw);
  }, [roleplay, of]);
  return (
    <div className={styles.level} data-of={of} data-quiet={quiet}>
      <span className={styles.track} aria-hidden="true">
        <span ref={bar} className={styles.bar} />
      </span>
      <meter ref={meter} min={0} max={1} aria-label={label} className="hidden-visually" />
    </div>
  );
}

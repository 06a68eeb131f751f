import { useId } from "react";
import styles from "./Field.module.css";

interface FieldProps {
  name: string;
  label: string;
  type?: string;
  autoComplete: string;
  hint?: string | undefined;
  minLength?: number | undefined;
  required?: boolean;
}

/** Something to fill in. */
export function Field({ label, hint, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input id={id} required aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      {hint && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}

import type { ComponentProps } from "react";
import styles from "./Button.module.css";

type Look = "primary" | "plain" | "quiet" | "danger";

export function Button({ look = "plain", className, ...rest }: ComponentProps<"button"> & { look?: Look }) {
  return <button type="button" className={`${buttonStyle(look)} ${className ?? ""}`} {...rest} />;
}

/** For a link that looks like a button. */
export function buttonStyle(look: Look): string {
  return `${styles.button} ${styles[look]}`;
}

export function IconButton({
  label,
  className,
  ...rest
}: Omit<ComponentProps<"button">, "aria-label"> & { label: string }) {
  return (
    <button type="button" aria-label={label} title={label} className={`${styles.icon} ${className ?? ""}`} {...rest} />
  );
}

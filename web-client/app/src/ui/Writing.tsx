import { SendHorizontal } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useI18n } from "../i18n";
import { IconButton } from "./Button";
import styles from "./Writing.module.css";

interface WritingProps {
  label: string;
  placeholder: string;
  disabled: boolean;
  /** In characters, where the server says it. */
  longest?: number | null;
  onSend: (text: string) => void;
}

/** Where nobody says it. */
const LONGEST = 2000;

/** A line to write and to send. */
export function Writing({ label, placeholder, disabled, longest, onSend }: WritingProps) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const written = text.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!written) return;
    onSend(written);
    setText("");
  };
  return (
    <form className={styles.writing} onSubmit={submit}>
      <input
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={placeholder}
        aria-label={label}
        maxLength={longest ?? LONGEST}
        disabled={disabled}
        autoComplete="off"
        enterKeyHint="send"
      />
      <IconButton type="submit" label={t.practice.send} disabled={disabled || !written}>
        <SendHorizontal size={19} />
      </IconButton>
    </form>
  );
}

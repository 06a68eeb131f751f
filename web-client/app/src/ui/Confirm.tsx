import { AlertDialog } from "radix-ui";
import type { ReactNode, RefObject } from "react";
import { Button } from "./Button";
import styles from "./Confirm.module.css";

interface ConfirmProps {
  title: string;
  text: string;
  /** What else there is to read or to fill in. */
  children?: ReactNode;
  cancel: string;
  confirm: string;
  look?: "primary" | "danger";
  busy?: boolean;
  onConfirm?: () => void;
  /** The id of the form among the children that is sent by confirming. */
  form?: string;
  /** It closes by itself, unless somebody else opens and closes it. */
  trigger?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Where the focus goes back to; to the trigger where there is one. */
  from?: RefObject<HTMLElement | null>;
}

/** Asks before something that cannot be undone. */
export function Confirm({ trigger, open, onOpenChange, from, ...question }: ConfirmProps) {
  const { title, text, children, cancel, confirm, look = "primary", busy, onConfirm, form } = question;
  const isControlled = open !== undefined;
  const goBack = (event: Event) => {
    if (!from?.current) return;
    event.preventDefault();
    from.current.focus();
  };
  const answer = (
    <Button look={look} disabled={busy} onClick={onConfirm} {...(form && { type: "submit", form })}>
      {confirm}
    </Button>
  );
  return (
    <AlertDialog.Root {...(isControlled && { open })} {...(onOpenChange && { onOpenChange })}>
      {trigger && <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>}
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={styles.overlay} />
        <AlertDialog.Content className={styles.dialog} onCloseAutoFocus={goBack}>
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{text}</AlertDialog.Description>
          {children}
          <div className={styles.actions}>
            <AlertDialog.Cancel asChild>
              <Button disabled={busy}>{cancel}</Button>
            </AlertDialog.Cancel>
            {isControlled ? answer : <AlertDialog.Action asChild>{answer}</AlertDialog.Action>}
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import styles from "./EndDialog.module.css";

export function EndDialog({ onEnd, children }: { onEnd: () => void; children: ReactNode }) {
  const { t } = useI18n();
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>{children}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={styles.overlay} />
        <AlertDialog.Content className={styles.dialog}>
          <AlertDialog.Title>{t.practice.endTitle}</AlertDialog.Title>
          <AlertDialog.Description>{t.practice.endText}</AlertDialog.Description>
          <div className={styles.actions}>
            <AlertDialog.Cancel asChild>
              <Button>{t.practice.keepGoing}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button look="primary" onClick={onEnd}>
                {t.practice.endConfirm}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

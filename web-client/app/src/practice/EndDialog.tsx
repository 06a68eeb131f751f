import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import { Confirm } from "../ui/Confirm";

export function EndDialog({ onEnd, children }: { onEnd: () => void; children: ReactNode }) {
  const { t } = useI18n();
  return (
    <Confirm
      title={t.practice.endTitle}
      text={t.practice.endText}
      cancel={t.practice.keepGoing}
      confirm={t.practice.endConfirm}
      onConfirm={onEnd}
      trigger={children}
    />
  );
}

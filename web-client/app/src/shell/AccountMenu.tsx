import { LogOut, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useRef, useState } from "react";
import { isGuest } from "../access";
import { useI18n } from "../i18n";
import { Confirm } from "../ui/Confirm";
import type { Account } from "../user";
import { DeleteAccount } from "./DeleteAccount";
import styles from "./Menu.module.css";

export function AccountMenu({ account: { user, signOut, depart } }: { account: Account }) {
  const { t } = useI18n();
  const [asked, setAsked] = useState<"sign-out" | "delete" | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const guest = isGuest(user);
  const open = (question: typeof asked) => ({
    from: trigger,
    open: asked === question,
    onOpenChange: (open: boolean) => setAsked(open ? question : null),
  });
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger ref={trigger} className={styles.account} aria-label={`${t.menu.account}: ${user.name}`}>
          {initials(user.name)}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={styles.menu} align="end" sideOffset={8}>
            <DropdownMenu.Label className={styles.who}>
              <strong>{user.name}</strong>
              <span>{guest ? t.account.guest : user.email}</span>
            </DropdownMenu.Label>
            <DropdownMenu.Item className={styles.item} onSelect={() => (guest ? setAsked("sign-out") : signOut())}>
              {t.menu.signOut}
              <LogOut size={16} aria-hidden="true" />
            </DropdownMenu.Item>
            <DropdownMenu.Separator className={styles.separator} />
            <DropdownMenu.Item className={`${styles.item} ${styles.danger}`} onSelect={() => setAsked("delete")}>
              {t.menu.deleteAccount}
              <Trash2 size={16} aria-hidden="true" />
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <Confirm
        {...open("sign-out")}
        title={t.account.signOutTitle}
        text={t.account.signOutText}
        cancel={t.account.stay}
        confirm={t.account.signOutConfirm}
        look="danger"
        onConfirm={signOut}
      />
      <DeleteAccount user={user} onDeleted={depart} {...open("delete")} />
    </>
  );
}

function initials(name: string): string {
  const [first = "?", ...rest] = name.trim().split(/\s+/);
  return [first, rest.at(-1) ?? ""]
    .map((part) => [...part][0] ?? "")
    .join("")
    .toUpperCase();
}

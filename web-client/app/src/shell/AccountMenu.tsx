import { LogOut } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { User } from "../api";
import { useI18n } from "../i18n";
import styles from "./Menu.module.css";

export function AccountMenu({ user, signOut }: { user: User; signOut: () => void }) {
  const { t } = useI18n();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={styles.account} aria-label={`${t.menu.account}: ${user.name}`}>
        {initials(user.name)}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align="end" sideOffset={8}>
          <DropdownMenu.Label className={styles.who}>
            <strong>{user.name}</strong>
            <span>{user.email}</span>
          </DropdownMenu.Label>
          <DropdownMenu.Item className={styles.item} onSelect={signOut}>
            {t.menu.signOut}
            <LogOut size={16} aria-hidden="true" />
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function initials(name: string): string {
  const [first = "?", ...rest] = name.trim().split(/\s+/);
  return [first, rest.at(-1) ?? ""]
    .map((part) => [...part][0] ?? "")
    .join("")
    .toUpperCase();
}

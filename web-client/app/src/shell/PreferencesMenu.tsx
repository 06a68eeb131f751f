import { Check, Languages, Moon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useState } from "react";
import { locales, useI18n } from "../i18n";
import { applyTheme, currentTheme, type Theme } from "../theme";
import { IconButton } from "../ui/Button";
import styles from "./Menu.module.css";

/** The language and the light of the page. */
export function PreferencesMenu() {
  const { t, locale, choose } = useI18n();
  const [theme, setTheme] = useState(currentTheme);
  const themes: { id: Theme; name: string }[] = [
    { id: "system", name: t.menu.system },
    { id: "light", name: t.menu.light },
    { id: "dark", name: t.menu.dark },
  ];
  return (
    <>
      <Choice
        label={t.menu.language}
        icon={<Languages size={19} />}
        value={locale}
        options={locales}
        onChange={choose}
      />
      <Choice
        label={t.menu.theme}
        icon={<Moon size={19} />}
        value={theme}
        options={themes}
        onChange={(theme) => {
          applyTheme(theme);
          setTheme(theme);
        }}
      />
    </>
  );
}

interface ChoiceProps<Id extends string> {
  label: string;
  icon: ReactNode;
  value: Id;
  options: { id: Id; name: string }[];
  onChange: (id: Id) => void;
}

function Choice<Id extends string>({ label, icon, value, options, onChange }: ChoiceProps<Id>) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton label={label}>{icon}</IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align="end" sideOffset={8}>
          <DropdownMenu.Label className={styles.label}>{label}</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={value} onValueChange={(id) => onChange(id as Id)}>
            {options.map(({ id, name }) => (
              <DropdownMenu.RadioItem key={id} value={id} className={styles.item}>
                {name}
                <DropdownMenu.ItemIndicator>
                  <Check size={16} aria-hidden="true" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

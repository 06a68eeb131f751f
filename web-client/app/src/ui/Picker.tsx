import { Check, ChevronDown } from "lucide-react";
import { Select } from "radix-ui";
import type { ReactNode } from "react";
import styles from "./Picker.module.css";

interface PickerProps<Value extends string> {
  label: string;
  value: Value;
  options: { value: Value; name: string }[];
  onChange: (value: Value) => void;
  icon?: ReactNode;
}

export function Picker<Value extends string>({ label, value, options, onChange, icon }: PickerProps<Value>) {
  return (
    <Select.Root value={value} onValueChange={(value) => onChange(value as Value)}>
      <Select.Trigger className={styles.trigger} aria-label={label} title={label}>
        {icon}
        <span className={styles.value}>
          <Select.Value />
        </span>
        <ChevronDown size={16} aria-hidden="true" />
      </Select.Trigger>
      <Select.Portal>
        <Select.Content className={styles.content} position="popper" sideOffset={6}>
          <Select.Viewport>
            {options.map((option) => (
              <Select.Item key={option.value} value={option.value} className={styles.item}>
                <Select.ItemText>{option.name}</Select.ItemText>
                <Select.ItemIndicator>
                  <Check size={16} aria-hidden="true" />
                </Select.ItemIndicator>
              </Select.Item>
            ))}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  );
}

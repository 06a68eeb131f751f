import { type Microphone, Recorder, type Roleplay } from "@repartee/client";
import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useState } from "react";
import { useI18n } from "../i18n";
import menu from "../shell/Menu.module.css";
import { IconButton } from "../ui/Button";

interface MicrophonePickerProps {
  roleplay: Roleplay;
  microphone: Microphone;
  icon: ReactNode;
}

export function MicrophonePicker({ roleplay, microphone, icon }: MicrophonePickerProps) {
  const { t } = useI18n();
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [chosen, setChosen] = useState("default");
  const [saving, setSaving] = useState(false);
  const choose = (deviceId: string, saving: boolean) => {
    setChosen(deviceId);
    setSaving(saving);
    void roleplay.openMicrophone({ deviceId, format: saving ? "media-recorder" : "pcm" });
  };
  const off = microphone.state === "closed";
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(open) => open && void Recorder.devices().then(setDevices)}>
      <DropdownMenu.Trigger asChild>
        <IconButton label={t.practice.microphone} disabled={off}>
          {icon}
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="start" sideOffset={8}>
          <DropdownMenu.Label className={menu.label}>{t.practice.microphone}</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={chosen} onValueChange={(deviceId) => choose(deviceId, saving)}>
            {devices.map(({ deviceId, label }) => (
              <DropdownMenu.RadioItem key={deviceId} value={deviceId} className={menu.item}>
                {label}
                <DropdownMenu.ItemIndicator>
                  <Check size={16} aria-hidden="true" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className={menu.separator} />
          <DropdownMenu.CheckboxItem
            className={menu.item}
            checked={saving}
            onCheckedChange={(saving) => choose(chosen, saving)}
          >
            {t.practice.saveData}
            <DropdownMenu.ItemIndicator>
              <Check size={16} aria-hidden="true" />
            </DropdownMenu.ItemIndicator>
          </DropdownMenu.CheckboxItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

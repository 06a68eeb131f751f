import type { Conversation, Roleplay, TalkMode } from "@repartee/client";
import { useStore } from "@repartee/client/react";
import { Hand, Mic, MicOff, Settings2 } from "lucide-react";
import { ToggleGroup } from "radix-ui";
import { type RefObject, useEffect, useRef } from "react";
import { useI18n } from "../i18n";
import { IconButton } from "../ui/Button";
import styles from "./Controls.module.css";
import { rememberTalkMode } from "./entry";
import { MicrophonePicker } from "./MicrophonePicker";
import { useScene } from "./scene";
import { useHold, useSpaceBar } from "./use-hold";

export function Controls({ roleplay, conversation }: { roleplay: Roleplay; conversation: Conversation }) {
  const { t } = useI18n();
  const mode = useStore(roleplay.mode);
  const microphone = useStore(roleplay.microphone);
  const scene = useScene(roleplay, conversation);
  const hasMicrophone = microphone.state !== "closed" && microphone.state !== "opening";
  /** Whoever has just chosen to hold the button may do so with the space bar at once. */
  const hasJustChosen = useRef(false);
  const choose = (mode: TalkMode) => {
    rememberTalkMode(mode);
    hasJustChosen.current = true;
    void roleplay.setMode(mode);
  };
  return (
    <div className={styles.controls}>
      <ToggleGroup.Root
        type="single"
        value={mode}
        onValueChange={(mode) => mode && choose(mode as TalkMode)}
        className={styles.modes}
        aria-label={t.practice.talkMode}
      >
        <ToggleGroup.Item value="open" className={styles.mode}>
          {t.practice.openMic}
        </ToggleGroup.Item>
        <ToggleGroup.Item value="push-to-talk" className={styles.mode}>
          {t.practice.holdToTalk}
        </ToggleGroup.Item>
      </ToggleGroup.Root>
      <div className={styles.main}>
        <MicrophonePicker roleplay={roleplay} microphone={microphone} icon={<Settings2 size={20} />} />
        {!hasMicrophone && (
          <button type="button" className={styles.talk} onClick={() => void roleplay.openMicrophone()}>
            <MicOff size={26} aria-hidden="true" />
            <span>{t.practice.allowMic}</span>
          </button>
        )}
        {hasMicrophone && mode === "open" && (
          <OpenMicrophone
            muted={microphone.muted}
            speaking={scene === "hearing" || scene === "held"}
            onMute={(muted) => roleplay.mute(muted)}
          />
        )}
        {hasMicrophone && mode === "push-to-talk" && (
          <>
            <TalkButton roleplay={roleplay} muted={microphone.muted} takesFocus={hasJustChosen} />
            <IconButton
              label={microphone.muted ? t.practice.unmute : t.practice.mute}
              aria-pressed={microphone.muted}
              onClick={() => roleplay.mute(!microphone.muted)}
            >
              {microphone.muted ? <MicOff size={20} /> : <Mic size={20} />}
            </IconButton>
          </>
        )}
      </div>
      <IconButton
        className={styles.interrupt}
        label={t.practice.interrupt}
        disabled={scene !== "speaking"}
        onClick={() => roleplay.interrupt()}
      >
        <Hand size={20} />
      </IconButton>
      <p className={styles.hint} data-known={conversation.lines.some(({ role }) => role === "user")}>
        {mode === "open" ? t.practice.openHint : t.practice.holdHint}
      </p>
    </div>
  );
}

interface OpenMicrophoneProps {
  muted: boolean;
  speaking: boolean;
  onMute: (muted: boolean) => void;
}

function OpenMicrophone({ muted, speaking, onMute }: OpenMicrophoneProps) {
  const { t } = useI18n();
  return (
    <button
      type="button"
      className={styles.talk}
      data-on={!muted}
      data-talking={speaking}
      onClick={() => onMute(!muted)}
    >
      {muted ? <MicOff size={26} aria-hidden="true" /> : <Mic size={26} aria-hidden="true" />}
      <span>{muted ? t.practice.unmute : t.practice.mute}</span>
    </button>
  );
}

interface TalkButtonProps {
  roleplay: Roleplay;
  muted: boolean;
  /** Once: whoever writes meanwhile is not disturbed when the button comes back. */
  takesFocus: RefObject<boolean>;
}

function TalkButton({ roleplay, muted, takesFocus }: TalkButtonProps) {
  const { t } = useI18n();
  const button = useRef<HTMLButtonElement>(null);
  const talking = useStore(roleplay.talking);
  const hold = useHold(roleplay);
  useSpaceBar(hold, button);
  useEffect(() => {
    if (takesFocus.current) button.current?.focus();
    takesFocus.current = false;
  }, [takesFocus]);
  return (
    <button
      ref={button}
      type="button"
      className={styles.talk}
      data-talking={talking}
      disabled={muted}
      onPointerDown={hold.press}
      onPointerUp={hold.release}
      onPointerCancel={hold.release}
      // A key that is held down would click again and again.
      onKeyDown={(event) => event.repeat && event.preventDefault()}
      onContextMenu={(event) => event.preventDefault()}
      // A screen reader clicks without holding: the first click begins, the next one sends.
      onClick={(event) => event.detail === 0 && (talking ? hold.release() : hold.press())}
    >
      <Mic size={26} aria-hidden="true" />
      <span>{talking ? t.practice.releaseToSend : t.practice.holdToTalk}</span>
    </button>
  );
}

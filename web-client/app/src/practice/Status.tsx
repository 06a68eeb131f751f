import type { Conversation, Roleplay } from "@repartee/client";
import { Globe, PhoneOff, Timer } from "lucide-react";
import { useEffect, useState } from "react";
import { languageName, useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Picker } from "../ui/Picker";
import { clockTime } from "../ui/time";
import { Details } from "./Details";
import { EndDialog } from "./EndDialog";
import { conversationLanguages } from "./entry";
import styles from "./Status.module.css";

interface StatusProps {
  roleplay: Roleplay;
  conversation: Conversation;
  startedAt: string;
  ownLanguage: string;
  language: string;
  onLanguage: (language: string) => void;
}

export function Status({ roleplay, conversation, startedAt, ownLanguage, language, onLanguage }: StatusProps) {
  const { t, locale } = useI18n();
  const { turnCount, maxTurns, providers } = conversation;
  const demo = providers && Object.values(providers).some((provider) => provider.demo);
  return (
    <div className={styles.status}>
      {maxTurns > 0 && (
        <div className={styles.turns}>
          <span>{t.practice.turn(Math.min(turnCount + 1, maxTurns), maxTurns)}</span>
          <progress value={turnCount} max={maxTurns} aria-label={t.practice.turn(turnCount, maxTurns)} />
        </div>
      )}
      <Elapsed since={startedAt} label={t.practice.time} />
      {demo && <Badge look="demo">{t.practice.demoNotice}</Badge>}
      <div className={styles.tools}>
        <Picker
          label={t.practice.language}
          icon={<Globe size={18} aria-hidden="true" />}
          value={language}
          onChange={onLanguage}
          options={conversationLanguages(ownLanguage).map((tag) => ({ value: tag, name: languageName(tag, locale) }))}
        />
        <Details roleplay={roleplay} conversation={conversation} />
        <EndDialog onEnd={() => void roleplay.end()}>
          <Button look="danger" disabled={!conversation.sessionId || conversation.ended !== null}>
            <PhoneOff size={18} aria-hidden="true" />
            {t.practice.end}
          </Button>
        </EndDialog>
      </div>
    </div>
  );
}

function Elapsed({ since, label }: { since: string; label: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.time} role="timer" aria-label={label} title={label}>
      <Timer size={18} aria-hidden="true" />
      {clockTime(now - Date.parse(since))}
    </span>
  );
}

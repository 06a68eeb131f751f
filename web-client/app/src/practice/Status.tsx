import type { Conversation, Roleplay } from "@repartee/client";
import { Globe, PhoneOff } from "lucide-react";
import { languageName, useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Elapsed } from "../ui/Elapsed";
import { Picker } from "../ui/Picker";
import { Details } from "./Details";
import { EndDialog } from "./EndDialog";
import { conversationLanguages } from "./entry";
import styles from "./Status.module.css";
import { Turns } from "./Turns";

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
  const { turnCount, maxTurns, connection, providers, sessionId, ended, endAsked } = conversation;
  const demo = providers && Object.values(providers).some((provider) => provider.demo);
  const mayEnd = sessionId && connection.status !== "closed" && ended === null && !endAsked;
  return (
    <div className={styles.status}>
      <Turns turnCount={turnCount} maxTurns={maxTurns} />
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
          <Button look="danger" disabled={!mayEnd}>
            <PhoneOff size={18} aria-hidden="true" />
            {t.practice.end}
          </Button>
        </EndDialog>
      </div>
    </div>
  );
}

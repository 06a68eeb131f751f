import type { Conversation, Roleplay } from "@repartee/client";
import { Activity } from "lucide-react";
import { Popover } from "radix-ui";
import { useEffect, useState } from "react";
import { useI18n } from "../i18n";
import menu from "../shell/Menu.module.css";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import styles from "./Details.module.css";
import { Latency } from "./Latency";

/** How the line is and where the time of the last answer went; for who wants to know. */
export function Details({ roleplay, conversation }: { roleplay: Roleplay; conversation: Conversation }) {
  const { t } = useI18n();
  const { latency } = conversation;
  const name = latency ? `${t.practice.details}, ${t.practice.answeredAfter(latency.totalMs)}` : t.practice.details;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button className={styles.open} aria-label={name} title={name}>
          <Activity size={18} aria-hidden="true" />
          {latency && <span className={styles.total}>{t.practice.seconds(latency.totalMs)}</span>}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={`${menu.menu} ${styles.details}`} align="end" sideOffset={8} collisionPadding={16}>
          <h2>{t.practice.details}</h2>
          <Line roleplay={roleplay} />
          {latency && <Latency latency={latency} />}
          {conversation.providers && <Providers providers={conversation.providers} />}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Line({ roleplay }: { roleplay: Roleplay }) {
  const { t } = useI18n();
  const [roundTrip, setRoundTrip] = useState<number | null>(null);
  const [unstored, setUnstored] = useState(0);
  useEffect(() => {
    const look = () => {
      setUnstored(roleplay.client.unstoredBytes);
      if (roleplay.client.connection.status === "connected")
        roleplay.client.ping().then(setRoundTrip, () => setRoundTrip(null));
    };
    look();
    const timer = setInterval(look, 2000);
    return () => clearInterval(timer);
  }, [roleplay]);
  return (
    <dl className={styles.list}>
      <dt>{t.practice.roundTrip}</dt>
      <dd>{roundTrip === null ? "–" : `${Math.round(roundTrip)} ms`}</dd>
      <dt>{t.practice.unstored}</dt>
      <dd>{Math.round(unstored / 1024)} KB</dd>
    </dl>
  );
}

function Providers({ providers }: { providers: NonNullable<Conversation["providers"]> }) {
  const { t } = useI18n();
  const explanations = { stt: t.practice.demoStt, llm: t.practice.demoLlm, tts: t.practice.demoTts, avatar: "" };
  return (
    <ul className={styles.providers}>
      {(["stt", "llm", "tts", "avatar"] as const).map((kind) => (
        <li key={kind}>
          <span>
            {t.practice.providers[kind]}: {providers[kind].name}
          </span>
          {providers[kind].demo && <Badge look="demo">{t.demoLabel}</Badge>}
          {providers[kind].demo && explanations[kind] && <p>{explanations[kind]}</p>}
        </li>
      ))}
    </ul>
  );
}

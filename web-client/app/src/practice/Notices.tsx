import type { Conversation, Roleplay } from "@repartee/client";
import { useStore } from "@repartee/client/react";
import { Eye, Flag, MessageCircle, MicOff, TriangleAlert, Volume2, VolumeX, WifiOff } from "lucide-react";
import { Link } from "wouter";
import { useI18n } from "../i18n";
import { lapse } from "../renewal";
import { Button, buttonStyle } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { endedText } from "./ended";
import { Hints } from "./Hints";
import styles from "./Notices.module.css";
import { useRenewal } from "./use-renewal";

interface NoticesProps {
  roleplay: Roleplay;
  conversation: Conversation;
  sessionId: string;
  /** Goes into the room, also where that failed before. */
  enter: () => Promise<void>;
}

/** What a person should know right now, calmly, the most pressing first. */
export function Notices({ roleplay, conversation, sessionId, enter }: NoticesProps) {
  const { t } = useI18n();
  const microphone = useStore(roleplay.microphone);
  const sound = useStore(roleplay.sound);
  const { connection, problem, ended, ending, endAsked, hints, observers } = conversation;
  const hasLapsed = useRenewal(roleplay, connection, enter);
  const takeBack = () => {
    // That it goes on elsewhere is not true any more.
    roleplay.report(null);
    // What came of it is in `connection`.
    roleplay.client.connect().catch(() => undefined);
  };
  const report = (
    <Link href={`/report/${sessionId}`} className={buttonStyle("plain")}>
      {t.practice.toReport}
    </Link>
  );
  if (ended) {
    return (
      <Notice look="calm" icon={<Flag size={20} aria-hidden="true" />} action={report}>
        <strong>{t.practice.endedTitle}.</strong> {endedText(ended, t)}
      </Notice>
    );
  }
  return (
    <div className={styles.notices}>
      {connection.status === "reconnecting" && (
        <Notice look="warn" icon={<WifiOff size={20} aria-hidden="true" />}>
          {endAsked ? t.practice.endsWhenBack : t.practice.reconnecting}
        </Notice>
      )}
      {connection.status === "closed" && connection.reason === "taken-over" && (
        <Notice
          look="calm"
          icon={<MessageCircle size={20} aria-hidden="true" />}
          action={<Button onClick={takeBack}>{t.practice.takeBack}</Button>}
        >
          {t.practice.takenOver}
        </Notice>
      )}
      {hasLapsed && (
        <Notice look="bad" action={<Button onClick={() => lapse()}>{t.practice.signInAgain}</Button>}>
          {t.practice.refused}
        </Notice>
      )}
      {problem && (connection.status === "connected" || problem.code === "NO_ANSWER") && (
        <Notice
          look={problem.retryable ? "warn" : "bad"}
          icon={<TriangleAlert size={20} aria-hidden="true" />}
          action={
            conversation.sessionId && (
              <Button look="quiet" onClick={() => roleplay.report(null)}>
                {t.close}
              </Button>
            )
          }
        >
          {t.practice.errors[problem.code]}
        </Notice>
      )}
      {sound === "unsupported" && (
        <Notice look="warn" icon={<VolumeX size={20} aria-hidden="true" />}>
          {t.practice.soundUnsupported}
        </Notice>
      )}
      {sound === "blocked" && (
        <Notice
          look="warn"
          icon={<Volume2 size={20} aria-hidden="true" />}
          action={<Button onClick={() => void roleplay.unlockSound()}>{t.practice.turnOnSound}</Button>}
        >
          {t.practice.soundBlocked}
        </Notice>
      )}
      {microphone.problem && (
        <Notice look="warn" icon={<MicOff size={20} aria-hidden="true" />}>
          {t.practice.problems[microphone.problem]}
        </Notice>
      )}
      {microphone.state === "device-lost" && (
        <Notice look="warn" icon={<MicOff size={20} aria-hidden="true" />}>
          {t.practice.deviceLost}
        </Notice>
      )}
      <Hints hints={hints} sessionId={sessionId} />
      {observers.length > 0 && (
        <Notice look="calm" icon={<Eye size={20} aria-hidden="true" />}>
          {t.practice.observers}
        </Notice>
      )}
      {ending && (
        <Notice look="calm" icon={<Flag size={20} aria-hidden="true" />}>
          {t.practice.ending}
        </Notice>
      )}
    </div>
  );
}

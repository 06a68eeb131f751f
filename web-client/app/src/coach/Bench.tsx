import { useStore, useWatch } from "@repartee/client/react";
import { Eye, Flag, TriangleAlert, WifiOff } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { token } from "../access";
import type { Session } from "../api";
import { useI18n } from "../i18n";
import { Lines } from "../practice/Lines";
import { Turns } from "../practice/Turns";
import { lapse } from "../renewal";
import { Button, buttonStyle } from "../ui/Button";
import { Elapsed } from "../ui/Elapsed";
import { Notice } from "../ui/Notice";
import styles from "./Bench.module.css";
import { Whispers } from "./Whispers";

interface BenchProps {
  session: Session;
  user: string;
  persona: string;
}

export function Bench({ session, user, persona }: BenchProps) {
  const { t } = useI18n();
  const watch = useWatch({ token: () => token.read() ?? "" });
  const conversation = useStore(watch.conversation);
  const { connection, stage, problem, ended, sessionId, turnCount, maxTurns } = conversation;
  useEffect(() => void watch.start(session.id), [watch, session.id]);

  const closed = connection.status === "closed" ? "disconnected" : null;
  const scene = closed ?? (!sessionId || connection.status !== "connected" ? "connecting" : stage);
  return (
    <div className={styles.bench}>
      <div className={styles.status}>
        <p className={styles.scene} role="status" data-scene={ended ? "over" : scene}>
          {ended ? t.coach.over : t.coach.stage[scene](user, persona)}
        </p>
        <Turns turnCount={turnCount} maxTurns={maxTurns} />
        {!ended && <Elapsed since={session.startedAt} label={t.practice.time} />}
      </div>
      <section className={styles.conversation} aria-label={t.practice.transcript}>
        <Lines
          conversation={conversation}
          user={user}
          persona={persona}
          language={session.scenario?.language}
          empty={t.coach.transcriptEmpty}
        />
      </section>
      <div className={styles.side}>
        {ended && (
          <Notice
            look="calm"
            icon={<Flag size={20} aria-hidden="true" />}
            action={
              <Link href={`/report/${session.id}`} className={buttonStyle("plain")}>
                {t.practice.toReport}
              </Link>
            }
          >
            {t.coach.over}
          </Notice>
        )}
        {connection.status === "reconnecting" && (
          <Notice look="warn" icon={<WifiOff size={20} aria-hidden="true" />}>
            {t.coach.reconnecting}
          </Notice>
        )}
        {connection.status === "closed" && connection.reason === "refused" && (
          <Notice look="bad" action={<Button onClick={() => lapse()}>{t.practice.signInAgain}</Button>}>
            {t.practice.refused}
          </Notice>
        )}
        {problem && !ended && (
          <Notice
            look="warn"
            icon={<TriangleAlert size={20} aria-hidden="true" />}
            action={<Button onClick={() => void watch.start(session.id)}>{t.retry}</Button>}
          >
            {t.practice.errors[problem.code]}
          </Notice>
        )}
        {sessionId && !ended && (
          <Notice look="calm" icon={<Eye size={20} aria-hidden="true" />}>
            {t.coach.seen}
          </Notice>
        )}
        <Whispers disabled={!sessionId || ended !== null} whisper={(text) => watch.whisper(text)} />
      </div>
    </div>
  );
}

import { useRealtimeRoleplay } from "@repartee/client/react";
import { useCallback, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { token } from "../access";
import type { Session } from "../api";
import { useI18n } from "../i18n";
import { Controls } from "./Controls";
import { recallEntry, recallTalkMode, recallWaiting, rememberEntry, rememberWaiting } from "./entry";
import { Notices } from "./Notices";
import styles from "./Room.module.css";
import { Stage } from "./Stage";
import { Status } from "./Status";
import { Transcript } from "./Transcript";

interface RoomProps {
  session: Session;
  scenario: NonNullable<Session["scenario"]>;
}

export function Room({ session, scenario }: RoomProps) {
  const { t } = useI18n();
  const [, go] = useLocation();
  const room = useRealtimeRoleplay({ token: () => token.read() ?? "", mode: recallTalkMode() });
  const { roleplay, conversation, connectSession } = room;
  // Where nothing was chosen the session keeps what it has.
  const [wanted] = useState(() => recallEntry(session.id)?.language);
  const language = conversation.language ?? wanted ?? scenario.language;
  const name = scenario.buyerPersona.name;

  const enter = useCallback(async () => {
    const kept = recallWaiting(session.id);
    if (await connectSession(session.id, scenario.id, { language: wanted }, kept)) await roleplay.openMicrophone();
  }, [connectSession, roleplay, session.id, scenario.id, wanted]);
  useEffect(() => void enter(), [enter]);
  useEffect(
    () =>
      roleplay.recallHints(session.hints.map(({ text, timestamp }) => ({ text, timestamp: Date.parse(timestamp) }))),
    [roleplay, session.hints],
  );

  const speak = async (chosen: string) => {
    const before = recallEntry(session.id) ?? { sessionId: session.id, language };
    rememberEntry({ sessionId: session.id, language: chosen });
    if (!(await roleplay.setLanguage(chosen))) rememberEntry(before);
  };

  const { sessionId, waiting, ended } = conversation;
  useEffect(() => {
    // Before the session has begun, what an earlier page kept is all that waits.
    if (sessionId === session.id) rememberWaiting(session.id, waiting);
  }, [sessionId, session.id, waiting]);
  useEffect(() => {
    if (ended?.reason === "user_ended") go(`/report/${session.id}`, { replace: true });
  }, [ended, go, session.id]);

  return (
    <div className={styles.room} data-room>
      <h1 className="hidden-visually">{t.practice.room(name)}</h1>
      <Status
        roleplay={roleplay}
        conversation={conversation}
        startedAt={session.startedAt}
        ownLanguage={scenario.language}
        language={language}
        onLanguage={(chosen) => void speak(chosen)}
      />
      <div className={styles.left}>
        <Stage roleplay={roleplay} conversation={conversation} persona={scenario.buyerPersona} language={language} />
        <Notices roleplay={roleplay} conversation={conversation} sessionId={session.id} enter={enter} />
        <Controls roleplay={roleplay} conversation={conversation} />
      </div>
      <Transcript roleplay={roleplay} conversation={conversation} name={name} language={language} />
    </div>
  );
}

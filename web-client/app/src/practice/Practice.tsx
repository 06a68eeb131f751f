import { DoorOpen } from "lucide-react";
import { useCallback, useState } from "react";
import { Link } from "wouter";
import { ApiError, api, type Session } from "../api";
import { useI18n } from "../i18n";
import { NotFound } from "../pages/NotFound";
import { Button, buttonStyle } from "../ui/Button";
import { Empty, Failed, Waiting } from "../ui/States";
import { useLoaded } from "../use-loaded";
import { useTitle } from "../use-title";
import { rememberOpen } from "./open-practice";
import { Room } from "./Room";

export default function Practice({ id }: { id: string }) {
  const loaded = useLoaded(useCallback(() => loadOwn(id), [id]));
  if (loaded.state === "loading") return <Waiting />;
  if (loaded.state === "ready") return <Entrance session={loaded.data} />;
  const gone = loaded.error instanceof ApiError && [403, 404].includes(loaded.error.status);
  return gone ? <NotFound /> : <Failed alone error={loaded.error} retry={loaded.retry} />;
}

async function loadOwn(id: string): Promise<Session> {
  const session = await api.session(id);
  rememberOpen(session);
  return session;
}

/** A browser lets nothing sound before a click: who comes by a reload has to give one. */
function Entrance({ session }: { session: Session }) {
  const { t } = useI18n();
  useTitle(session.scenario ? t.practice.room(session.scenario.buyerPersona.name) : t.practice.endedTitle);
  const [entered, setEntered] = useState(navigator.userActivation?.hasBeenActive ?? false);
  const { scenario } = session;
  if (session.status !== "active" || !scenario) {
    return (
      <Empty alone icon={<DoorOpen />} title={t.practice.endedTitle} hint={t.practice.errors.SESSION_ENDED}>
        <Link href={`/report/${session.id}`} className={buttonStyle("primary")}>
          {t.practice.toReport}
        </Link>
      </Empty>
    );
  }
  if (entered) return <Room session={session} scenario={scenario} />;
  return (
    <Empty alone icon={<DoorOpen />} title={t.practice.room(scenario.buyerPersona.name)} hint={t.practice.enterHint}>
      <Button look="primary" onClick={() => setEntered(true)}>
        {t.practice.enter}
      </Button>
    </Empty>
  );
}

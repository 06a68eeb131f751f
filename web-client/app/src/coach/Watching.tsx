import { ArrowLeft, Flag } from "lucide-react";
import { useCallback } from "react";
import { Link } from "wouter";
import { ApiError, api } from "../api";
import { useI18n } from "../i18n";
import { NotFound } from "../pages/NotFound";
import { buttonStyle } from "../ui/Button";
import { Empty, Failed, Waiting } from "../ui/States";
import { useLoaded } from "../use-loaded";
import { useTitle } from "../use-title";
import { Bench } from "./Bench";
import styles from "./Watching.module.css";

/** One practice, from the bench at its side. */
export default function Watching({ id }: { id: string }) {
  const loaded = useLoaded(useCallback(() => whoPractises(id), [id]));
  if (loaded.state === "loading") return <Waiting />;
  if (loaded.state === "ready") return <Seat {...loaded.data} />;
  const gone = loaded.error instanceof ApiError && [403, 404].includes(loaded.error.status);
  return gone ? <NotFound /> : <Failed alone error={loaded.error} retry={loaded.retry} />;
}

type Practising = Awaited<ReturnType<typeof whoPractises>>;

async function whoPractises(id: string) {
  const [session, live] = await Promise.all([api.session(id), api.live()]);
  return { session, userName: live.items.find(({ sessionId }) => sessionId === id)?.userName };
}

function Seat({ session, userName }: Practising) {
  const { t } = useI18n();
  const user = userName ?? t.coach.trainee;
  const persona = session.scenario?.buyerPersona.name ?? "";
  const title = t.coach.watching(user, persona);
  useTitle(title);
  if (session.status !== "active") {
    return (
      <Empty alone icon={<Flag />} title={t.coach.over} hint={t.coach.overHint}>
        <Link href={`/report/${session.id}`} className={buttonStyle("primary")}>
          {t.practice.toReport}
        </Link>
      </Empty>
    );
  }
  return (
    <div className={styles.page} data-room>
      <header className={styles.head}>
        <Link href="/live" className={styles.back}>
          <ArrowLeft size={18} aria-hidden="true" />
          {t.coach.title}
        </Link>
        <h1>{title}</h1>
        <p lang={session.scenario?.language}>{session.scenario?.title}</p>
      </header>
      <Bench session={session} user={user} persona={persona} />
    </div>
  );
}

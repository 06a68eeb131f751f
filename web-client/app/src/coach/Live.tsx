import { Eye, UsersRound } from "lucide-react";
import { Link } from "wouter";
import { api, type LiveSession } from "../api";
import { useI18n } from "../i18n";
import { Elapsed } from "../ui/Elapsed";
import { Empty, Failed, Waiting } from "../ui/States";
import { usePolled } from "../use-polled";
import { useTitle } from "../use-title";
import styles from "./Live.module.css";

const EVERY_MS = 5000;

/** Who practises right now, to look in on. */
export default function Live() {
  const { t } = useI18n();
  useTitle(t.coach.title);
  const loaded = usePolled(api.live, EVERY_MS);
  return (
    <div className={styles.page}>
      <h1>{t.coach.title}</h1>
      <p className={styles.intro}>{t.coach.intro}</p>
      {loaded.state === "loading" && <Waiting />}
      {loaded.state === "failed" && <Failed error={loaded.error} retry={loaded.retry} />}
      {loaded.state === "ready" && loaded.data.total === 0 && (
        <Empty icon={<UsersRound />} title={t.coach.empty} hint={t.coach.emptyHint} />
      )}
      {loaded.state === "ready" && loaded.data.total > 0 && (
        <ul className={styles.list}>
          {loaded.data.items.map((session) => (
            <Practising key={session.sessionId} session={session} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Practising({ session }: { session: LiveSession }) {
  const { t } = useI18n();
  return (
    <li className={styles.item}>
      <span className={styles.dot} aria-hidden="true" />
      <div className={styles.what}>
        <h2>
          <Link href={`/live/${session.sessionId}`} className={styles.link}>
            {session.userName}
          </Link>
        </h2>
        <p className={styles.scenario}>{session.scenarioTitle}</p>
      </div>
      <Elapsed since={session.startedAt} label={t.practice.time} />
      <Eye size={20} className={styles.eye} aria-hidden="true" />
    </li>
  );
}

import { RotateCcw } from "lucide-react";
import { lazy, Suspense, useCallback } from "react";
import { Link } from "wouter";
import { ApiError, api, type Session } from "../api";
import { useI18n } from "../i18n";
import { NotFound } from "../pages/NotFound";
import { Portrait } from "../practice/Portrait";
import { buttonStyle } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { Failed, Waiting } from "../ui/States";
import { clockTime } from "../ui/time";
import { useLoaded } from "../use-loaded";
import { useTitle } from "../use-title";
import styles from "./Report.module.css";
import { Score } from "./Score";
import { Script } from "./Script";
import { countTalk } from "./talk";

const TalkChart = lazy(() => import("./TalkChart"));
const Recording = lazy(() => import("./Recording"));

export default function Report({ id }: { id: string }) {
  const loaded = useLoaded(useCallback(() => api.session(id), [id]));
  if (loaded.state === "loading") return <Waiting />;
  if (loaded.state === "ready") return <Paper session={loaded.data} />;
  const gone = loaded.error instanceof ApiError && [403, 404].includes(loaded.error.status);
  return gone ? <NotFound /> : <Failed alone error={loaded.error} retry={loaded.retry} />;
}

function Paper({ session }: { session: Session }) {
  const { t, locale } = useI18n();
  useTitle(session.scenario?.title ?? t.report.title);
  const { scenario, messages, recordingUrl, feedback, startedAt, completedAt } = session;
  const talk = countTalk(messages);
  const persona = scenario?.buyerPersona;
  const number = new Intl.NumberFormat(locale);
  return (
    <article className={styles.report}>
      <header className={styles.head}>
        {persona && <Portrait name={persona.name} size={72} />}
        <div>
          <p className={styles.over}>{t.report.title}</p>
          <h1 lang={scenario?.language}>{scenario?.title ?? session.scenarioId}</h1>
          {persona && <p className={styles.sub}>{t.report.with(persona.name, persona.role)}</p>}
          <p className={styles.sub}>
            {new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(startedAt))}
          </p>
        </div>
        <div className={styles.actions}>
          <Link href={`/scenarios/${session.scenarioId}`} className={buttonStyle("primary")}>
            <RotateCcw size={18} aria-hidden="true" />
            {t.report.again}
          </Link>
          <Link href="/" className={buttonStyle("plain")}>
            {t.report.other}
          </Link>
        </div>
      </header>
      {session.status === "active" && (
        <Notice
          look="calm"
          action={
            <Link href={`/practice/${session.id}`} className={buttonStyle("plain")}>
              {t.report.backToRoom}
            </Link>
          }
        >
          {t.report.active}
        </Notice>
      )}
      <dl className={styles.facts}>
        {completedAt && (
          <Fact name={t.report.duration} value={clockTime(Date.parse(completedAt) - Date.parse(startedAt))} />
        )}
        <Fact name={t.report.turnsTaken} value={number.format(talk.turns.length)} />
        <Fact name={t.report.yourWords} value={t.report.words(number.format(talk.you))} voice="you" />
        <Fact name={t.report.theirWords} value={t.report.words(number.format(talk.them))} voice="persona" />
      </dl>
      {feedback && <Score feedback={feedback} />}
      {recordingUrl && (
        <section className={styles.block} aria-labelledby="recording">
          <h2 id="recording">{t.report.recording}</h2>
          <Suspense fallback={<Waiting />}>
            <Recording url={recordingUrl} />
          </Suspense>
        </section>
      )}
      {talk.turns.length > 0 && (
        <section className={styles.block} aria-labelledby="share">
          <h2 id="share">{t.report.share}</h2>
          <p className={styles.sub}>{t.report.shareHint}</p>
          <Suspense fallback={<Waiting />}>
            <TalkChart talk={talk} name={persona?.name ?? ""} />
          </Suspense>
        </section>
      )}
      {scenario?.goals && scenario.goals.length > 0 && (
        <section className={styles.block} aria-labelledby="goals">
          <h2 id="goals">{t.report.goals}</h2>
          <ul className={styles.goals} lang={scenario.language}>
            {scenario.goals.map((goal) => (
              <li key={goal}>{goal}</li>
            ))}
          </ul>
        </section>
      )}
      <section className={styles.block} aria-labelledby="script">
        <h2 id="script">{t.report.transcript}</h2>
        <Script messages={messages} startedAt={startedAt} name={persona?.name ?? ""} language={scenario?.language} />
      </section>
    </article>
  );
}

function Fact({ name, value, voice }: { name: string; value: string; voice?: "you" | "persona" }) {
  return (
    <div className={styles.fact} data-voice={voice}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

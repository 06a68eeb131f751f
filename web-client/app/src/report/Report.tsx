import { DoorClosed, RotateCcw } from "lucide-react";
import { lazy, Suspense, useCallback, useState } from "react";
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
import { useAccount } from "../user";
import { Delivery } from "./Delivery";
import { Playback } from "./playback";
import styles from "./Report.module.css";
import { Score } from "./Score";
import { Script } from "./Script";
import { useRecorded } from "./use-recorded";

const Recording = lazy(() => import("./Recording"));

export default function Report({ id }: { id: string }) {
  const loaded = useLoaded(useCallback(() => api.session(id), [id]));
  if (loaded.state === "loading") return <Waiting />;
  if (loaded.state === "ready") return <Paper session={loaded.data} />;
  const gone = loaded.error instanceof ApiError && [403, 404].includes(loaded.error.status);
  return gone ? <NotFound /> : <Failed alone error={loaded.error} retry={loaded.retry} />;
}

function Paper({ session: loaded }: { session: Session }) {
  const { t, locale } = useI18n();
  const session = useRecorded(loaded);
  const [playback] = useState(() => new Playback());
  const trainee = useTrainee(session);
  useTitle(session.scenario?.title ?? t.report.title(trainee));
  const { scenario, messages, unheard, hints, feedback, delivery, startedAt, completedAt } = session;
  const { recordingUrl, recordingPending } = session;
  const persona = scenario?.buyerPersona;
  const name = persona?.name ?? "";
  const user = trainee ?? t.practice.you;
  const language = scenario?.language;
  return (
    <article className={styles.report}>
      <header className={styles.head}>
        {persona && <Portrait name={persona.name} size={72} />}
        <div>
          <p className={styles.over}>{t.report.title(trainee)}</p>
          <h1 lang={language}>{scenario?.title ?? session.scenarioId}</h1>
          {persona && <p className={styles.sub}>{t.report.with(persona.name, persona.role)}</p>}
          <p className={styles.sub}>
            {new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(startedAt))}
          </p>
        </div>
        <div className={styles.actions}>{trainee === null ? <Next session={session} /> : <BackToLive />}</div>
      </header>
      {session.status === "active" && (
        <Notice
          look="calm"
          action={
            <Link href={`/${trainee === null ? "practice" : "live"}/${session.id}`} className={buttonStyle("plain")}>
              {trainee === null ? t.report.backToRoom : t.report.lookIn}
            </Link>
          }
        >
          {t.report.active}
        </Notice>
      )}
      {session.status === "abandoned" && (
        <Notice look="calm" icon={<DoorClosed size={20} aria-hidden="true" />}>
          {t.report.abandoned(trainee)}
        </Notice>
      )}
      <dl className={styles.facts}>
        {completedAt && (
          <Fact name={t.report.duration} value={clockTime(Date.parse(completedAt) - Date.parse(startedAt))} />
        )}
        <Fact name={t.report.turnsTaken} value={String(delivery?.turns.length ?? 0)} />
        {delivery && (
          <>
            <Fact
              name={t.report.yourWords(trainee)}
              value={t.report.words(delivery.traineeWords, delivery.unit)}
              voice="you"
            />
            <Fact
              name={t.report.theirWords(name)}
              value={t.report.words(delivery.personaWords, delivery.unit)}
              voice="persona"
            />
          </>
        )}
      </dl>
      {feedback && (
        <Score feedback={feedback} trainee={trainee} messages={messages} playback={playback} language={language} />
      )}
      {(recordingPending || recordingUrl) && (
        <section className={styles.block} aria-labelledby="recording">
          <h2 id="recording">{t.report.recording}</h2>
          {recordingPending && <p className={styles.sub}>{t.report.recordingPending}</p>}
          {!recordingPending && recordingUrl && (
            <Suspense fallback={<Waiting />}>
              <Recording url={recordingUrl} messages={messages} user={user} persona={name} playback={playback} />
            </Suspense>
          )}
        </section>
      )}
      {delivery && (
        <section className={styles.block} aria-labelledby="delivery">
          <h2 id="delivery">{t.report.delivery(trainee)}</h2>
          <Delivery delivery={delivery} trainee={trainee} persona={name} language={language} />
        </section>
      )}
      {scenario?.goals && scenario.goals.length > 0 && (
        <section className={styles.block} aria-labelledby="goals">
          <h2 id="goals">{t.report.goals}</h2>
          <ul className={styles.goals} lang={language}>
            {scenario.goals.map((goal) => (
              <li key={goal}>{goal}</li>
            ))}
          </ul>
        </section>
      )}
      <section className={styles.block} aria-labelledby="script">
        <h2 id="script">{t.report.transcript}</h2>
        <Script
          messages={messages}
          unheard={unheard}
          hints={hints}
          startedAt={startedAt}
          user={user}
          persona={name}
          language={language}
          playback={playback}
        />
      </section>
    </article>
  );
}

/** Who practised; `null` where that is who reads the report. */
function useTrainee({ userId, userName }: Session): string | null {
  const { t } = useI18n();
  return useAccount()?.user.id === userId ? null : (userName ?? t.coach.trainee);
}

/** Where whoever practised goes on. */
function Next({ session }: { session: Session }) {
  const { t } = useI18n();
  return (
    <>
      <Link href={`/scenarios/${session.scenarioId}`} className={buttonStyle("primary")}>
        <RotateCcw size={18} aria-hidden="true" />
        {t.report.again}
      </Link>
      <Link href="/" className={buttonStyle("plain")}>
        {t.report.other}
      </Link>
    </>
  );
}

function BackToLive() {
  const { t } = useI18n();
  return (
    <Link href="/live" className={buttonStyle("plain")}>
      {t.coach.title}
    </Link>
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

import { ArrowLeft, Clock, DoorOpen, Globe, MessagesSquare, Target } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { ApiError, api, type Scenario } from "../api";
import { failureText } from "../failure";
import { languageName, useI18n } from "../i18n";
import { conversationLanguages, rememberEntry } from "../practice/entry";
import { findOpen, type OpenPractice } from "../practice/open-practice";
import { Portrait } from "../practice/Portrait";
import { Badge, DifficultyBadge } from "../ui/Badge";
import { Button, buttonStyle } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { Picker } from "../ui/Picker";
import { Failed, Waiting } from "../ui/States";
import { useLoaded } from "../use-loaded";
import { useTitle } from "../use-title";
import { useAccount } from "../user";
import styles from "./Briefing.module.css";
import { NotFound } from "./NotFound";

export function Briefing({ id }: { id: string }) {
  const loaded = useLoaded(useCallback(() => api.scenario(id), [id]));
  if (loaded.state === "loading") return <Waiting />;
  if (loaded.state === "ready") return <Brief scenario={loaded.data} />;
  if (loaded.error instanceof ApiError && loaded.error.status === 404) return <NotFound />;
  return <Failed alone error={loaded.error} retry={loaded.retry} />;
}

function Brief({ scenario }: { scenario: Scenario }) {
  const { t, locale } = useI18n();
  useTitle(scenario.title);
  const [, go] = useLocation();
  const [language, setLanguage] = useState(scenario.language);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const userId = useAccount()?.user.id;
  const [open, setOpen] = useState<OpenPractice>(null);
  useEffect(() => void findOpen(userId).then(setOpen), [userId]);
  const { buyerPersona: persona } = scenario;

  const start = async () => {
    setBusy(true);
    setProblem(null);
    try {
      // It may have been begun a moment ago, in another tab.
      const found = await findOpen(userId);
      setOpen(found);
      if (found && nameOf(found) !== nameOf(open)) return setBusy(false);
      const session = await api.start(scenario.id);
      rememberEntry({ sessionId: session.id, language });
      go(`/practice/${session.id}`);
    } catch (error) {
      setProblem(failureText(error, t));
      setBusy(false);
    }
  };

  return (
    <article className={styles.page}>
      <Link href="/" className={styles.back}>
        <ArrowLeft size={18} aria-hidden="true" />
        {t.menu.scenarios}
      </Link>
      <header className={styles.head}>
        <div className={styles.badges}>
          <Badge>{t.categories[scenario.category] ?? scenario.category}</Badge>
          <DifficultyBadge difficulty={scenario.difficulty} />
        </div>
        <h1 lang={scenario.language}>{scenario.title}</h1>
        <p lang={scenario.language}>{scenario.description}</p>
      </header>
      <section className={styles.goals} aria-labelledby="goals">
        <h2 id="goals">{t.briefing.goals}</h2>
        <ul lang={scenario.language}>
          {scenario.goals.map((goal) => (
            <li key={goal}>
              <Target size={18} aria-hidden="true" />
              {goal}
            </li>
          ))}
        </ul>
      </section>
      <section className={styles.person} aria-labelledby="person">
        <h2 id="person">{t.briefing.about}</h2>
        <div className={styles.card}>
          <Portrait name={persona.name} size={88} />
          <div lang={scenario.language}>
            <strong className={styles.name}>{persona.name}</strong>
            <p className={styles.role}>
              {persona.role} · {persona.company}
            </p>
          </div>
          <p lang={scenario.language}>{persona.background}</p>
          <dl>
            <dt>{t.briefing.personality}</dt>
            <dd lang={scenario.language}>{persona.personality}</dd>
            <dt>{t.briefing.concerns}</dt>
            <dd lang={scenario.language}>
              <ul className={styles.concerns}>
                {persona.concerns.map((concern) => (
                  <li key={concern}>{concern}</li>
                ))}
              </ul>
            </dd>
          </dl>
        </div>
      </section>
      <aside className={styles.start} aria-label={t.briefing.start}>
        <ul className={styles.facts}>
          <li>
            <Clock size={18} aria-hidden="true" />
            {t.minutes(scenario.estimatedDuration)}
          </li>
          <li>
            <MessagesSquare size={18} aria-hidden="true" />
            {t.briefing.upTo(scenario.maxTurns)}
          </li>
        </ul>
        <Picker
          label={t.briefing.language}
          icon={<Globe size={18} aria-hidden="true" />}
          value={language}
          onChange={setLanguage}
          options={conversationLanguages(scenario.language).map((tag) => ({
            value: tag,
            name: languageName(tag, locale),
          }))}
        />
        {open && <StillOpen open={open} />}
        {problem && <Notice look="bad">{problem}</Notice>}
        <Button look="primary" disabled={busy} onClick={() => void start()}>
          {busy ? t.briefing.starting : t.briefing.start}
        </Button>
        <p className={styles.hint}>{t.briefing.noMic}</p>
      </aside>
    </article>
  );
}

function StillOpen({ open }: { open: NonNullable<OpenPractice> }) {
  const { t } = useI18n();
  return (
    <div className={styles.open}>
      <Notice look="warn" icon={<DoorOpen size={20} aria-hidden="true" />}>
        {open === "unknown" ? t.briefing.maybeOpen : t.briefing.open(open.scenario?.title ?? open.scenarioId)}
      </Notice>
      {open !== "unknown" && (
        <Link href={`/practice/${open.id}`} className={buttonStyle("plain")}>
          {t.briefing.backToOpen}
        </Link>
      )}
    </div>
  );
}

/** Whoever was warned of it once has been warned. */
function nameOf(open: OpenPractice): string | null {
  return open === null || open === "unknown" ? open : open.id;
}

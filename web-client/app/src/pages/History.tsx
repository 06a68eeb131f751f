import { MessagesSquare } from "lucide-react";
import { lazy, Suspense, useCallback, useState } from "react";
import { Link } from "wouter";
import { api, type HistoryItem, type Page } from "../api";
import { useI18n } from "../i18n";
import { DifficultyBadge } from "../ui/Badge";
import { Button, buttonStyle } from "../ui/Button";
import { Empty, Failed, Waiting } from "../ui/States";
import { clockTime } from "../ui/time";
import { useLoaded } from "../use-loaded";
import { useTitle } from "../use-title";
import styles from "./History.module.css";
import { covered, perWeek } from "./weeks";

const WeekChart = lazy(() => import("./WeekChart"));

export default function History() {
  const { t } = useI18n();
  useTitle(t.history.title);
  const [page, setPage] = useState(1);
  const loaded = useLoaded(useCallback(() => api.history(page), [page]));
  return (
    <div className={styles.page}>
      <h1>{t.history.title}</h1>
      {loaded.state === "loading" && <Waiting />}
      {loaded.state === "failed" && <Failed error={loaded.error} retry={loaded.retry} />}
      {loaded.state === "ready" && <Practices found={loaded.data} onPage={setPage} />}
    </div>
  );
}

function Practices({ found, onPage }: { found: Page<HistoryItem>; onPage: (page: number) => void }) {
  const { t } = useI18n();
  if (found.total === 0) {
    return (
      <Empty icon={<MessagesSquare />} title={t.history.empty} hint={t.history.emptyHint}>
        <Link href="/" className={buttonStyle("primary")}>
          {t.history.start}
        </Link>
      </Empty>
    );
  }
  return (
    <>
      {found.page === 1 && <PerWeek found={found} />}
      <ul className={styles.list}>
        {found.items.map((item) => (
          <Practised key={item.id} item={item} />
        ))}
      </ul>
      {found.totalPages > 1 && (
        <nav className={styles.pages} aria-label={t.history.page(found.page, found.totalPages)}>
          <Button disabled={found.page === 1} onClick={() => onPage(found.page - 1)}>
            {t.history.newer}
          </Button>
          <span>{t.history.page(found.page, found.totalPages)}</span>
          <Button disabled={found.page === found.totalPages} onClick={() => onPage(found.page + 1)}>
            {t.history.older}
          </Button>
        </nav>
      )}
    </>
  );
}

const WEEKS = 8;
/** As many as the server gives at once. */
const MOST = 100;

/** It comes when enough is known; without it the page is complete all the same. */
function PerWeek({ found }: { found: Page<HistoryItem> }) {
  const { t } = useI18n();
  const loaded = useLoaded(
    useCallback(() => (found.totalPages > 1 ? api.history(1, MOST) : Promise.resolve(found)), [found]),
  );
  if (loaded.state !== "ready") return null;
  const { items, totalPages } = loaded.data;
  const days = items.map(({ startedAt }) => new Date(startedAt));
  const since = totalPages > 1 ? new Date(Math.min(...days.map(Number))) : null;
  const weeks = covered(perWeek(days, new Date(), WEEKS), since);
  if (weeks.length === 0) return null;
  return (
    <section className={styles.chart} aria-label={t.history.perWeek}>
      <h2>{t.history.perWeek}</h2>
      <Suspense fallback={<Waiting />}>
        <WeekChart weeks={weeks} />
      </Suspense>
    </section>
  );
}

function Practised({ item }: { item: HistoryItem }) {
  const { t, locale } = useI18n();
  const { scenario, startedAt, completedAt, feedback } = item;
  const when = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(startedAt));
  return (
    <li className={styles.item}>
      <div>
        <h2>
          <Link href={`/report/${item.id}`} className={styles.link}>
            {scenario.title}
          </Link>
        </h2>
        <p className={styles.when}>{when}</p>
      </div>
      {scenario.difficulty && <DifficultyBadge difficulty={scenario.difficulty} />}
      <span className={styles.fact}>{t.history.messages(item.messageCount)}</span>
      <span className={styles.fact}>
        <span className="hidden-visually">{t.history.duration}: </span>
        {completedAt ? clockTime(Date.parse(completedAt) - Date.parse(startedAt)) : "–"}
      </span>
      {feedback && (
        <strong className={styles.score} title={t.history.score}>
          {feedback.overallScore}
        </strong>
      )}
    </li>
  );
}

import { lazy, Suspense } from "react";
import type { Delivery as Delivered, Silences } from "../api";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { Waiting } from "../ui/States";
import { clockTime } from "../ui/time";
import styles from "./Delivery.module.css";

const TalkShare = lazy(() => import("./TalkShare"));
const TalkChart = lazy(() => import("./TalkChart"));

interface DeliveryProps {
  delivery: Delivered;
  /** Who practised; `null` where that is who reads. */
  trainee: string | null;
  persona: string;
  language?: string;
}

/** How both spoke, as it was measured. */
export function Delivery({ delivery, trainee, persona, language }: DeliveryProps) {
  const { t, locale } = useI18n();
  const number = new Intl.NumberFormat(locale);
  const { talk, pace, unit, easyPace, replies, pauses, interruptions, fillers } = delivery;
  const seconds = useSeconds();
  const user = trainee ?? t.practice.you;
  const share = talk
    ? { you: talk.traineeMs, them: talk.personaMs }
    : { you: delivery.traineeWords, them: delivery.personaWords };
  const someTyped = delivery.turns.some(({ traineeMs }) => traineeMs === null);
  const byTime = someTyped ? t.report.byTimeSpoken : t.report.byTime;
  const told = talk ? clockTime : (words: number) => t.report.words(words, unit);
  const silence = (found: Silences) => t.report.longest(seconds(found.longestMs));
  const fillerCount = fillers.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <p className={styles.hint}>{talk ? byTime : t.report.byWords}</p>
      <Suspense fallback={<Waiting />}>
        <TalkShare share={share} you={user} them={persona} told={told} />
      </Suspense>
      <dl className={styles.measures}>
        {pace !== null && (
          <Measure
            name={t.report.pace(trainee)}
            value={t.report.paceValue(pace, unit)}
            note={t.report.easyPace(easyPace[0], easyPace[1])}
            remark={pace < easyPace[0] || pace > easyPace[1]}
          />
        )}
        {replies && (
          <Measure name={t.report.replies(trainee)} value={seconds(replies.medianMs)} note={silence(replies)} />
        )}
        {pauses && (
          <Measure
            name={t.report.pauses(trainee)}
            value={number.format(pauses.count)}
            note={pauses.count > 0 ? silence(pauses) : t.report.noPauses(trainee)}
          />
        )}
        {talk && <Measure name={t.report.interruptions(trainee)} value={t.report.times(interruptions)} />}
        <div className={styles.measure}>
          <dt>{t.report.fillers}</dt>
          <dd className={styles.value}>{number.format(fillerCount)}</dd>
          {fillers.length > 0 && (
            <dd className={styles.fillers} lang={language}>
              {fillers.map(({ word, count }) => (
                <Badge key={word}>
                  {word} × {count}
                </Badge>
              ))}
            </dd>
          )}
        </div>
      </dl>
      {delivery.turns.length > 1 && (
        <Suspense fallback={<Waiting />}>
          <TalkChart delivery={delivery} user={user} persona={persona} />
        </Suspense>
      )}
    </>
  );
}

interface MeasureProps {
  name: string;
  value: string;
  note?: string;
  /** Worth a look. */
  remark?: boolean;
}

function Measure({ name, value, note, remark }: MeasureProps) {
  return (
    <div className={styles.measure} data-remark={remark}>
      <dt>{name}</dt>
      <dd className={styles.value}>{value}</dd>
      {note && <dd className={styles.note}>{note}</dd>}
    </div>
  );
}

function useSeconds(): (milliseconds: number) => string {
  const { locale } = useI18n();
  const format = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: "second",
    unitDisplay: "short",
    maximumFractionDigits: 1,
  });
  return (milliseconds) => format.format(milliseconds / 1000);
}

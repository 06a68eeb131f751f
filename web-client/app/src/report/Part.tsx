import { Pause, Play } from "lucide-react";
import { useI18n } from "../i18n";
import { clockTime } from "../ui/time";
import styles from "./Part.module.css";
import { isWithin, type Playback, type Span, usePlayback } from "./playback";

interface PartProps {
  playback: Playback;
  span: Span;
}

/** Plays a part of the recording. */
export function Part({ playback, span }: PartProps) {
  const { t } = useI18n();
  const ready = usePlayback(playback, (now) => now.ready);
  const sounds = usePlayback(playback, (now) => isWithin(now, span));
  const at = clockTime(span.fromMs);
  return (
    <button
      type="button"
      className={styles.part}
      disabled={!ready}
      data-sounds={sounds}
      aria-label={sounds ? t.report.pause : t.report.hear(at)}
      onClick={() => playback.togglePart(span)}
    >
      {sounds ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
      <time>{at}</time>
    </button>
  );
}

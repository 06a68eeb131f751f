import { Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import WaveSurfer from "wavesurfer.js";
import type { Message } from "../api";
import { useI18n } from "../i18n";
import { IconButton } from "../ui/Button";
import { clockTime } from "../ui/time";
import { type Playback, usePlayback } from "./playback";
import styles from "./Recording.module.css";
import { type Marker, markers, neighbour } from "./spans";

interface RecordingProps {
  url: string;
  messages: Message[];
  /** How the two are called. */
  user: string;
  persona: string;
  playback: Playback;
}

/** Both voices, one above the other, with where the turns begin. */
export default function Recording({ url, messages, user, persona, playback }: RecordingProps) {
  const { t } = useI18n();
  const place = useRef<HTMLDivElement>(null);
  const [voices, setVoices] = useState(0);
  const [failed, setFailed] = useState(false);
  const lengthMs = usePlayback(playback, (now) => now.lengthMs);
  const marks = markers(messages, lengthMs);

  useEffect(() => {
    if (!place.current) return;
    const surfer = WaveSurfer.create({ container: place.current, url, ...LOOK, splitChannels: colours(place.current) });
    surfer.on("ready", () => setVoices(surfer.getDecodedData()?.numberOfChannels ?? 1));
    surfer.on("error", () => setFailed(true));
    const detach = playback.attach(surfer);
    const stop = whenColoursChange(() => place.current && surfer.setOptions({ splitChannels: colours(place.current) }));
    return () => {
      stop();
      detach();
      surfer.destroy();
    };
  }, [url, playback]);

  if (failed) return <p>{t.report.recordingGone}</p>;
  return (
    <div className={styles.recording}>
      <div className={styles.voices} aria-hidden="true">
        <div className={styles.names} data-shown={voices > 0}>
          <span className={styles.you}>{user}</span>
          {voices > 1 && <span className={styles.persona}>{persona}</span>}
        </div>
        <div className={styles.drawing} data-voices={voices}>
          <div ref={place} />
          {marks.map(({ turn, atMs, labelled }) => (
            <i key={turn} className={styles.mark} style={{ left: `${(atMs / lengthMs) * 100}%` }}>
              {labelled && turn}
            </i>
          ))}
        </div>
      </div>
      <Transport playback={playback} marks={marks} />
    </div>
  );
}

function Transport({ playback, marks }: { playback: Playback; marks: Marker[] }) {
  const { t } = useI18n();
  const ready = usePlayback(playback, (now) => now.ready);
  const playing = usePlayback(playback, (now) => now.playing);
  const lengthMs = usePlayback(playback, (now) => now.lengthMs);
  const second = usePlayback(playback, (now) => Math.floor(now.atMs / 1000));
  const go = (step: 1 | -1) => {
    const mark = neighbour(marks, playback.get().atMs, step);
    if (mark) playback.seek(mark.atMs);
  };
  const [at, length] = [clockTime(second * 1000), clockTime(lengthMs)];
  return (
    <div className={styles.transport}>
      <IconButton
        className={styles.play}
        label={playing ? t.report.pause : t.report.play}
        disabled={!ready}
        onClick={() => playback.toggle()}
      >
        {playing ? <Pause size={20} /> : <Play size={20} />}
      </IconButton>
      {marks.length > 0 && (
        <>
          <IconButton label={t.report.previousTurn} disabled={!ready} onClick={() => go(-1)}>
            <SkipBack size={18} />
          </IconButton>
          <IconButton label={t.report.nextTurn} disabled={!ready} onClick={() => go(1)}>
            <SkipForward size={18} />
          </IconButton>
        </>
      )}
      <input
        type="range"
        className={styles.position}
        min={0}
        max={Math.max(1, Math.floor(lengthMs / 1000))}
        value={second}
        disabled={!ready}
        aria-label={t.report.position}
        aria-valuetext={t.report.positionText(at, length)}
        onChange={(event) => playback.seek(Number(event.target.value) * 1000)}
      />
      <span className={styles.time}>
        {at} / {length}
      </span>
    </div>
  );
}

const LOOK = {
  height: 56,
  barWidth: 3,
  barGap: 2,
  barRadius: 3,
  barMinHeight: 1,
  cursorWidth: 2,
  normalize: true,
  dragToSeek: true,
} as const;

/** A canvas knows no variables of a style sheet. */
function colours(element: HTMLElement): { waveColor: string; progressColor: string }[] {
  return ["you", "persona"].map((voice) => ({
    waveColor: resolved(element, `color-mix(in srgb, var(--${voice}-strong) 45%, var(--surface))`),
    progressColor: resolved(element, `var(--${voice}-strong)`),
  }));
}

function resolved(element: HTMLElement, colour: string): string {
  const probe = element.ownerDocument.createElement("span");
  probe.style.color = colour;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** The page becomes dark or light, by its own menu or with the system. Answers how to stop listening. */
function whenColoursChange(change: () => void): () => void {
  const watching = new MutationObserver(change);
  watching.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", change);
  return () => {
    watching.disconnect();
    system.removeEventListener("change", change);
  };
}

import { Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import WaveSurfer from "wavesurfer.js";
import { useI18n } from "../i18n";
import { IconButton } from "../ui/Button";
import { clockTime } from "../ui/time";
import styles from "./Recording.module.css";

export default function Recording({ url }: { url: string }) {
  const { t } = useI18n();
  const place = useRef<HTMLDivElement>(null);
  const wave = useRef<WaveSurfer | null>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!place.current) return;
    const style = getComputedStyle(place.current);
    const surfer = WaveSurfer.create({
      container: place.current,
      url,
      height: 72,
      barWidth: 3,
      barGap: 2,
      barRadius: 3,
      waveColor: style.getPropertyValue("color"),
      progressColor: style.getPropertyValue("accent-color"),
    });
    surfer.on("play", () => setPlaying(true));
    surfer.on("pause", () => setPlaying(false));
    surfer.on("timeupdate", (seconds) => setAt(seconds));
    surfer.on("error", () => setFailed(true));
    wave.current = surfer;
    return () => surfer.destroy();
  }, [url]);

  if (failed) return <p>{t.report.recordingGone}</p>;
  return (
    <div className={styles.recording}>
      <IconButton label={playing ? t.report.pause : t.report.play} onClick={() => void wave.current?.playPause()}>
        {playing ? <Pause size={20} /> : <Play size={20} />}
      </IconButton>
      <div ref={place} className={styles.wave} />
      <span className={styles.time}>{clockTime(at * 1000)}</span>
    </div>
  );
}

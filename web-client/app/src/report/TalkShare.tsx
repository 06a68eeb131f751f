import { Bar, BarChart, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { useI18n } from "../i18n";
import styles from "./TalkShare.module.css";

interface TalkShareProps {
  share: { you: number; them: number };
  you: string;
  them: string;
  /** An amount, as it is read. */
  told: (amount: number) => string;
}

/** Who had the word how much of the time. */
export default function TalkShare({ share, you, them, told }: TalkShareProps) {
  const { locale } = useI18n();
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  const whole = share.you + share.them;
  if (whole === 0) return null;
  const voices = [
    { id: "you", name: you, amount: share.you },
    { id: "them", name: them, amount: share.them },
  ];
  return (
    <figure className={styles.share}>
      <div aria-hidden="true">
        <ResponsiveContainer width="100%" height={24}>
          <BarChart data={[share]} layout="vertical" stackOffset="expand" margin={NONE} accessibilityLayer={false}>
            <XAxis type="number" hide domain={[0, 1]} />
            <YAxis type="category" hide />
            <Bar dataKey="you" stackId="share" fill="var(--you-strong)" radius={[12, 0, 0, 12]} barSize={24} />
            <Bar dataKey="them" stackId="share" fill="var(--persona-strong)" radius={[0, 12, 12, 0]} barSize={24} />
          </BarChart>
        </ResponsiveContainer>
      </div>
      <figcaption className={styles.voices}>
        {voices.map(({ id, name, amount }) => (
          <span key={id} data-voice={id}>
            <strong>{name}</strong> {percent.format(amount / whole)} · {told(amount)}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

const NONE = { top: 0, right: 0, bottom: 0, left: 0 };

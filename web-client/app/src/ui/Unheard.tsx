import { useI18n } from "../i18n";
import styles from "./Unheard.module.css";

/** What somebody would have said on, had they not been cut short. */
export function Unheard({ text }: { text: string }) {
  const { t, locale } = useI18n();
  return (
    <>
      <span className="hidden-visually" lang={locale}>
        ({t.practice.unheard}:){" "}
      </span>
      <s className={styles.unheard} title={t.practice.unheard}>
        {text}
      </s>
    </>
  );
}

import { api } from "../api";
import { useI18n } from "../i18n";
import { Failed, Waiting } from "../ui/States";
import { usePolled } from "../use-polled";
import { useTitle } from "../use-title";
import { Figures } from "./Figures";
import { Health } from "./Health";
import { Latencies } from "./Latencies";
import styles from "./Operations.module.css";

const EVERY_MS = 5000;

/** How the server is doing. Either half is shown without the other. */
export default function Operations() {
  const { t } = useI18n();
  useTitle(t.operations.title);
  const readiness = usePolled(api.readiness, EVERY_MS);
  const stats = usePolled(api.stats, EVERY_MS);
  return (
    <div className={styles.page}>
      <h1>{t.operations.title}</h1>
      {stats.state === "loading" && <Waiting />}
      {stats.state === "failed" && <Failed error={stats.error} retry={stats.retry} />}
      {stats.state === "ready" && <Figures stats={stats.data} />}
      {readiness.state === "ready" && (
        <Health readiness={readiness.data} problems={stats.state === "ready" ? stats.data.problems : {}} />
      )}
      {readiness.state === "failed" && stats.state === "ready" && (
        <Failed error={readiness.error} retry={readiness.retry} />
      )}
      {stats.state === "ready" && <Latencies latencies={stats.data.latencies} />}
    </div>
  );
}

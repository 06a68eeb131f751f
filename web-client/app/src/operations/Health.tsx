import { CircleAlert, CircleCheck, CircleMinus } from "lucide-react";
import type { Dependency, Readiness } from "../api";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { inOrder } from "./in-order";
import styles from "./Operations.module.css";

const DEPENDENCIES = ["database", "objectStore", "stt", "llm", "tts", "avatar"];
/** Whose failures are counted under which name. */
const STAGES = { objectStore: "store", stt: "transcribe", llm: "answer", tts: "speak", avatar: "animate" } as Record<
  string,
  string
>;
const ICONS = { up: CircleCheck, configured: CircleCheck, down: CircleAlert, off: CircleMinus };

interface HealthProps {
  readiness: Readiness;
  /** How often what failed since the start, by stage. */
  problems: Record<string, number>;
}

export function Health({ readiness, problems }: HealthProps) {
  const { t } = useI18n();
  const word = readiness.stopping
    ? t.operations.stopping
    : readiness.ready
      ? t.operations.ready
      : t.operations.notReady;
  return (
    <section className={styles.block} aria-labelledby="health">
      <div className={styles.title}>
        <h2 id="health">{t.operations.health}</h2>
        <span className={styles.state} data-state={readiness.ready ? "up" : "down"}>
          {word}
        </span>
      </div>
      <ul className={styles.dependencies}>
        {inOrder(readiness.dependencies, DEPENDENCIES).map(([name, dependency]) => (
          <Depends key={name} name={name} dependency={dependency} failures={problems[STAGES[name] ?? ""] ?? 0} />
        ))}
      </ul>
    </section>
  );
}

function Depends({ name, dependency, failures }: { name: string; dependency: Dependency; failures: number }) {
  const { t } = useI18n();
  const names: Record<string, string> = { ...t.operations.stores, ...t.practice.providers };
  const Icon = ICONS[dependency.state];
  return (
    <li>
      <strong>{names[name] ?? name}</strong>
      {dependency.name && dependency.name !== "none" && <span className={styles.soft}>{dependency.name}</span>}
      {dependency.demo && <Badge look="demo">{t.demoLabel}</Badge>}
      <span className={styles.right}>
        {failures > 0 && <span className={styles.failures}>{t.operations.failures(failures)}</span>}
        {dependency.ms !== undefined && <span className={styles.soft}>{dependency.ms} ms</span>}
        <span className={styles.state} data-state={dependency.state}>
          <Icon size={18} aria-hidden="true" />
          {t.operations.states[dependency.state]}
        </span>
      </span>
    </li>
  );
}

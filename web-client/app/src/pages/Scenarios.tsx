import { Clock, Search, Target } from "lucide-react";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { api, type Difficulty, type ScenarioItem } from "../api";
import { isOwnLanguage, languageName, useI18n } from "../i18n";
import { Portrait } from "../practice/Portrait";
import { DifficultyBadge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Picker } from "../ui/Picker";
import { Empty, Failed, Waiting } from "../ui/States";
import { useLoaded } from "../use-loaded";
import { useTitle } from "../use-title";
import styles from "./Scenarios.module.css";

export function Scenarios() {
  const { t } = useI18n();
  useTitle(t.menu.scenarios);
  const loaded = useLoaded(api.scenarios);
  return (
    <>
      <div className={styles.head}>
        <h1>{t.scenarios.title}</h1>
        <p>{t.scenarios.intro}</p>
      </div>
      {loaded.state === "loading" && <Waiting />}
      {loaded.state === "failed" && <Failed error={loaded.error} retry={loaded.retry} />}
      {loaded.state === "ready" && <Gallery scenarios={loaded.data.items} />}
    </>
  );
}

const ANY = "any";

function Gallery({ scenarios }: { scenarios: ScenarioItem[] }) {
  const { t, locale } = useI18n();
  const [words, setWords] = useState("");
  const [category, setCategory] = useState(ANY);
  const [difficulty, setDifficulty] = useState<Difficulty | typeof ANY>(ANY);
  const categories = useMemo(() => [...new Set(scenarios.map((scenario) => scenario.category))], [scenarios]);
  const [own, foreign] = [true, false].map((own) =>
    scenarios.filter(({ language }) => isOwnLanguage(language, locale) === own),
  );
  const found = [...(own ?? []), ...(foreign ?? [])].filter(
    (scenario) =>
      (category === ANY || scenario.category === category) &&
      (difficulty === ANY || scenario.difficulty === difficulty) &&
      mentions(scenario, words),
  );
  const showAll = () => {
    setWords("");
    setCategory(ANY);
    setDifficulty(ANY);
  };
  const difficulties = (["easy", "medium", "hard"] as const).map((value) => ({ value, name: t.difficulties[value] }));
  return (
    <>
      <search className={styles.filters}>
        <label className={styles.search}>
          <Search size={18} aria-hidden="true" />
          <input
            type="search"
            value={words}
            onChange={(event) => setWords(event.target.value)}
            placeholder={t.scenarios.search}
            aria-label={t.scenarios.search}
          />
        </label>
        <Picker
          label={t.scenarios.category}
          value={category}
          onChange={setCategory}
          options={[
            { value: ANY, name: t.scenarios.allCategories },
            ...categories.map((value) => ({ value, name: t.categories[value] ?? value })),
          ]}
        />
        <Picker
          label={t.scenarios.difficulty}
          value={difficulty}
          onChange={setDifficulty}
          options={[{ value: ANY, name: t.scenarios.allDifficulties }, ...difficulties]}
        />
        <span className={styles.count} role="status">
          {t.scenarios.count(found.length)}
        </span>
      </search>
      {found.length === 0 && (
        <Empty title={t.scenarios.empty} hint={t.scenarios.emptyHint}>
          <Button onClick={showAll}>{t.scenarios.showAll}</Button>
        </Empty>
      )}
      <ul className={styles.grid}>
        {found.map((scenario) => (
          <ScenarioCard key={scenario.id} scenario={scenario} />
        ))}
      </ul>
    </>
  );
}

function ScenarioCard({ scenario }: { scenario: ScenarioItem }) {
  const { t, locale } = useI18n();
  const { buyerPersona: persona } = scenario;
  return (
    <li className={styles.card}>
      <div className={styles.person}>
        <Portrait name={persona.name} />
        <div lang={scenario.language}>
          <strong>{persona.name}</strong>
          <span>
            {persona.role} · {persona.company}
          </span>
        </div>
      </div>
      <h2 lang={scenario.language}>
        <Link href={`/scenarios/${scenario.id}`} className={styles.link}>
          {scenario.title}
        </Link>
      </h2>
      <p className={styles.text} lang={scenario.language}>
        {scenario.description}
      </p>
      <ul className={styles.goals} aria-label={t.briefing.goals} lang={scenario.language}>
        {scenario.goals.map((goal) => (
          <li key={goal}>
            <Target size={15} aria-hidden="true" />
            {goal}
          </li>
        ))}
      </ul>
      <div className={styles.facts}>
        <DifficultyBadge difficulty={scenario.difficulty} />
        <span className={styles.fact}>
          <Clock size={14} aria-hidden="true" />
          {t.minutes(scenario.estimatedDuration)}
        </span>
        <span className={styles.fact}>{languageName(scenario.language, locale)}</span>
        {scenario.practiceCount > 0 && (
          <span className={styles.fact}>{t.scenarios.practised(scenario.practiceCount)}</span>
        )}
      </div>
    </li>
  );
}

function mentions({ title, description, buyerPersona }: ScenarioItem, words: string): boolean {
  const text = [title, description, buyerPersona.name, buyerPersona.role, buyerPersona.company].join(" ").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

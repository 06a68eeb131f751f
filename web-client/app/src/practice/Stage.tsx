import type { Conversation, Roleplay } from "@repartee/client";
import type { Persona } from "../api";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { Avatar } from "./Avatar";
import { Level } from "./Level";
import styles from "./Stage.module.css";
import { sceneText, useScene } from "./scene";

interface StageProps {
  roleplay: Roleplay;
  conversation: Conversation;
  persona: Persona;
  language: string;
}

/** The persona, and at one look who speaks. */
export function Stage({ roleplay, conversation, persona, language }: StageProps) {
  const { t } = useI18n();
  const scene = useScene(roleplay, conversation);
  const caption = captionOf(conversation);
  return (
    <section className={styles.stage} data-scene={scene} aria-label={persona.name}>
      <div className={styles.who}>
        <strong lang={language}>{persona.name}</strong>
        <span lang={language}>
          {persona.role} · {persona.company}
        </span>
        {conversation.providers?.tts.demo && <Badge look="demo">{t.practice.demoTts}</Badge>}
      </div>
      <div className={styles.figure}>
        <div className={styles.ring}>
          <Avatar roleplay={roleplay} name={persona.name} scene={scene} />
        </div>
      </div>
      <p className={styles.status} role="status">
        <span className={styles.mark} aria-hidden="true" />
        {sceneText(scene, t, persona.name)}
      </p>
      <p className={styles.caption} data-role={caption?.role} lang={language} aria-hidden="true">
        {caption?.text}
      </p>
      <div className={styles.levels}>
        <Level roleplay={roleplay} of="playing" label={t.practice.theirLevel(persona.name)} />
        <Level roleplay={roleplay} of="user" label={t.practice.yourLevel} quiet={scene !== "hearing"} />
      </div>
    </section>
  );
}

/** The newest words; the conversation beside it is what screen readers follow. */
function captionOf({ partial, lines }: Conversation): { role: "user" | "ai"; text: string } | null {
  if (partial) return { role: "user", text: partial };
  const last = lines.at(-1);
  return last ? { role: last.role, text: last.heardText ?? last.text } : null;
}

import type { Conversation, Roleplay } from "@repartee/client";
import { useStore } from "@repartee/client/react";
import type { Persona } from "../api";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { Avatar } from "./Avatar";
import { Caption } from "./Caption";
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
  const mode = useStore(roleplay.mode);
  const microphone = useStore(roleplay.microphone);
  const isHeard = microphone.state === "recording" && !microphone.muted;
  const invited = scene === "listening" && mode === "open" && isHeard;
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
        <span>{invited ? t.practice.justSpeak : sceneText(scene, t, persona.name)}</span>
      </p>
      <Caption roleplay={roleplay} conversation={conversation} language={language} />
      <div className={styles.levels}>
        <Level roleplay={roleplay} of="playing" label={t.practice.theirLevel(persona.name)} />
        <Level roleplay={roleplay} of="user" label={t.practice.yourLevel} quiet={!isHeard} />
      </div>
    </section>
  );
}

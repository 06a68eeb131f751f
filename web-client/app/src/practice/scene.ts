import type { Conversation, Roleplay } from "@repartee/client";
import { useStore } from "@repartee/client/react";
import { useSyncExternalStore } from "react";
import type { Texts } from "../i18n/en";

/** Who has the floor, in one word. */
export type Scene =
  | "connecting"
  | "reconnecting"
  | "ending"
  | "paused"
  | "speaking"
  | "hearing"
  | "transcribing"
  | "thinking"
  | "listening";

export function useScene(roleplay: Roleplay, conversation: Conversation): Scene {
  const talking = useStore(roleplay.talking);
  const playing = useSyncExternalStore(roleplay.signals.subscribe, () => roleplay.signals.get().playing !== null);
  const { connection, stage, sessionId } = conversation;
  if (!sessionId) return "connecting";
  if (connection.status === "reconnecting" || connection.status === "closed") return "reconnecting";
  if (talking) return "hearing";
  if (playing) return "speaking";
  // What the server calls speaking is over for the user when the last sound is out.
  if (stage === "speaking" || stage === "hearing") return "listening";
  return stage;
}

export function sceneText(scene: Scene, t: Texts, name: string): string {
  const text = t.practice.stage[scene];
  return typeof text === "string" ? text : text(name);
}

import type { Conversation, Progress, Roleplay, TalkMode } from "@repartee/client";
import { useStore } from "@repartee/client/react";
import { useSyncExternalStore } from "react";
import type { Texts } from "../i18n/en";

/** Who has the floor, in one word. */
export type Scene =
  | "connecting"
  /** The line is not there and does not come back by itself. */
  | "disconnected"
  | "ended"
  | "reconnecting"
  | "ending"
  | "paused"
  | "speaking"
  /** The user speaks over the persona, which waits whether it is a turn. */
  | "held"
  | "hearing"
  | "transcribing"
  | "thinking"
  | "listening";

export interface Floor {
  mode: TalkMode;
  /** The user holds the button. */
  talking: boolean;
  /** Of the reply that sounds. */
  playing: Progress["state"] | null;
}

export function useScene(roleplay: Roleplay, conversation: Conversation): Scene {
  const mode = useStore(roleplay.mode);
  const talking = useStore(roleplay.talking);
  const { signals } = roleplay;
  const playing = useSyncExternalStore(signals.subscribe, () => signals.get().playing?.state ?? null);
  return sceneOf(conversation, { mode, talking, playing });
}

export function sceneOf(conversation: Conversation, { mode, talking, playing }: Floor): Scene {
  const { connection, stage, sessionId, understanding, problem, ended } = conversation;
  if (ended) return "ended";
  if (connection.status === "closed") return "disconnected";
  if (!sessionId) return problem && !problem.retryable ? "disconnected" : "connecting";
  if (connection.status !== "connected") return "reconnecting";
  if (talking) return "hearing";
  // Without an open microphone nobody is heard any more, but what was said is still on its way into the store.
  if (stage === "hearing" && mode === "push-to-talk") return "transcribing";
  if (stage === "hearing" && playing) return "held";
  if (stage === "hearing") return understanding ? "transcribing" : "hearing";
  if (playing) return "speaking";
  // What the server calls speaking is over for the user when the last sound is out.
  return stage === "speaking" ? "listening" : stage;
}

export function sceneText(scene: Scene, t: Texts, name: string): string {
  const text = t.practice.stage[scene];
  return typeof text === "string" ? text : text(name);
}

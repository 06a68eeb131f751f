import { useCallback } from "react";
import type { Conversation, Line } from "../conversation.js";
import type { Words } from "../outbox.js";
import type { StartOptions } from "../realtime-client.js";
import { RealtimeError } from "../realtime-error.js";
import type { Roleplay, RoleplayOptions } from "../roleplay.js";
import { useRoleplay, useStore } from "./use-roleplay.js";

export interface RealtimeRoleplay {
  sessionId: string | null;
  isConnected: boolean;
  isRecording: boolean;
  /** The persona is about to answer. */
  isProcessing: boolean;
  currentTranscription: string;
  aiResponse: string;
  turnCount: number;
  maxTurns: number;
  error: string | null;
  conversationHistory: Line[];
  /**
   * Whether it connected; why it did not is in `error`, unless the component went away. What an earlier page kept of
   * `conversation.waiting` is said too.
   */
  connectSession: (
    sessionId: string,
    scenarioId: string,
    options?: StartOptions,
    keptWords?: Words[],
  ) => Promise<boolean>;
  /** Opens the microphone where it is closed. With push-to-talk a turn begins. */
  startRecording: () => Promise<void>;
  /** Ends the turn; the answer follows. An open microphone is closed. */
  stopRecording: () => Promise<void>;
  endSession: () => Promise<void>;
  /** Everything else that is known. */
  conversation: Conversation;
  /** Everything else that can be done. */
  roleplay: Roleplay;
}

/** A voice conversation with a persona, microphone and loudspeaker included. */
export function useRealtimeRoleplay(options: RoleplayOptions): RealtimeRoleplay {
  const roleplay = useRoleplay(options);
  const conversation = useStore(roleplay.conversation);
  const microphone = useStore(roleplay.microphone);

  const connectSession = useCallback(
    async (sessionId: string, scenarioId: string, options?: StartOptions, keptWords?: Words[]) => {
      try {
        await roleplay.start(sessionId, { ...options, scenarioId }, keptWords);
        return true;
      } catch (error) {
        if (error instanceof RealtimeError) roleplay.report(error);
        // The component went away while it connected.
        else if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
        return false;
      }
    },
    [roleplay],
  );
  const startRecording = useCallback(async () => {
    if (roleplay.microphone.get().state === "closed") await roleplay.openMicrophone();
    roleplay.startTalking();
  }, [roleplay]);
  const stopRecording = useCallback(
    () => (roleplay.mode.get() === "open" ? roleplay.closeMicrophone() : roleplay.stopTalking()),
    [roleplay],
  );
  const endSession = useCallback(() => roleplay.end(), [roleplay]);

  const last = (role: Line["role"]): string => conversation.lines.findLast((line) => line.role === role)?.text ?? "";
  return {
    sessionId: conversation.sessionId,
    isConnected: conversation.connection.status === "connected",
    isRecording: microphone.state === "recording",
    isProcessing: conversation.stage === "transcribing" || conversation.stage === "thinking",
    currentTranscription: conversation.partial?.text || last("user"),
    aiResponse: last("ai"),
    turnCount: conversation.turnCount,
    maxTurns: conversation.maxTurns,
    error: conversation.problem?.message ?? microphone.problem,
    conversationHistory: conversation.lines,
    connectSession,
    startRecording,
    stopRecording,
    endSession,
    conversation,
    roleplay,
  };
}

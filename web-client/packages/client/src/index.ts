export {
  type Conversation,
  type Ended,
  type Face,
  type Hint,
  heardAndNot,
  type Line,
  nothingYet,
  type PartialWords,
  type Problem,
  type ProblemCode,
  type Stage,
  stableAndNot,
} from "./conversation.js";
export type { ClientEvents, ErrorCode, ForceEndedBy, ServerEvents, TurnLatency } from "./generated/roleplay.js";
export type { Words } from "./outbox.js";
export { Player, type PlayerEvents, type Progress, type Sound } from "./player.js";
export {
  type Connection,
  RealtimeClient,
  type RealtimeClientOptions,
  type Started,
  type StartOptions,
} from "./realtime-client.js";
export { RealtimeError } from "./realtime-error.js";
export {
  MicrophoneError,
  Recorder,
  type RecorderEvents,
  type RecorderFormat,
  type RecorderOptions,
  type RecorderProblem,
  type RecorderState,
} from "./recorder.js";
export { type Microphone, Roleplay, type RoleplayOptions, type Signals, type TalkMode } from "./roleplay.js";
export { Watch } from "./watch.js";

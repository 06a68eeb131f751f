export { type AudioRecorder, useAudioRecorder } from "./use-audio-recorder.js";
export { type RealtimeRoleplay, useRealtimeRoleplay } from "./use-realtime-roleplay.js";
export { useRoleplay, useStore } from "./use-roleplay.js";
export { useWatch } from "./use-watch.js";

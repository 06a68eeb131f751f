import { useCallback, useEffect, useRef, useState } from "react";
import {
  MicrophoneError,
  Recorder,
  type RecorderEvents,
  type RecorderFormat,
  type RecorderProblem,
} from "../recorder.js";

export interface AudioRecorder {
  isRecording: boolean;
  isMuted: boolean;
  /** 0 to 1. */
  volume: number;
  error: RecorderProblem | null;
  startRecording: (deviceId?: string) => Promise<void>;
  stopRecording: () => Promise<void>;
  toggleMute: () => void;
}

/** A microphone by itself, for those who bring their own line to a server. */
export function useAudioRecorder(
  onChunk: (chunk: RecorderEvents["chunk"]) => void,
  format?: RecorderFormat,
): AudioRecorder {
  const [recorder] = useState(() => new Recorder());
  const [state, setState] = useState(recorder.state);
  const [isMuted, setMuted] = useState(false);
  const [volume, setVolume] = useState(0);
  const [error, setError] = useState<RecorderProblem | null>(null);
  const heard = useRef(onChunk);
  heard.current = onChunk;

  useEffect(() => {
    const stops = [
      recorder.on("chunk", (chunk) => heard.current(chunk)),
      recorder.on("state", setState),
      recorder.on("level", setVolume),
      recorder.on("problem", setError),
    ];
    return () => {
      for (const stop of stops) stop();
      void recorder.close();
    };
  }, [recorder]);

  const startRecording = useCallback(
    async (deviceId?: string) => {
      setError(null);
      try {
        await recorder.open({ deviceId, format });
        recorder.start();
      } catch (error) {
        if (!(error instanceof MicrophoneError)) throw error;
      }
    },
    [recorder, format],
  );
  const stopRecording = useCallback(() => recorder.close(), [recorder]);
  const toggleMute = useCallback(() => {
    recorder.mute(!recorder.muted);
    setMuted(recorder.muted);
  }, [recorder]);

  return { isRecording: state === "recording", isMuted, volume, error, startRecording, stopRecording, toggleMute };
}

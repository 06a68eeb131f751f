// A browser's microphone and sound card, as far as the recorder and the player ask for them.
import { vi } from "vitest";

export interface FakeSound {
  tracks: FakeTrack[];
  contexts: FakeContext[];
  nodes: FakeNode[];
  /** How the browser answers who asks for the microphone; at once where nothing is said. */
  permission: Promise<void>;
  /** How the worklet's module is loaded; `null` where the page is not secure. */
  module: Promise<void> | null;
}

/** Puts it where a browser has it. */
export function giveSound(): FakeSound {
  const sound: FakeSound = {
    tracks: [],
    contexts: [],
    nodes: [],
    permission: Promise.resolve(),
    module: Promise.resolve(),
  };
  const getUserMedia = async () => {
    await sound.permission;
    const track = new FakeTrack();
    sound.tracks.push(track);
    return { getTracks: () => [track], getAudioTracks: () => [track] };
  };
  const mediaDevices = Object.assign(new EventTarget(), { getUserMedia });
  vi.stubGlobal("navigator", { mediaDevices });
  vi.stubGlobal(
    "AudioContext",
    class extends FakeContext {
      readonly audioWorklet = sound.module ? { addModule: () => sound.module } : undefined;

      constructor() {
        super();
        sound.contexts.push(this);
      }
    },
  );
  vi.stubGlobal(
    "AudioWorkletNode",
    class extends FakeNode {
      constructor(_context: unknown, name: string) {
        super(name);
        sound.nodes.push(this);
      }
    },
  );
  return sound;
}

export class FakeTrack extends EventTarget {
  enabled = true;
  isLive = true;

  stop(): void {
    this.isLive = false;
  }

  getSettings(): MediaTrackSettings {
    return { echoCancellation: true };
  }
}

export class FakeContext {
  state = "running";
  /** Seconds. */
  outputLatency = 0;
  onstatechange: (() => void) | null = null;
  readonly destination = {};

  createMediaStreamSource(): { connect: () => void } {
    return { connect: () => undefined };
  }

  async resume(): Promise<void> {
    this.become("running");
  }

  async close(): Promise<void> {
    this.become("closed");
  }

  become(state: string): void {
    this.state = state;
    this.onstatechange?.();
  }
}

export class FakeNode {
  readonly name: string;
  readonly heard: unknown[] = [];
  readonly port = {
    onmessage: null as ((message: { data: unknown }) => void) | null,
    postMessage: (message: unknown) => {
      this.heard.push(message);
      if (message === "flush") queueMicrotask(() => this.tell({ kind: "flushed" }));
    },
  };

  constructor(name: string) {
    this.name = name;
  }

  connect(): void {}

  tell(data: unknown): void {
    this.port.onmessage?.({ data });
  }

  /** A tenth of a second from the microphone. */
  record(byte: number): void {
    this.tell({ kind: "piece", bytes: new Uint8Array([byte]), level: 0.5 });
  }
}

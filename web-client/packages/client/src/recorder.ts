import { keepRunning } from "./audio/keep-running.js";
import { Emitter } from "./emitter.js";

/** `pcm`: 16 kHz PCM16 from the audio thread. `media-recorder`: the browser's own encoder, for the fewest bytes. */
export type RecorderFormat = "pcm" | "media-recorder";
export type RecorderState = "closed" | "opening" | "ready" | "recording" | "device-lost";
export type RecorderProblem = "permission-denied" | "no-device" | "device-busy" | "unsupported";

export interface RecorderOptions {
  deviceId?: string | undefined;
  format?: RecorderFormat;
}

export interface RecorderEvents {
  state: RecorderState;
  /** A piece of the recording. */
  chunk: { bytes: Uint8Array; mimeType: string };
  /** How loud the microphone is, 0 to 1, ten times a second, recording or not. */
  level: number;
  problem: RecorderProblem;
  /** The browser keeps the open microphone from being heard: call `unlock` from a click. */
  blocked: boolean;
}

/**
 * The microphone. `open` asks for it, `start` and `stop` bracket what is recorded, `close` gives it back. When the device goes
 * away it waits for another one and goes on. It knows no server.
 */
export class Recorder extends Emitter<RecorderEvents> {
  #format: RecorderFormat = "pcm";
  #state: RecorderState = "closed";
  #muted = false;
  #deviceId: string | undefined;
  #line: Line | null = null;
  #encoder: MediaRecorder | null = null;
  #preroll: Uint8Array[] = [];
  #flushed: (() => void) | null = null;
  #stopping: Promise<void> | null = null;
  /** Counts what was asked for by `open` and `close`: only the last of it counts. */
  #wish = 0;

  /** The microphones that can be chosen; they have names once `open` was allowed. */
  static async devices(): Promise<MediaDeviceInfo[]> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices.filter((device) => device.kind === "audioinput" && device.deviceId !== "");
  }

  get state(): RecorderState {
    return this.#state;
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** Whether the loudspeaker is kept out of what is recorded; unknown while closed, and where the browser does not say. */
  get echoCancellation(): boolean | undefined {
    const setting = this.#line?.stream.getAudioTracks()[0]?.getSettings().echoCancellation;
    return setting === undefined ? undefined : Boolean(setting);
  }

  /** Takes the microphone, or changes to another one. Rejects with a {@link MicrophoneError}. */
  async open({ deviceId, format = "pcm" }: RecorderOptions = {}): Promise<void> {
    const recording = this.#state === "recording";
    const wish = ++this.#wish;
    await this.stop();
    await this.#release();
    if (wish !== this.#wish) return;
    this.#deviceId = deviceId;
    this.#format = format;
    this.#become("opening");
    try {
      const line = await this.#connect(deviceId);
      if (wish !== this.#wish) return hangUp(line);
      this.#line = line;
      keepRunning(line.context, (blocked) => this.emit("blocked", blocked));
    } catch (error) {
      if (wish !== this.#wish) return;
      this.#become("closed");
      const problem = problemOf(error);
      this.emit("problem", problem);
      throw new MicrophoneError(problem);
    }
    navigator.mediaDevices.addEventListener("devicechange", this.#onDeviceChange);
    this.#become("ready");
    if (recording) this.start();
  }

  /** Goes on hearing where the browser interrupted it. */
  async unlock(): Promise<void> {
    if (this.#line && this.#line.context.state !== "running") await this.#line.context.resume();
  }

  /** From a moment before now on, everything is recorded: the first syllable often precedes the button. */
  start(): void {
    if (this.#state !== "ready" || !this.#line) return;
    if (this.#format === "media-recorder") this.#startEncoder(this.#line.stream);
    else for (const bytes of this.#preroll.splice(0)) this.#chunk(bytes);
    this.#become("recording");
  }

  /** Resolves when the last piece was handed out. */
  async stop(): Promise<void> {
    if (this.#state !== "recording" || !this.#line) return;
    this.#stopping ??= this.#finish(this.#line);
    await this.#stopping;
  }

  /** A muted microphone records nothing. */
  mute(muted: boolean): void {
    this.#muted = muted;
    for (const track of this.#line?.stream.getAudioTracks() ?? []) track.enabled = !muted;
    this.emit("state", this.#state);
  }

  async close(): Promise<void> {
    const wish = ++this.#wish;
    navigator.mediaDevices?.removeEventListener("devicechange", this.#onDeviceChange);
    await this.stop();
    if (wish !== this.#wish) return;
    await this.#release();
    if (wish === this.#wish) this.#become("closed");
  }

  async #finish({ node }: Line): Promise<void> {
    if (this.#encoder) await this.#stopEncoder(this.#encoder);
    else await this.#flush(node.port);
    this.#stopping = null;
    if (this.#state === "recording") this.#become("ready");
  }

  async #connect(deviceId: string | undefined): Promise<Line> {
    if (!navigator.mediaDevices || !globalThis.AudioWorkletNode) throw new DOMException("", "NotSupportedError");
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { deviceId: deviceId ?? "default", echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(new URL("./worklets/recorder.worklet.js", import.meta.url));
    } catch (error) {
      await hangUp({ stream, context });
      throw error;
    }
    const node = new AudioWorkletNode(context, "repartee-recorder", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<FromWorklet>) => this.#onWorklet(data);
    context.createMediaStreamSource(stream).connect(node);
    for (const track of stream.getAudioTracks()) {
      track.enabled = !this.#muted;
      track.addEventListener("ended", () => this.#onDeviceLost());
    }
    return { stream, context, node };
  }

  #onWorklet(message: FromWorklet): void {
    if (message.kind === "flushed") return this.#flushed?.();
    this.emit("level", this.#muted ? 0 : message.level);
    if (this.#format === "media-recorder" || this.#muted) return;
    if (this.#state === "recording") return this.#chunk(message.bytes);
    this.#preroll.push(message.bytes);
    if (this.#preroll.length > PREROLL_PIECES) this.#preroll.shift();
  }

  #chunk(bytes: Uint8Array): void {
    this.emit("chunk", { bytes, mimeType: "audio/pcm;rate=16000" });
  }

  async #flush(port: MessagePort): Promise<void> {
    const flushed = new Promise<void>((resolve) => {
      this.#flushed = resolve;
    });
    port.postMessage("flush");
    // A context that was interrupted does not answer, and has nothing to say either.
    const late = setTimeout(() => this.#flushed?.(), FLUSHED_WITHIN_MS);
    await flushed;
    clearTimeout(late);
    this.#flushed = null;
  }

  #startEncoder(stream: MediaStream): void {
    const mimeType = CONTAINERS.find((type) => MediaRecorder.isTypeSupported(type));
    const encoder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
    let previous = Promise.resolve();
    encoder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      // Blobs are read one after the other, or a small one would overtake a large one.
      previous = previous.then(async () => {
        this.emit("chunk", { bytes: new Uint8Array(await data.arrayBuffer()), mimeType: encoder.mimeType });
      });
    };
    encoder.onstop = () => void previous.then(() => this.#flushed?.());
    encoder.start(TIMESLICE_MS);
    this.#encoder = encoder;
  }

  async #stopEncoder(encoder: MediaRecorder): Promise<void> {
    const flushed = new Promise<void>((resolve) => {
      this.#flushed = resolve;
    });
    // A device that went away has stopped it already.
    if (encoder.state === "inactive") this.#flushed?.();
    else encoder.stop();
    await flushed;
    this.#flushed = null;
    this.#encoder = null;
  }

  #onDeviceLost(): void {
    this.#flushed?.();
    this.#become("device-lost");
  }

  readonly #onDeviceChange = (): void => {
    if (this.#state !== "device-lost") return;
    this.open({ deviceId: this.#deviceId, format: this.#format }).catch(() => this.#become("device-lost"));
  };

  async #release(): Promise<void> {
    const line = this.#line;
    this.#line = null;
    this.#preroll = [];
    if (line) await hangUp(line);
  }

  #become(state: RecorderState): void {
    this.#state = state;
    this.emit("state", state);
  }
}

export class MicrophoneError extends Error {
  readonly problem: RecorderProblem;

  constructor(problem: RecorderProblem) {
    super(`the microphone cannot be used: ${problem}`);
    this.name = "MicrophoneError";
    this.problem = problem;
  }
}

interface Line {
  stream: MediaStream;
  context: AudioContext;
  node: AudioWorkletNode;
}

type FromWorklet = { kind: "piece"; bytes: Uint8Array<ArrayBuffer>; level: number } | { kind: "flushed" };

/** Pieces of 100 ms that are kept from before `start`. */
const PREROLL_PIECES = 3;
const FLUSHED_WITHIN_MS = 500;
const TIMESLICE_MS = 250;
const CONTAINERS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

async function hangUp({ stream, context }: Pick<Line, "stream" | "context">): Promise<void> {
  for (const track of stream.getTracks()) track.stop();
  await context.close();
}

function problemOf(error: unknown): RecorderProblem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "permission-denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "no-device";
  if (name === "NotReadableError" || name === "AbortError") return "device-busy";
  return "unsupported";
}

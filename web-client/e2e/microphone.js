// A microphone that is silent until a test speaks into it: the browser's own one says its sentence over and over.
import { readFile } from "node:fs/promises";
import path from "node:path";

const sentence = await readFile(path.join(import.meta.dirname, "fixtures/sentence.wav"), "base64");

/**
 * Puts it into every page of the context.
 * @param {import("playwright-core").BrowserContext} context
 */
export async function giveMicrophone(context) {
  await context.addInitScript((wav) => {
    /** @type {{ context: AudioContext, destination: MediaStreamAudioDestinationNode, spoken: AudioBuffer } | null} */
    let open = null;
    const connect = async () => {
      const context = new AudioContext();
      const bytes = Uint8Array.from(atob(wav), (character) => character.charCodeAt(0));
      const spoken = await context.decodeAudioData(bytes.buffer);
      const destination = context.createMediaStreamDestination();
      // A microphone delivers silence as well, an idle node nothing.
      const room = new ConstantSourceNode(context, { offset: 0 });
      room.connect(destination);
      room.start();
      return { context, destination, spoken };
    };
    navigator.mediaDevices.getUserMedia = async () => {
      open ??= await connect();
      const stream = open.destination.stream.clone();
      // As of somebody with headphones: what the loudspeaker says is not in it.
      for (const track of stream.getAudioTracks()) track.getSettings = () => ({ echoCancellation: true });
      return stream;
    };
    Object.assign(window, {
      /** @param {number} fromMs @param {number} lengthMs */
      speakUp(fromMs, lengthMs) {
        if (!open) throw new Error("nobody has opened the microphone");
        const voice = new AudioBufferSourceNode(open.context, { buffer: open.spoken });
        voice.connect(open.destination);
        voice.start(0, fromMs / 1000, lengthMs / 1000);
        return new Promise((resolve) => {
          voice.onended = () => resolve(undefined);
        });
      },
    });
  }, sentence);
}

/**
 * Says so much of the sentence, from there on. Resolves when it is said.
 * @param {import("playwright-core").Page} page
 * @param {number} fromMs
 * @param {number} lengthMs
 */
export function speakUp(page, fromMs, lengthMs) {
  return page.evaluate(([from, length]) => /** @type {any} */ (window).speakUp(from, length), [fromMs, lengthMs]);
}

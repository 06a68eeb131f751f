/** Samples as the wire carries them: 16 bit, little endian, mono. */

export function toPcm16(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    const clipped = Math.max(-1, Math.min(1, sample));
    view.setInt16(i * 2, Math.round(clipped < 0 ? clipped * 32_768 : clipped * 32_767), true);
  });
  return bytes;
}

/** An odd last byte is no sample and is left out. */
export function fromPcm16(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(bytes.byteLength >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(i * 2, true) / 32_768;
  return samples;
}

/** How loud, 0 to 1, on a scale that follows the ear: 0 is -60 dB and less. */
export function level(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.max(0, Math.min(1, 1 + decibels / 60));
}

/** Audio that came as base64 text or as a binary attachment. */
export function toBytes(audio: string | ArrayBuffer | Uint8Array): Uint8Array {
  if (typeof audio !== "string") return audio instanceof Uint8Array ? audio : new Uint8Array(audio);
  return Uint8Array.from(atob(audio), (character) => character.charCodeAt(0));
}

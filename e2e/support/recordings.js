// Real recordings of browsers, cut as they arrived, and a PCM stream in which every sample tells its place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../fixtures');
const CHUNK_SIZES = JSON.parse(readFileSync(join(FOLDER, 'chunks.json'), 'utf8'));

export const RECORDINGS = {
    'WebM/Opus of Chromium': chunksOf('webm-opus.webm'),
    'Ogg/Opus': chunksOf('ogg-opus.ogg'),
    'fragmented MP4/AAC of Safari': chunksOf('mp4-aac.mp4'),
    'PCM': countingPcm(48_000, 8_000),
};

/** `samples` 16-bit samples that count up, in chunks of `chunkBytes`. */
export function countingPcm(samples, chunkBytes, first = 0) {
    const bytes = Buffer.from(Int16Array.from({ length: samples }, (_, place) => first + place).buffer);
    return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, chunk) =>
        bytes.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes),
    );
}

/** The samples of a stored WAV file. */
export function wavData(file) {
    for (let at = 12; at + 8 <= file.length; ) {
        const size = file.readUInt32LE(at + 4);
        if (file.toString('latin1', at, at + 4) === 'data') return file.subarray(at + 8, at + 8 + size);
        at += 8 + size + (size % 2);
    }
    throw new Error('no data chunk in the WAV file');
}

function chunksOf(name) {
    const stream = readFileSync(join(FOLDER, name));
    let end = 0;
    return CHUNK_SIZES[name].map((size) => stream.subarray(end, (end += size)));
}

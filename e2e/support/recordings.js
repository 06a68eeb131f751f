// Real recordings of browsers, cut as they arrived, and a PCM stream in which every sample tells its place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../crates/audio/tests/fixtures');
const ARRIVALS = readFileSync(join(FOLDER, 'arrivals.txt'), 'utf8').split('\n').map((line) => line.split(' '));

export const RECORDINGS = {
    'WebM/Opus of Chromium': chunksOf('chromium.webm'),
    'Ogg/Opus': chunksOf('pages.ogg'),
    'fragmented MP4/AAC of Safari': chunksOf('aac.mp4'),
    'fragmented MP4/Opus of Chromium': chunksOf('chromium.mp4'),
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
    const [, ...sizes] = ARRIVALS.find(([recording]) => recording === name);
    let end = 0;
    return sizes.map((size) => stream.subarray(end, (end += Number(size))));
}

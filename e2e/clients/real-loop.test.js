// Nothing faked: espeak-ng speaks, pocketsphinx hears, the persona answers, espeak-ng answers, and speaking over it cuts it short.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { connect, newSession, newUser } from '../support/client.js';
import { PATIENCE } from '../support/deadline.js';
import { withServer } from '../support/server.js';
import { Talker } from '../support/talker.js';

const GRAMMAR = `#JSGF V1.0;
grammar practice;
public <said> = we move one warehouse first | what does it cost in the end | good morning how are you ;
`;

const missing = ['espeak-ng', 'pocketsphinx_continuous', 'ffmpeg'].filter((program) => spawnSync(program, ['-version']).error);

test('a person speaks, is heard, is answered aloud, and cuts the answer short', { skip: missing.length > 0 && `SKIPPED: ${missing.join(', ')} missing`, timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'repartee-loop-'));
    const grammar = join(folder, 'practice.gram');
    writeFileSync(grammar, GRAMMAR);
    try {
        await withServer({
            RECORD_SESSIONS: 'recordings',
            STT_PROVIDER: 'command',
            STT_COMMAND: `pocketsphinx_continuous -infile {wav} -jsgf '${grammar}'`,
            STT_TIMEOUT_MS: String(PATIENCE),
            TTS_PROVIDER: 'espeak',
        }, async (server) => {
            const client = connect(server, newUser());
            await client.next('connected');
            const sessionId = newSession();
            const talker = new Talker(client, sessionId);
            try {
                await converse(client, sessionId, talker);
            } finally {
                talker.close();
                client.close();
            }
        });
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
});

async function converse(client, sessionId, talker) {
    const started = await client.start(sessionId, {
        scenarioId: 'cloud-migration-discussion', turnDetection: 'vad', speech: { enabled: true }, audio: { binary: true, echoCancellation: true },
        // A machine that stands still for a second does not end a sentence.
        thresholds: { endOfTurnMs: 2_000 },
    });
    assert.deepEqual([started.providers.stt.demo, started.providers.tts.demo], [undefined, undefined]);
    // Made beforehand: nothing is played or reported meanwhile.
    const [proposal, objection] = ['We move one warehouse first.', 'What does it cost in the end?'].map(spoken);
    talker.open();
    talker.say(proposal);
    const heard = await client.next('transcription');
    assert.equal(heard.text, 'we move one warehouse first');
    const response = await client.next('ai-response');
    await client.next('audio-frame');
    assert.ok(loudness(talker.frames) > 500, 'the voice is silent');
    talker.say(objection);
    const { turnId, heardText } = await client.next('interrupted');
    assert.equal(turnId, response.turnId);
    assert.ok(response.text.startsWith(heardText) && heardText.length < response.text.length, heardText);
    assert.equal((await client.next('transcription')).text, 'what does it cost in the end');
    await client.next('ai-response');
}

/** What a microphone hears of somebody who says this: 16 kHz, mono, with a breath before it. */
function spoken(text) {
    const voice = spawnSync('espeak-ng', ['-v', 'en-us', '--stdout', text], { maxBuffer: 1 << 26 }).stdout;
    const args = ['-v', 'error', '-i', 'pipe:0', '-ar', '16000', '-ac', '1', '-f', 's16le', 'pipe:1'];
    const samples = spawnSync('ffmpeg', args, { input: voice, maxBuffer: 1 << 26 }).stdout;
    return Buffer.concat([Buffer.alloc(9_600), samples]);
}

function loudness(frames) {
    return Math.max(...frames.flatMap(({ audioData }) => [...new Int16Array(audioData.buffer.slice(audioData.byteOffset, audioData.byteOffset + audioData.length))]));
}

// Unmodified clients of both generations play whole sessions over every transport.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { CLIENTS, connect, connectWith, newSession, TRANSPORTS } from '../support/client.js';
import { assertContract, assertGapFree } from '../support/contract.js';
import { RECORDINGS, wavData } from '../support/recordings.js';
import { startServer } from '../support/server.js';

const SEGMENT_BYTES = 32_000;
const WEBM = RECORDINGS['WebM/Opus of Chromium'];
let server;

before(async () => {
    server = await startServer({ RATE_BYTES_PER_SECOND: '0', RATE_EVENTS_PER_SECOND: '0' });
});
after(() => server?.stop());

for (const [clientName, io] of Object.entries(CLIENTS)) {
    for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
        test(`${clientName} plays a whole session, ${transportName}`, async () => {
            const client = connect(server, 'ann', { transports }, io);
            await playWholeSession(client, WEBM, (bytes) => bytes.toString('base64'));
            await client.settledOn(transports);
            client.close();
        });
    }
}

for (const [recordingName, chunks] of Object.entries(RECORDINGS)) {
    for (const [encodingName, encode] of Object.entries({
        'base64': (bytes) => bytes.toString('base64'),
        'binary attachments': (bytes) => bytes,
    })) {
        test(`a recording of ${recordingName} as ${encodingName} is heard to the last byte`, async () => {
            const client = connect(server, 'bea');
            await playWholeSession(client, chunks, encode);
            client.close();
        });
    }
}

test('PCM is stored byte for byte', async () => {
    const client = connect(server, 'cid');
    const sessionId = await playWholeSession(client, RECORDINGS.PCM, (bytes) => bytes);
    const stored = server.storedAudio(sessionId).map((file) => wavData(file.bytes));
    assert.ok(Buffer.concat(stored).equals(Buffer.concat(RECORDINGS.PCM)));
    client.close();
});

for (const [how, audio, ofTheChunk] of [
    ['beside the media type', { mimeType: 'audio/pcm', sampleRate: 48_000, channels: 2 }, {}],
    ['without a media type', { sampleRate: 48_000, channels: 2 }, {}],
    ['and each chunk names the media type alone', { sampleRate: 48_000, channels: 2 }, { mimeType: 'audio/pcm' }],
]) {
    test(`samples are as the client declared them, ${how}`, async () => {
        const client = connect(server, 'eva');
        const sessionId = newSession();
        await client.start(sessionId, { audio });
        for (let second = 0; second < 2; second++) {
            client.emit('audio-chunk', { sessionId, audioData: Buffer.alloc(48_000 * 4, 1), ...ofTheChunk });
            assert.equal((await client.next('audio-received')).durationMs, 1_000);
        }
        const [{ bytes }] = server.storedAudio(sessionId);
        assert.deepEqual([bytes.readUInt16LE(22), bytes.readUInt32LE(24)], [2, 48_000], 'channels and rate of the WAV file');
        client.close();
    });
}

test('what the client saw is in the database', async () => {
    const client = connect(server, 'dan');
    const sessionId = await playWholeSession(client, WEBM, (bytes) => bytes);
    const seen = client.events
        .filter(({ name }) => name === 'transcription' || name === 'ai-response')
        .map(({ name, body }) => [name === 'transcription' ? 'user' : 'ai', body.text]);
    const { success, data } = await server.rest(`/roleplay/session/${sessionId}`, 'dan');
    assert.equal(success, true);
    const written = data.messages.map(({ role, content }) => [role, content]);
    assert.deepEqual(written.slice(-seen.length), seen);
    assert.equal(data.status, 'completed');
    client.close();
});

test('the voice of an answer plays', async () => {
    const client = connect(server, 'eve');
    await client.start(newSession());
    sendUntilFull(client, WEBM);
    const { audioUrl, duration } = await client.next('avatar-response');
    const answer = await fetch(new URL(audioUrl, server.url));
    assert.equal(answer.status, 200);
    const file = Buffer.from(await answer.arrayBuffer());
    assert.equal(file.toString('latin1', 0, 4), 'RIFF');
    const seconds = wavData(file).length / file.readUInt32LE(28);
    assert.ok(Math.abs(seconds * 1000 - duration) < 100, `${seconds} s are announced as ${duration} ms`);
    client.close();
});

test('maxTurns answers announce the end and leave the session open', async () => {
    const client = connect(server, 'fay');
    const { sessionId, maxTurns } = await client.start(newSession());
    for (let turn = 1; turn <= maxTurns; turn++) {
        client.emit('transcription', { sessionId, text: `This is what I say in turn ${turn}.`, isFinal: true });
        assert.equal((await client.next('ai-response')).turnCount, turn);
    }
    const ending = await client.next('session-ending');
    assert.deepEqual([ending.reason, ending.totalTurns], ['max_turns_reached', maxTurns]);
    client.emit('end-session', { sessionId });
    assert.equal((await client.next('session-ended')).totalTurns, maxTurns);
    assertContract(client.events);
    assertGapFree(client.events);
    client.close();
});

test('a typed turn is answered like a spoken one', async () => {
    const client = connect(server, 'gus');
    const { sessionId } = await client.start(newSession());
    client.emit('transcription', { sessionId, text: 'Hello', isFinal: false });
    client.emit('transcription', { sessionId, text: 'Hello, shall we talk about the price?', isFinal: true });
    assert.equal((await client.next('transcription')).text, 'Hello, shall we talk about the price?');
    const reply = await client.next('ai-response');
    assert.notEqual(reply.text, '');
    const deltas = client.all('ai-response-delta').filter(({ turnId }) => turnId === reply.turnId);
    if (deltas.length > 0) assert.equal(deltas.map(({ text }) => text).join(''), reply.text);
    client.close();
});

describe('a token is accepted', () => {
    const ways = {
        'in auth.token': (token) => ({ auth: { token } }),
        'as a bearer header': (token) => ({ extraHeaders: { authorization: `Bearer ${token}` } }),
        'as the cookie "token"': (token) => ({ extraHeaders: { cookie: `theme=dark; token=${token}` } }),
        'in the query': (token) => ({ query: { token } }),
        'in the header when auth.token is stale': (token) => ({
            auth: { token: server.token('hal', { exp: 1_700_000_000 }) },
            extraHeaders: { authorization: `Bearer ${token}` },
        }),
    };
    for (const [wayName, way] of Object.entries(ways)) {
        for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
            test(`${wayName}, ${transportName}`, async () => {
                const client = connectWith(server, { ...way(server.token('hal')), transports });
                assert.equal((await client.next('connected')).message, 'Connected to real-time server');
                client.close();
            });
        }
    }
});

async function playWholeSession(client, chunks, encode) {
    assert.equal((await client.next('connected')).message, 'Connected to real-time server');
    const sessionId = newSession();
    const started = await client.start(sessionId);
    assert.equal(started.sessionId, sessionId);
    assert.equal(started.resumed, false);
    assert.deepEqual(started.audioConfig, { sampleRate: 16000, channels: 1, format: 'pcm' });
    assert.equal(typeof started.buyerPersona.name, 'string');

    let turns = 0;
    let sent = 0;
    let uncut = 0;
    for (const bytes of chunks) {
        client.emit('audio-chunk', { sessionId, audioData: encode(bytes), timestamp: Date.now() });
        sent += bytes.length;
        uncut += bytes.length;
        if (uncut >= SEGMENT_BYTES) {
            turns += 1;
            assert.equal((await client.next('audio-received')).audioSize, uncut);
            assert.notEqual((await client.next('transcription')).text, '');
            const reply = await client.next('ai-response');
            assert.deepEqual([reply.turnCount, reply.maxTurns], [turns, started.maxTurns]);
            await client.next('avatar-response');
            uncut = 0;
        }
    }
    client.emit('end-session', { sessionId });
    const ended = await client.next('session-ended');
    assert.equal(ended.reason, 'user_ended');

    const received = client.all('audio-received').reduce((sum, { audioSize }) => sum + audioSize, 0);
    assert.equal(received, sent);
    assertTurnsInOrder(client.events);
    assertContract(client.events);
    assertGapFree(client.events);
    return sessionId;
}

function sendUntilFull(client, chunks) {
    const { sessionId } = client.all('session-started').at(-1);
    let sent = 0;
    for (const bytes of chunks) {
        if (sent >= SEGMENT_BYTES) return;
        client.emit('audio-chunk', { sessionId, audioData: bytes.toString('base64') });
        sent += bytes.length;
    }
}

function assertTurnsInOrder(events) {
    const stages = ['transcription', 'ai-response', 'avatar-response'];
    const turns = new Map();
    for (const { name, body } of events) {
        if (stages.includes(name)) turns.set(body.turnId, [...(turns.get(body.turnId) ?? []), name]);
    }
    for (const names of turns.values()) assert.deepEqual(names, stages.slice(0, names.length));
}

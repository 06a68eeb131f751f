// A session outlives its sockets: reconnects, second tabs, pauses, crashes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connect, newSession, TRANSPORTS } from '../support/client.js';
import { assertContract, assertGapFree } from '../support/contract.js';
import { eventually, PATIENCE } from '../support/deadline.js';
import { countingPcm, wavData } from '../support/recordings.js';
import { startServer, withServer } from '../support/server.js';

let server;

before(async () => {
    server = await startServer({ RECORD_SESSIONS: 'recordings', RATE_BYTES_PER_SECOND: '0', RATE_EVENTS_PER_SECOND: '0' });
});
after(() => server?.stop());

for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
    test(`a client that reconnects goes on without start-session, ${transportName}`, async () => {
        const client = connect(server, 'ann', { transports, reconnection: true, reconnectionDelay: 10 });
        const sessionId = newSession();
        await client.start(sessionId);
        await say(client, sessionId, 'First.');
        await client.next('connected');
        client.socket.io.engine.close();
        await client.next('connected');
        for (const audioData of countingPcm(16_000, 8_000)) client.emit('audio-chunk', { sessionId, audioData });
        assert.equal((await client.next('ai-response')).turnCount, 2);
        assertContract(client.events);
        client.close();
    });
}

test('a second tab takes over and learns what was said', async () => {
    const first = connect(server, 'bea');
    const sessionId = newSession();
    await first.start(sessionId);
    await say(first, sessionId, 'Said in the first tab.');
    await first.next('avatar-response');

    const second = connect(server, 'bea');
    const started = await second.start(sessionId);
    assert.equal(started.resumed, true);
    const said = started.history.map(({ text }) => text);
    assert.ok(said.includes('Said in the first tab.'), JSON.stringify(said));
    assert.ok(said.includes(first.all('ai-response')[0].text));
    assert.equal((await first.next('error')).code, 'SESSION_TAKEN_OVER');

    second.emit('transcription', { sessionId, text: 'Said in the second tab.', isFinal: true });
    assert.equal((await second.next('ai-response')).turnCount, 2);
    first.close();
    second.close();
});

test('a client that comes back learns which language the session speaks and what is allowed', async () => {
    await withServer({ IDLE_TIMEOUT_MS: '90000' }, async (strict) => {
        const before = connect(strict, 'abe');
        const sessionId = newSession();
        assert.equal((await before.start(sessionId, { language: 'en-GB' })).language, 'en-GB');
        before.emit('set-language', { sessionId, language: 'zh-CN' });
        before.close();

        const again = connect(strict, 'abe');
        const { language, limits } = await again.start(sessionId);
        assert.equal(language, 'zh-CN');
        assert.deepEqual([limits.maxTextChars, limits.idleMs], [2_000, 90_000]);
        assertContract(again.events);
        again.close();
    });
});

test('a client that resumes gets what it missed, once and in order', async () => {
    const before = connect(server, 'cid');
    const sessionId = newSession();
    await before.start(sessionId);
    await say(before, sessionId, 'One.');
    await before.next('avatar-response');
    const seen = before.events.filter(({ body }) => body?.eventSeq);
    before.close();

    const resumeFrom = seen[1].body.eventSeq;
    const again = connect(server, 'cid');
    await again.start(sessionId, { resumeFrom });
    await say(again, sessionId, 'Two.');
    const replayed = again.events.filter(({ name, body }) => body?.eventSeq && name !== 'session-started');
    for (const { name, body } of seen.filter(({ body }) => body.eventSeq > resumeFrom)) {
        const same = replayed.filter((event) => event.body.eventSeq === body.eventSeq);
        assert.deepEqual(same.map(withoutUrls), [withoutUrls({ name, body })]);
    }
    const numbers = replayed.map(({ body }) => body.eventSeq);
    assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
    again.close();
});

test('numbered chunks that are sent twice are stored once', async () => {
    const chunks = countingPcm(48_000, 4_000);
    const client = connect(server, 'dan');
    const sessionId = newSession();
    await client.start(sessionId, { turnDetection: 'manual' });
    const send = (seq) => client.emit('audio-chunk', { sessionId, audioData: chunks[seq], seq });
    for (let seq = 0; seq < chunks.length; seq++) {
        send(seq);
        if (seq % 3 === 2) for (const earlier of [seq - 2, seq - 1, seq]) send(earlier);
    }
    client.emit('end-session', { sessionId });
    await client.next('session-ended');
    const received = client.all('audio-received');
    assert.equal(received.at(-1).throughSeq, chunks.length - 1);
    assert.ok(storedPcm(sessionId).equals(Buffer.concat(chunks)));
    assertGapFree(client.events);
    client.close();
});

test('a missing chunk is asked for and may be sent again', async () => {
    const chunks = countingPcm(8_000, 4_000);
    const client = connect(server, 'eve');
    const sessionId = newSession();
    await client.start(sessionId, { turnDetection: 'manual' });
    const send = (seq) => client.emit('audio-chunk', { sessionId, audioData: chunks[seq], seq });
    send(0);
    send(2);
    const gap = await client.next('audio-gap');
    assert.deepEqual([gap.expectedSeq, gap.gotSeq], [1, 2]);
    const { ok, error, expectedSeq } = await client.ask('audio-chunk', { sessionId, audioData: chunks[3], seq: 3 });
    assert.deepEqual([ok, error.code, expectedSeq], [false, 'AUDIO_GAP', 1]);
    send(1);
    send(2);
    send(3);
    client.emit('end-session', { sessionId });
    await client.next('session-ended');
    assert.ok(storedPcm(sessionId).equals(Buffer.concat(chunks)));
    client.close();
});

test('what was acknowledged survives a crash, and the rest can be sent again', async () => {
    const chunks = countingPcm(64_000, 4_000);
    const sessionId = newSession();
    const first = connect(server, 'fay');
    await first.start(sessionId, { turnDetection: 'manual' });
    chunks.slice(0, 20).forEach((audioData, seq) => first.emit('audio-chunk', { sessionId, audioData, seq }));
    const { throughSeq } = await first.next('audio-received');
    await server.crashAndRestart();
    first.close();

    const second = connect(server, 'fay');
    const started = await second.start(sessionId, { turnDetection: 'manual' });
    assert.equal(started.resumed, true);
    assert.ok(started.throughSeq >= throughSeq, `${started.throughSeq} >= ${throughSeq}`);
    for (let seq = started.throughSeq + 1; seq < chunks.length; seq++) {
        second.emit('audio-chunk', { sessionId, audioData: chunks[seq], seq });
    }
    second.emit('end-session', { sessionId });
    await second.next('session-ended');
    assert.ok(storedPcm(sessionId).equals(Buffer.concat(chunks)));
    second.close();
});

test('a session goes on after a crash though its scenario was hidden meanwhile, and nobody can begin another one with it', async () => {
    const [audioData] = countingPcm(32_000, 32_000);
    const sessionId = newSession();
    const first = connect(server, 'ivy');
    await first.start(sessionId, { scenarioId: 'angry-customer' });
    const headers = { authorization: `Bearer ${server.token('root', { role: 'admin' })}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ isActive: false });
    const hidden = await fetch(`${server.url}/api/admin/scenarios/angry-customer/status`, { method: 'PUT', headers, body });
    assert.equal(hidden.status, 200);
    await server.crashAndRestart();
    first.close();

    const second = connect(server, 'ivy');
    await second.next('connected');
    second.emit('audio-chunk', { sessionId, audioData });
    await second.next('ai-response');
    second.emit('end-session', { sessionId });
    await second.next('session-ended');
    second.emit('start-session', { sessionId: newSession(), scenarioId: 'angry-customer' });
    assert.match((await second.next('error')).message, /there is no scenario/);
    second.close();
});

test('a paused session refuses audio politely until it is resumed', async () => {
    const client = connect(server, 'gus');
    const sessionId = newSession();
    await client.start(sessionId);
    const [chunk] = countingPcm(16_000, 32_000);
    assert.equal((await client.ask('pause-session', { sessionId })).ok, true);
    const refused = await client.ask('audio-chunk', { sessionId, audioData: chunk });
    assert.equal(refused.ok, false);
    assert.match(refused.error.message, /paused/i);
    assert.equal((await client.ask('resume-session', { sessionId })).ok, true);
    assert.equal((await client.ask('audio-chunk', { sessionId, audioData: chunk })).ok, true);
    assert.equal((await client.next('ai-response')).turnCount, 1);
    client.close();
});

test('audio that waits for more than the silence becomes a turn', async () => {
    const client = connect(server, 'hal');
    const sessionId = newSession();
    await client.start(sessionId, { thresholds: { silenceMs: 300 } });
    const [chunk] = countingPcm(8_000, 16_000);
    client.emit('audio-chunk', { sessionId, audioData: chunk });
    assert.equal((await client.next('audio-received')).audioSize, chunk.length);
    await client.next('ai-response');
    client.close();
});

test('a session ends by itself when nobody comes back', async () => {
    await withServer({ GRACE_MS: '300' }, async (impatient) => {
        const client = connect(impatient, 'ivy');
        const sessionId = newSession();
        await client.start(sessionId);
        client.close();
        const status = async () => (await impatient.rest(`/roleplay/session/${sessionId}`, 'ivy')).data?.status;
        await eventually(async () => (await status()) !== 'active', PATIENCE, 'the session to end');
    });
});

test('a session that idles too long is ended by force', async () => {
    await withServer({ IDLE_TIMEOUT_MS: '1000' }, async (impatient) => {
        const client = connect(impatient, 'jon');
        await client.start(newSession());
        const { reason, cause } = await client.next('session-force-ended');
        assert.deepEqual([reason, cause], ['timeout', 'idle']);
        assertContract(client.events);
        client.close();
    });
});

/** URLs are signed anew each time they are told. */
function withoutUrls({ name, body: { audioUrl, videoUrl, ...body } }) {
    return { name, body };
}

async function say(client, sessionId, text) {
    client.emit('transcription', { sessionId, text, isFinal: true });
    return client.next('ai-response');
}

function storedPcm(sessionId) {
    return Buffer.concat(server.storedAudio(sessionId).map((file) => wavData(file.bytes)));
}

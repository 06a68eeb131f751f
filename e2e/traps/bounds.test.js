// Whatever a client sends, the server's memory stays bounded and the others are served.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connect, newSession, TRANSPORTS } from '../support/client.js';
import { deadline, PATIENCE } from '../support/deadline.js';
import { Frames } from '../support/frames.js';
import { startServer, withServer } from '../support/server.js';

const MIB = 1024 * 1024;
let server;

before(async () => {
    server = await startServer({ RATE_EVENTS_PER_SECOND: '0', RATE_BYTES_PER_SECOND: '0', TTS_PROVIDER: 'none' });
});
after(() => server?.stop());

test('a flood of 100 MB does not fill the memory, and others are served meanwhile', async () => {
    const flooding = await Frames.signedIn(server, 'ann');
    const sessionId = newSession();
    flooding.send(`42["start-session",{"sessionId":"${sessionId}","scenarioId":"test-scenario","turnDetection":"manual"}]`);
    await flooding.event('session-started');
    const before = server.memory();

    const audioData = Buffer.alloc(8_000).toString('base64');
    const chunk = `42["audio-chunk",{"sessionId":"${sessionId}","audioData":"${audioData}"}]`;
    for (let sent = 0; sent < 10_000; sent++) flooding.send(chunk);
    flooding.send('42["ping",{"t":1}]');
    const drained = flooding.event('pong').catch((error) => error);

    const other = connect(server, 'bea');
    const started = await other.start(newSession());
    other.emit('transcription', { sessionId: started.sessionId, text: 'Can you hear me?', isFinal: true });
    await other.next('ai-response');
    other.close();

    await Promise.race([drained, flooding.closed]);
    const grown = Math.round((server.memory('VmHWM') - before) / 1024);
    assert.ok(grown < 40, `the server grew by ${grown} MiB`);
    flooding.close();
});

test('a flood of attachments that never come does not fill the memory', async () => {
    const before = server.memory();
    const floods = await Promise.all(['cid', 'dan', 'eve'].map((userId) => Frames.signedIn(server, userId)));
    for (const frames of floods) {
        frames.send('451000-["audio-chunk",{"_placeholder":true,"num":0}]');
        for (let sent = 0; sent < 200; sent++) frames.send(Buffer.alloc(200_000));
    }
    await Promise.all(floods.map((frames) => deadline(frames.closed, PATIENCE, 'the flood to be cut off')));
    const grown = Math.round((server.memory('VmHWM') - before) / 1024);
    assert.ok(grown < 40, `the server grew by ${grown} MiB`);
});

test('a frame over the limit closes its own socket only', async () => {
    const other = connect(server, 'fay');
    await other.start(newSession());
    const frames = await Frames.signedIn(server, 'gus');
    frames.send(`42["audio-chunk",{"audioData":"${'A'.repeat(8 * 1024 * 1024)}"}]`);
    await deadline(frames.closed, PATIENCE, 'the socket to be closed');
    assert.equal((await other.ask('ping', { t: 1 })).ok, true);
    other.close();
});

test('an event name with an escape does not disturb the other sockets of the user', async () => {
    const other = connect(server, 'hal');
    const { sessionId } = await other.start(newSession());
    const frames = await Frames.signedIn(server, 'hal');
    frames.send('42["caf\\u00e9",{}]');
    other.emit('transcription', { sessionId, text: 'Hello.', isFinal: true });
    await other.next('ai-response');
    assert.equal(other.socket.connected, true);
    frames.close();
    other.close();
});

test('a client that sends too much is told so and not cut off', async () => {
    await withServer({ RATE_EVENTS_PER_SECOND: '20' }, async (strict) => {
        const client = connect(strict, 'ivy');
        await client.next('connected');
        for (let t = 0; t < 200; t++) client.emit('ping', { t });
        const error = await client.next('error');
        assert.equal(error.code, 'RATE_LIMITED');
        assert.equal(error.retryable, true);
        assert.ok(error.retryAfterMs > 0);
        assert.equal(client.socket.connected, true);
        client.close();
    });
});

test('protocol 3 is refused, because its polling cannot carry binary', async () => {
    const answer = await fetch(`${server.url}/socket.io/?EIO=3&transport=polling`);
    assert.equal(answer.status, 400);
});

for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
    test(`the largest chunk that an operator may allow arrives, and a larger one gets an error, ${transportName}`, () =>
        withServer({ MAX_CHUNK_BYTES: String(4 * MIB), MAX_BUFFERED_BYTES: String(8 * MIB), RATE_BYTES_PER_SECOND: '0' }, async (server) => {
            const client = connect(server, 'ida', { transports });
            const sessionId = newSession();
            await client.start(sessionId);
            const say = (bytes) => {
                client.emit('audio-chunk', { sessionId, audioData: Buffer.alloc(bytes, 1).toString('base64') });
            };
            say(4 * MIB);
            assert.equal((await client.next('audio-received')).audioSize, 4 * MIB);
            say(4 * MIB + 1024);
            assert.equal((await client.next('error')).code, 'AUDIO_TOO_LARGE');
            say(32_000);
            assert.equal((await client.next('audio-received')).audioSize, 32_000);
            client.close();
        }));
}

// A server that is asked to go says so, lets nobody new in, keeps what it promised, and goes in time.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { connect, newSession, TRANSPORTS } from '../support/client.js';
import { deadline, eventually, PATIENCE } from '../support/deadline.js';
import { Frames } from '../support/frames.js';
import { withServer } from '../support/server.js';

/** Hears something once the test says so, by a file in the server's folder, and some time in any case. */
const UNTIL_TOLD = 'for i in $(seq 600); do [ -e told ] && break; sleep 0.1; done; echo well';
const GOES_WHEN_TOLD = { STT_PROVIDER: 'command', STT_COMMAND: UNTIL_TOLD, STT_TIMEOUT_MS: String(PATIENCE) };

for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
    test(`clients are told, and the server ends within its deadline, ${transportName}`, () =>
        withServer({}, async (server) => {
            const client = connect(server, 'ann', { transports });
            await client.start(newSession());
            await client.settledOn(transports);
            const stopped = server.stop();
            const error = await client.next('error');
            assert.equal(error.code, 'SHUTTING_DOWN');
            assert.equal(error.retryable, true);
            await client.next('disconnect');
            await stopped;
        }));
}

test('who comes while the server goes is told so and not let in', () =>
    withServer(GOES_WHEN_TOLD, async (server) => {
        const client = await lastClient(server);
        const late = connect(server, 'bob');
        const error = await late.next('error');
        assert.equal(error.code, 'SHUTTING_DOWN');
        assert.equal(error.retryable, true);
        await late.next('disconnect');
        assert.deepEqual(late.all('connected'), []);
        letGo(server);
        assert.equal((await client.next('transcription')).text, 'well');
        await client.next('error');
        await deadline(server.exited, PATIENCE, 'the server to end');
    }));

for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
    const patient = { transports, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

    test(`a client that comes while the server stops comes back by itself, ${transportName}`, () =>
        withServer(GOES_WHEN_TOLD, async (server) => {
            const client = await lastClient(server);
            const late = connect(server, 'bob', patient);
            assert.equal((await late.next('error')).code, 'SHUTTING_DOWN');
            letGo(server);
            await deadline(server.exited, PATIENCE, 'the server to end');
            server.env.PORT = String(server.port);
            await server.start();
            await late.next('connected');
            client.close();
            late.close();
        }));

    test(`a client that is one too many comes back by itself when there is room, ${transportName}`, () =>
        withServer({ MAX_CONNECTIONS_PER_ADDRESS: '1' }, async (server) => {
            const first = connect(server, 'ann');
            await first.next('connected');
            const second = connect(server, 'bob', patient);
            assert.equal((await second.next('error')).code, 'RATE_LIMITED');
            first.close();
            await second.next('connected');
            assert.ok(!second.all('disconnect').includes('io server disconnect'));
            second.close();
        }));
}

test('a client that does not read cannot hold the server', () =>
    withServer({ RATE_EVENTS_PER_SECOND: '0' }, async (server) => {
        const stuck = await Frames.signedIn(server, 'bea');
        stuck.socket.pause();
        // Answers that nobody reads fill every buffer on the way.
        for (let sent = 0; sent < 50_000; sent++) stuck.send('42["ping",{"t":1}]');
        await server.stop();
        stuck.close();
    }));

test('an open session goes on where it was after a restart', () =>
    withServer({}, async (server) => {
        const client = connect(server, 'cid');
        const sessionId = newSession();
        await client.start(sessionId);
        client.emit('transcription', { sessionId, text: 'Before the restart.', isFinal: true });
        await client.next('ai-response');
        server.process.kill('SIGTERM');
        await client.next('disconnect');
        await deadline(server.exited, PATIENCE, 'the server to end');
        await server.start();

        const again = connect(server, 'cid');
        const started = await again.start(sessionId);
        assert.equal(started.resumed, true);
        assert.ok(started.history.some(({ text }) => text === 'Before the restart.'));
        again.emit('transcription', { sessionId, text: 'After the restart.', isFinal: true });
        assert.equal((await again.next('ai-response')).turnCount, 2);
        again.close();
    }));

/** Asks the server to go in the midst of this client's turn, which it finishes first. */
async function lastClient(server) {
    const client = connect(server, 'ann');
    const sessionId = newSession();
    await client.start(sessionId);
    client.emit('audio-chunk', { sessionId, audioData: Buffer.alloc(32_000, 1) });
    await client.next('audio-received');
    server.process.kill('SIGTERM');
    const isEnding = () => client.all('session-state').some(({ state }) => state === 'ending');
    await eventually(isEnding, PATIENCE, 'the session to be ending');
    return client;
}

function letGo(server) {
    writeFileSync(join(server.dataFolder, 'told'), '');
}

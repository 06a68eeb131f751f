// What a client may do wrong: each mistake gets an answer that helps, and the socket stays open.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';

import { connect, connectWith, newSession, TRANSPORTS } from '../support/client.js';
import { assertContract } from '../support/contract.js';
import { RECORDINGS } from '../support/recordings.js';
import { startServer } from '../support/server.js';

let server;

before(async () => {
    server = await startServer({ RATE_BYTES_PER_SECOND: '0', RATE_EVENTS_PER_SECOND: '0' });
});
after(() => server?.stop());

for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
    describe(`over ${transportName}`, () => {
        let client;
        let sessionId;

        beforeEach(async () => {
            client = connect(server, 'ann', { transports });
            await client.next('connected');
            ({ sessionId } = await client.start(newSession()));
        });
        afterEach(async () => {
            // Whatever went wrong, the session goes on.
            client.emit('transcription', { sessionId, text: 'Are you still there?', isFinal: true });
            await client.next('ai-response');
            assertContract(client.events);
            client.emit('end-session', { sessionId });
            await client.next('session-ended');
            client.close();
        });

        const mistakes = {
            'audio for an unknown session': {
                events: [['audio-chunk', { sessionId: 'nobody-started-this', audioData: 'AAAA' }]],
                code: 'SESSION_NOT_FOUND',
                message: /^Invalid session/,
            },
            'the end of an unknown session': {
                events: [['end-session', { sessionId: 'nobody-started-this' }]],
                code: 'SESSION_NOT_FOUND',
                message: /^Invalid session/,
            },
            'a start without a session id': {
                events: [['start-session', { scenarioId: 'test-scenario' }]],
                code: 'BAD_EVENT',
                message: /sessionId/,
            },
            'a start of an unknown scenario': {
                events: [['start-session', { sessionId: 'a-new-one', scenarioId: 'no-such-scenario' }]],
                message: /scenario/i,
            },
            'a session id that is a number': {
                events: [['start-session', { sessionId: 7, scenarioId: 'test-scenario' }]],
                code: 'BAD_EVENT',
                message: /sessionId/,
            },
            'a session id that would leave its folder': {
                events: [['start-session', { sessionId: '../../etc/passwd', scenarioId: 'test-scenario' }]],
                code: 'BAD_EVENT',
                message: /session/i,
            },
            'an event without its object': { events: [['audio-chunk']], code: 'BAD_EVENT', message: /audio-chunk/ },
            'a text instead of the object': { events: [['audio-chunk', 'hello']], code: 'BAD_EVENT', message: /audio-chunk/ },
            'an event that does not exist': { events: [['launch-rocket', {}]], code: 'BAD_EVENT', message: /launch-rocket/ },
        };
        for (const [mistakeName, { events, code, message }] of Object.entries(mistakes)) {
            test(`${mistakeName} is answered by an error`, async () => {
                for (const event of events) client.emit(...event);
                const error = await client.next('error');
                assert.match(error.message, message);
                if (code) assert.equal(error.code, code);
            });
        }

        test('audio that is not base64 is answered by an error', async () => {
            client.emit('audio-chunk', { sessionId, audioData: '*** not base64 ***' });
            const error = await client.next('error');
            assert.match(error.message, /base64/);
            assert.match(error.code, /^BAD_(EVENT|AUDIO)$/);
        });

        test('a picture instead of audio is answered by an error', async () => {
            const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb004300', 'hex');
            client.emit('audio-chunk', { sessionId, audioData: jpeg.toString('base64') });
            assert.equal((await client.next('error')).code, 'BAD_AUDIO');
        });

        test('a chunk of 600 KB is answered by an error', async () => {
            client.emit('audio-chunk', { sessionId, audioData: Buffer.alloc(600_000).toString('base64') });
            const error = await client.next('error');
            assert.equal(error.code, 'AUDIO_TOO_LARGE');
            assert.equal(client.socket.connected, true);
        });

        test('an acknowledgement carries the failure instead of an event', async () => {
            const { ok, error } = await client.ask('audio-chunk', { sessionId: 'nobody-started-this', audioData: 'AAAA' });
            assert.equal(ok, false);
            assert.equal(error.code, 'SESSION_NOT_FOUND');
            assert.deepEqual(client.all('error'), []);
        });

        test('every event can be acknowledged', async () => {
            const audioData = RECORDINGS.PCM[0];
            const asked = {
                'start-session': { sessionId, scenarioId: 'test-scenario' },
                'audio-chunk': { sessionId, audioData },
                'pause-session': { sessionId },
                'resume-session': { sessionId },
                'set-language': { sessionId, language: 'en-US' },
                'playback-progress': { sessionId, turnId: '1', playedMs: 250 },
                'interrupt': { sessionId },
                'end-turn': { sessionId },
                'ping': { t: 1 },
            };
            for (const [name, body] of Object.entries(asked)) {
                assert.equal((await client.ask(name, body)).ok, true, name);
            }
            await client.next('ai-response');
        });
    });
}

describe('a failed authentication ends the connection', () => {
    const refused = {
        'no token': { options: () => ({}), message: 'Missing authentication token', code: 'UNAUTHENTICATED' },
        'an expired token': {
            options: () => ({ auth: { token: server.token('ann', { exp: 1_700_000_000 }) } }),
            message: 'Authentication failed',
            code: 'TOKEN_EXPIRED',
        },
        'a forged token': {
            options: () => ({ auth: { token: `${server.token('ann').slice(0, -6)}AAAAAA` } }),
            message: 'Authentication failed',
            code: 'UNAUTHENTICATED',
        },
        'a cookie from a foreign page': {
            options: () => ({ extraHeaders: { cookie: `token=${server.token('ann')}`, origin: 'https://elsewhere.example' } }),
            message: 'Missing authentication token',
            code: 'UNAUTHENTICATED',
        },
    };
    for (const [transportName, transports] of Object.entries(TRANSPORTS)) {
        for (const [refusedName, { options, message, code }] of Object.entries(refused)) {
            test(`${refusedName}, ${transportName}`, async () => {
                const client = connectWith(server, { ...options(), transports });
                const error = await client.next('error');
                assert.deepEqual([error.message, error.code], [message, code]);
                assert.equal(await client.next('disconnect'), 'io server disconnect');
                assert.deepEqual(client.all('connected'), []);
            });
        }
    }
});

test("somebody else's session is refused", async () => {
    const owner = connect(server, 'ann');
    const { sessionId } = await owner.start(newSession());
    const thief = connect(server, 'bob');
    thief.emit('start-session', { sessionId, scenarioId: 'test-scenario' });
    const error = await thief.next('error');
    assert.equal(error.message, 'Session not found or unauthorized');
    thief.emit('audio-chunk', { sessionId, audioData: 'AAAA' });
    await thief.next('error');
    owner.emit('transcription', { sessionId, text: 'Only for my ears.', isFinal: true });
    await owner.next('ai-response');
    assert.deepEqual(thief.events.filter(({ body }) => body?.sessionId === sessionId && body.eventSeq), []);
    owner.close();
    thief.close();
});

test('a token that expires in mid-session closes the socket, and a new one resumes', async () => {
    const short = server.token('cid', { exp: Date.now() / 1000 + 15 });
    const client = connectWith(server, { auth: { token: short } });
    const sessionId = newSession();
    await client.start(sessionId);
    assert.equal((await client.next('error')).code, 'TOKEN_EXPIRED');
    await client.next('disconnect');
    const again = connect(server, 'cid');
    assert.equal((await again.start(sessionId)).resumed, true);
    again.close();
});

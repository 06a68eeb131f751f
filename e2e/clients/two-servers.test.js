// Two servers over one database and one folder: a session is where its user went last, and nothing of it is lost or ended by the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, newSession } from '../support/client.js';
import { eventually, PATIENCE } from '../support/deadline.js';
import { countingPcm, wavData } from '../support/recordings.js';
import { withServer } from '../support/server.js';

test('who changes the server in the midst of a session goes on there, and the one they left lets go', () =>
    withServer({ GRACE_MS: '500' }, (one) =>
        withServer({ ...one.env, PORT: '0' }, async (other) => {
            const sessionId = newSession();
            const chunks = countingPcm(16_000, 8_000);
            const say = (client, seq) => client.emit('audio-chunk', { sessionId, audioData: chunks[seq], seq });
            const before = connect(one, 'ann');
            await before.start(sessionId, { thresholds: { bytes: 8_000 } });
            say(before, 0);
            await before.next('ai-response');

            // The network changes, and with it the server; the connection to the first one is not missed yet.
            const after = connect(other, 'ann');
            const started = await after.start(sessionId, { thresholds: { bytes: 8_000 } });
            assert.equal(started.throughSeq, 0);
            assert.ok(started.history.some(({ role }) => role === 'user'));
            say(after, 1);
            assert.equal((await after.next('ai-response')).turnCount, 2);

            // What the first one still gets it cannot write down: it says so, and acknowledges nothing.
            say(before, 1);
            assert.equal((await before.next('error')).code, 'SESSION_TAKEN_OVER');
            say(before, 2);
            assert.equal((await before.next('error')).code, 'SESSION_TAKEN_OVER');
            assert.equal(before.all('audio-received').length, 1);
            before.close();

            say(after, 2);
            assert.equal((await after.next('ai-response')).turnCount, 3);

            // And back again.
            const back = connect(one, 'ann');
            assert.equal((await back.start(sessionId, { thresholds: { bytes: 8_000 } })).throughSeq, 2);
            say(back, 3);
            assert.equal((await back.next('ai-response')).turnCount, 4);
            after.close(); // Its grace ends there meanwhile; it must not end the session.
            const letsGo = (line) => line.includes('Another server has the session now');
            await eventually(() => other.log.some(letsGo), PATIENCE, 'the other server to let go');
            assert.equal((await one.rest(`/roleplay/session/${sessionId}`, 'ann')).data.status, 'active');
            back.emit('end-session', { sessionId });
            await back.next('session-ended');
            back.close();

            const { data } = await one.rest(`/roleplay/session/${sessionId}`, 'ann');
            assert.equal(data.status, 'completed');
            assert.equal(data.messages.filter(({ role }) => role === 'user').length, 4);
            const stored = one.storedAudio(sessionId).map((file) => wavData(file.bytes));
            for (const chunk of chunks) assert.ok(stored.some((audio) => audio.equals(chunk)));
        })));

test('what the server that was left still stores throws nobody out of the other', () =>
    withServer({}, (one) =>
        withServer({ ...one.env, PORT: '0' }, async (other) => {
            const sessionId = newSession();
            const thresholds = { bytes: 8_000, silenceMs: 5_000 };
            const chunks = countingPcm(8_000, 4_000);
            const before = connect(one, 'ann');
            await before.start(sessionId, { thresholds });
            // Less than a segment: it is cut by the silence, when the session is elsewhere.
            before.emit('audio-chunk', { sessionId, audioData: chunks[0], seq: 0 });
            await before.ask('ping', { t: 1 });
            const after = connect(other, 'ann');
            assert.equal((await after.start(sessionId, { thresholds })).nextSeq, 0);
            assert.equal((await before.next('error')).code, 'SESSION_TAKEN_OVER');
            for (const [seq, audioData] of chunks.entries()) after.emit('audio-chunk', { sessionId, audioData, seq });
            await after.next('ai-response');
            assert.deepEqual(after.all('error'), []);
            assert.deepEqual(before.all('audio-received'), []);
            after.close();
            before.close();
        })));

test('a session that is deleted on another server ends here and leaves nothing', () =>
    withServer({}, (one) =>
        withServer({ ...one.env, PORT: '0' }, async (other) => {
            const sessionId = newSession();
            const client = connect(one, 'ann');
            await client.start(sessionId, { thresholds: { bytes: 8_000 } });
            const [first, second] = countingPcm(16_000, 8_000);
            client.emit('audio-chunk', { sessionId, audioData: first, seq: 0 });
            await client.next('ai-response');
            assert.equal((await other.rest(`/roleplay/session/${sessionId}`, 'ann', 'DELETE')).success, true);
            client.emit('audio-chunk', { sessionId, audioData: second, seq: 1 });
            assert.equal((await client.next('error')).code, 'SESSION_ENDED');
            await eventually(() => one.storedAudio(sessionId).length === 0, PATIENCE, 'the audio to be gone');
            client.close();
        })));

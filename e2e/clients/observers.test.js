// A coach watches, whispers, and never speaks; nobody watches unseen.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, connectWith, newSession } from '../support/client.js';
import { withServer } from '../support/server.js';

test('a coach watches a session, whispers to its trainee, and cannot speak in it', () =>
    withServer({}, async (server) => {
        const trainee = connect(server, 'ann');
        const sessionId = newSession();
        await trainee.start(sessionId);
        const coach = connectWith(server, { auth: { token: server.token('kim', { role: 'coach' }) } });
        await coach.next('connected');
        coach.emit('observe-session', { sessionId });
        assert.equal((await coach.next('session-started')).resumed, true);
        const joined = await trainee.next('observer-joined');
        assert.deepEqual([joined.userId, joined.role], ['kim', 'coach']);

        trainee.emit('transcription', { sessionId, text: 'Good morning.', isFinal: true });
        const [heard, watched] = await Promise.all([trainee.next('ai-response'), coach.next('ai-response')]);
        assert.deepEqual(watched, heard);
        const ofTheOldContract = await trainee.next('avatar-response');
        assert.equal(ofTheOldContract.videoUrl, '');
        assert.equal((await coach.next('avatar-response')).videoUrl, null);

        coach.emit('coach-hint', { sessionId, text: 'Ask about the budget.', to: 'trainee' });
        const hint = await trainee.next('coach-hint');
        assert.deepEqual([hint.sessionId, hint.userId, hint.text], [sessionId, 'kim', 'Ask about the budget.']);

        coach.emit('transcription', { sessionId, text: 'Let me.', isFinal: true });
        assert.equal((await coach.next('error')).code, 'FORBIDDEN');
        coach.emit('stop-observing', { sessionId });
        assert.equal((await trainee.next('observer-left')).userId, 'kim');
        trainee.close();
        coach.close();
    }));

test('a coach who practises is not taken out of their own seat by watching themselves, or by stopping it', () =>
    withServer({}, async (server) => {
        const coach = connectWith(server, { auth: { token: server.token('kim', { role: 'coach' }) } });
        const sessionId = newSession();
        await coach.start(sessionId);
        coach.emit('observe-session', { sessionId });
        const error = await coach.next('error');
        assert.equal(error.code, 'FORBIDDEN');
        assert.match(error.message, /from another one/);
        for (const name of ['observe-session', 'stop-observing']) {
            const answer = await coach.ask(name, { sessionId });
            assert.deepEqual([answer.ok, answer.error?.code], [false, 'FORBIDDEN'], name);
        }
        coach.emit('transcription', { sessionId, text: 'Good morning.', isFinal: true });
        await coach.next('ai-response');
        coach.close();
    }));

test('a trainee cannot watch, and nobody watches private practice', () =>
    withServer({}, async (server) => {
        const trainee = connect(server, 'ann');
        const sessionId = newSession();
        await trainee.start(sessionId, { practice: 'private' });
        for (const [user, role] of [['bob', 'trainee'], ['kim', 'coach'], ['root', 'admin']]) {
            const other = connectWith(server, { auth: { token: server.token(user, { role }) } });
            await other.next('connected');
            other.emit('observe-session', { sessionId });
            assert.equal((await other.next('error')).code, 'FORBIDDEN');
            other.close();
        }
        trainee.close();
    }));

// Who answers no heartbeat is gone: their session waits for them, and does not wait for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, newSession } from '../support/client.js';
import { deadline, PATIENCE } from '../support/deadline.js';
import { Frames } from '../support/frames.js';
import { withServer } from '../support/server.js';

test('a client that answers no heartbeat is let go of, and its session ends after the grace', () =>
    withServer({ GRACE_MS: '500' }, async (server) => {
        const frames = await Frames.signedIn(server, 'ann');
        const { pingInterval, pingTimeout } = frames.handshake;
        const sessionId = newSession();
        frames.send(`42${JSON.stringify(['start-session', { sessionId, scenarioId: 'test-scenario' }])}`);
        await frames.event('session-started');
        const coach = connect(server, 'kim', { auth: { token: server.token('kim', { role: 'coach' }) } });
        coach.emit('observe-session', { sessionId });
        await coach.next('session-started');

        frames.answersHeartbeats = false;
        await deadline(frames.closed, pingInterval + pingTimeout + PATIENCE, 'the silent connection to be closed');
        assert.equal((await coach.next('session-force-ended')).sessionId, sessionId);
        coach.close();
    }));

// A connection comes once: whoever leaves it is soon gone, and nothing that is under way for them meets anybody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from '../support/client.js';
import { deadline, eventually, PATIENCE } from '../support/deadline.js';
import { Frames, hello, openPolling, signedInByPolling } from '../support/frames.js';
import { withServer } from '../support/server.js';

async function connections(server) {
    const metrics = await fetch(`${server.url}/metrics`);
    return Number(/^repartee_connections (\d+)/m.exec(await metrics.text())[1]);
}

const isGone = (polled) => async () => (await polled.get()).status === 400;

test('a websocket whose client left lets nobody in again, and is closed', () =>
    withServer({}, async (server) => {
        const websocket = await Frames.signedIn(server, 'eve');
        websocket.send('41');
        websocket.send(hello(server, 'bob'));
        await deadline(websocket.closed, PATIENCE, 'the websocket to be closed');
        assert.ok(!websocket.arrived.some((frame) => frame.startsWith('40') || frame.startsWith('42')), websocket.arrived.join());
    }));

test('leaving twice and coming back in one breath leaves no connection behind', () =>
    withServer({}, async (server) => {
        const coming = Array.from({ length: 20 }, () => Frames.signedIn(server, 'eve'));
        const websockets = await Promise.all(coming);
        for (const websocket of websockets) websocket.socket._socket.cork();
        for (const websocket of websockets) {
            for (const packet of ['41', '41', hello(server, 'bob')]) websocket.send(packet);
            websocket.socket._socket.uncork();
        }
        const gone = websockets.map((websocket) => deadline(websocket.closed, PATIENCE, 'the websocket to be closed'));
        await Promise.all(gone);
        await eventually(async () => (await connections(server)) === 0, PATIENCE, 'no connection to be counted');
    }));

test('a polling client that left is soon unknown, and does not hold a server that stops', () =>
    withServer({}, async (server) => {
        const left = await signedInByPolling(server, 'eve');
        await left.post('41');
        await eventually(isGone(left), PATIENCE, 'the polling session to be unknown');
        const leaving = await signedInByPolling(server, 'bob');
        await leaving.post('41');
        const asking = leaving.get();
        await server.stop();
        await asking.catch(() => {});
    }));

test('whoever was refused while polling cannot come again as somebody else and be counted as gone', () =>
    withServer({ MAX_CONNECTIONS_PER_ADDRESS: '1' }, async (server) => {
        const polled = await openPolling(server);
        await polled.post('40{}');
        await polled.post(hello(server, 'eve'));
        await eventually(isGone(polled), PATIENCE, 'the polling session to be unknown');
        const next = connect(server, 'bob');
        await next.next('connected');
        const oneTooMany = connect(server, 'ann');
        assert.equal((await oneTooMany.next('error')).code, 'RATE_LIMITED');
    }));

test('who is one too many takes nobody’s place while they are sent away', () =>
    withServer({ MAX_CONNECTIONS_PER_ADDRESS: '1' }, async (server) => {
        const first = connect(server, 'ann');
        await first.next('connected');
        const refused = [1, 2, 3].map(() => connect(server, 'bob'));
        for (const client of refused) assert.equal((await client.next('error')).code, 'RATE_LIMITED');
        first.close();
        await eventually(async () => (await connections(server)) === 0, PATIENCE, 'the first one to be gone');
        await connect(server, 'cid').next('connected');
    }));

// A connection has one gate, however it came about: who is sent away is gone, and nobody else with them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from '../support/client.js';
import { deadline, eventually, PATIENCE } from '../support/deadline.js';
import { Frames, openPolling } from '../support/frames.js';
import { withServer } from '../support/server.js';

const hello = (server, userId) => `40${JSON.stringify({ token: server.token(userId) })}`;

async function upgraded(websocket) {
    websocket.send('2probe');
    assert.equal(await websocket.read('the answer to the probe'), '3probe');
    websocket.send('5');
}

const WAYS = {
    'at once': async (server, crowd) => {
        await crowd();
        const websocket = await Frames.open(server);
        websocket.send(hello(server, 'bob'));
        return websocket;
    },
    'after it said who it is': async (server, crowd) => {
        await crowd();
        const { handshake, post } = await openPolling(server);
        await post(hello(server, 'bob'));
        const websocket = await Frames.open(server, `EIO=4&transport=websocket&sid=${handshake.sid}`);
        await upgraded(websocket);
        return websocket;
    },
    // On a busy machine the two requests overtake each other.
    'while it says who it is': async (server, crowd) => {
        await crowd();
        const { handshake, post } = await openPolling(server);
        const websocket = await Frames.open(server, `EIO=4&transport=websocket&sid=${handshake.sid}`);
        await post(hello(server, 'bob'));
        await upgraded(websocket);
        return websocket;
    },
    'before it says who it is': async (server, crowd) => {
        await crowd();
        const { handshake } = await openPolling(server);
        const websocket = await Frames.open(server, `EIO=4&transport=websocket&sid=${handshake.sid}`);
        await upgraded(websocket);
        websocket.send(hello(server, 'bob'));
        return websocket;
    },
    'and was somebody else on it before': async (server, crowd) => {
        const websocket = await Frames.signedIn(server, 'eve');
        websocket.send('41');
        await crowd();
        websocket.send(hello(server, 'bob'));
        return websocket;
    },
};

/** Who is sent away is gone some seconds later: a slow machine may take as long to get its websocket. Then it tries again. */
const ATTEMPTS = { 'after it said who it is': 3, 'while it says who it is': 3 };

for (const [way, arrive] of Object.entries(WAYS)) {
    test(`a client that is one too many and gets its websocket ${way} is sent away`, () =>
        withServer({ MAX_CONNECTIONS_PER_ADDRESS: '1' }, async (server) => {
            const first = connect(server, 'ann', { autoConnect: false, reconnection: true });
            const crowd = () => {
                first.socket.connect();
                return eventually(() => first.all('connected').length > 0, PATIENCE, 'the first client to be there');
            };
            const sentAway = async (attempts) => {
                try {
                    const websocket = await arrive(server, crowd);
                    return { websocket, error: (await websocket.event('error'))[0] };
                } catch (error) {
                    const isGone = /was closed before|response: 400/.test(error.message);
                    if (!isGone || attempts === 1) throw error;
                    return sentAway(attempts - 1);
                }
            };
            const { websocket, error } = await sentAway(ATTEMPTS[way] ?? 1);
            assert.equal(error.code, 'RATE_LIMITED');
            await deadline(websocket.closed, PATIENCE, 'the websocket to be closed');
            first.emit('ping', {});
            await first.next('pong');
            first.close();
        }));
}

// A connection has one gate, however it came about: who is sent away is gone, and nobody else with them.
import assert from 'node:assert/strict';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';

import { connect } from '../support/client.js';
import { deadline, eventually, PATIENCE } from '../support/deadline.js';
import { Frames, hello, openPolling } from '../support/frames.js';
import { withServer } from '../support/server.js';

async function upgraded(websocket) {
    websocket.send('2probe');
    assert.equal(await websocket.read('the answer to the probe'), '3probe');
    websocket.send('5');
}

const WAYS = {
    'at once': async (server) => {
        const websocket = await Frames.open(server);
        websocket.send(hello(server, 'bob'));
        return websocket;
    },
    'after it said who it is': async (server) => {
        const { handshake, post } = await openPolling(server);
        await post(hello(server, 'bob'));
        const websocket = await Frames.open(server, `EIO=4&transport=websocket&sid=${handshake.sid}`);
        await upgraded(websocket);
        return websocket;
    },
    // On a busy machine the two requests overtake each other.
    'while it says who it is': async (server) => {
        const { handshake, post } = await openPolling(server);
        const websocket = await Frames.open(server, `EIO=4&transport=websocket&sid=${handshake.sid}`);
        await post(hello(server, 'bob'));
        await upgraded(websocket);
        return websocket;
    },
    'before it says who it is': async (server) => {
        const { handshake } = await openPolling(server);
        const websocket = await Frames.open(server, `EIO=4&transport=websocket&sid=${handshake.sid}`);
        await upgraded(websocket);
        websocket.send(hello(server, 'bob'));
        return websocket;
    },
    // The library serves every address below its own.
    'at a longer address': async (server) => {
        const { handshake } = await openPolling(server);
        const websocket = await Frames.open(server, `EIO=4&transport=websocket&sid=${handshake.sid}`, '/socket.io/x/');
        await upgraded(websocket);
        websocket.send(hello(server, 'bob'));
        return websocket;
    },
};

/** Who is sent away is gone some seconds later: a slow machine may take as long to get its websocket. Then it tries again. */
const ATTEMPTS = { 'after it said who it is': 3, 'while it says who it is': 3 };

for (const [way, arrive] of Object.entries(WAYS)) {
    test(`a client that is one too many and gets its websocket ${way} is sent away`, () =>
        withServer({ MAX_CONNECTIONS_PER_ADDRESS: '1' }, async (server) => {
            const first = connect(server, 'ann');
            await first.next('connected');
            const sentAway = async (attempts) => {
                try {
                    const websocket = await arrive(server);
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
        }));
}

test('a connection that carried requests of others becomes the websocket of one, and theirs goes on', () =>
    withServer({}, async (server) => {
        const [ann, bob] = [await openPolling(server), await openPolling(server)];
        await ann.post(hello(server, 'ann'));
        await bob.post('40{}');
        const line = new Line(server.port);
        await line.asks(`/socket.io/?EIO=4&transport=polling&sid=${ann.handshake.sid}`, 'X-Of: ann\r\nUpgrade: x');
        assert.match(await line.reads('{"message":"Connected'), /^HTTP\/1.1 200/);
        const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUpgrade: websocket\r\nConnection: Upgrade';
        await line.asks(`/socket.io/?EIO=4&transport=websocket&sid=${bob.handshake.sid}`, key);
        assert.match(await line.reads('\r\n\r\n'), /^HTTP\/1.1 101/);
        for (const packet of ['2probe', '5']) line.sends(packet);
        // Whose token is missing is sent away.
        await deadline(line.closed, PATIENCE, 'the websocket to be closed');
        await ann.post('42["ping",{"t":1}]');
        assert.match(await (await ann.get()).text(), /"pong"/);
    }));

/** One TCP connection, byte by byte. */
class Line {
    constructor(port) {
        this.socket = connectTcp(port, '127.0.0.1');
        this.text = '';
        this.socket.on('data', (data) => {
            this.text += data.toString('latin1');
        });
        this.socket.on('error', () => {});
        this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    }

    asks(path, headers) {
        this.text = '';
        this.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`);
    }

    async reads(part) {
        await eventually(() => this.text.includes(part), PATIENCE, part);
        return this.text;
    }

    /** A text frame, masked with nothing. */
    sends(text) {
        this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]));
    }
}

// The rules of Engine.IO v4 that our set-up touches, frame by frame.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { connect, newSession } from '../support/client.js';
import { deadline, PATIENCE } from '../support/deadline.js';
import { Frames, hello, openPolling, packetsOf, polling, signedInByPolling } from '../support/frames.js';
import { startServer } from '../support/server.js';

let server;

before(async () => {
    server = await startServer();
});
after(() => server?.stop());

const MIB = 1024 * 1024;

function assertHandshake(handshake, upgrades) {
    assert.equal(typeof handshake.sid, 'string');
    assert.deepEqual(handshake.upgrades, upgrades);
    assert.equal(handshake.pingInterval, 25_000);
    assert.ok(handshake.pingTimeout >= 20_000);
    assert.ok(handshake.maxPayload >= 700_000, 'a chunk of the allowed size fits');
    assert.ok(handshake.maxPayload <= 4 * MIB);
}

describe('handshake', () => {
    test('a websocket opens with the session', async () => {
        const frames = await Frames.open(server);
        const open = await frames.read();
        assert.equal(open[0], '0');
        assertHandshake(JSON.parse(open.slice(1)), []);
        frames.close();
    });

    test('polling opens with the session and offers the upgrade', async () => {
        const { handshake } = await openPolling(server);
        assertHandshake(handshake, ['websocket']);
    });

    for (const [name, query] of Object.entries({
        'without a transport': 'EIO=4',
        'with an unknown transport': 'EIO=4&transport=pigeon',
        'with an unknown session': 'EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA',
        'of protocol 3': 'EIO=3&transport=polling',
        'without a protocol': 'transport=polling',
    })) {
        test(`a request ${name} is refused`, async () => {
            const answer = await fetch(`${server.url}/socket.io/?${query}`);
            assert.equal(answer.status, 400);
        });
    }

    test('only GET and POST are served', async () => {
        const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { method: 'DELETE' });
        assert.ok(answer.status >= 400 && answer.status < 500);
    });
});

describe('heartbeat', () => {
    test('the server pings and goes on when it hears the pong', async () => {
        const frames = await Frames.open(server);
        await frames.read();
        await deadline(frames.pinged, PATIENCE, 'a ping');
        frames.send(hello(server, 'ann'));
        await frames.event('connected');
        frames.close();
    });
});

describe('close', () => {
    test('a close packet ends a websocket', async () => {
        const frames = await Frames.signedIn(server, 'ann');
        frames.send('1');
        await deadline(frames.closed, PATIENCE, 'the websocket to close');
    });

    test('a close packet ends polling', async () => {
        const { post, get } = await openPolling(server);
        await post('1');
        assert.equal((await get()).status, 400);
    });
});

describe('polling', () => {
    test('packets travel together in one payload', async () => {
        const session = await signedInByPolling(server, 'bea');
        await session.post('42["ping",{"t":1}]\x1e42["ping",{"t":2}]');
        const pongs = [];
        while (pongs.length < 2) pongs.push(...(await packetsOf(await session.get())));
        assert.deepEqual(pongs.map((packet) => JSON.parse(packet.slice(2))[1].t), [1, 2]);
    });

    test('a payload over the limit is refused and others go on', async () => {
        const other = connect(server, 'cid');
        const session = await openPolling(server);
        const answer = await session.post(`4${'x'.repeat(session.handshake.maxPayload + 1)}`);
        assert.equal(answer.status, 413);
        await other.start(newSession());
        other.close();
    });

    test('garbage is refused', async () => {
        const { post } = await openPolling(server);
        assert.equal((await post('?what is this')).status, 400);
    });
});

describe('upgrade', () => {
    test('a polling session moves to a websocket', async () => {
        const session = await signedInByPolling(server, 'dan');
        const pending = session.get();
        const frames = await Frames.open(server, `EIO=4&transport=websocket&sid=${session.handshake.sid}`);
        frames.send('2probe');
        assert.equal(await frames.read(), '3probe');
        assert.deepEqual(await packetsOf(await pending), ['6']);
        frames.send('5');
        frames.send('42["ping",{"t":7}]');
        assert.equal((await frames.event('pong'))[0].t, 7);
        frames.close();
    });

    test('a wrong probe is refused and harms nobody else', async () => {
        const other = await signedInByPolling(server, 'fay');
        const session = await signedInByPolling(server, 'eve');
        const frames = await Frames.open(server, `EIO=4&transport=websocket&sid=${session.handshake.sid}`);
        frames.send('2what');
        await deadline(frames.closed, PATIENCE, 'the probe to be refused');
        await other.post('42["ping",{"t":8}]');
        assert.match((await packetsOf(await other.get())).join(), /"t":8/);
    });

    test('an upgrade of an unknown session is refused', async () => {
        await assert.rejects(Frames.open(server, 'EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA'));
    });
});

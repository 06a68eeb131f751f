// Ways around the gate that bounds what one client sends: none of them fills the memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deadline, eventually, PATIENCE } from '../support/deadline.js';
import { Frames, signedInByPolling } from '../support/frames.js';
import { withServer } from '../support/server.js';

const MIB = 1024 * 1024;

/** By how many MiB the server grows meanwhile. */
async function growth(server, during) {
    const before = server.memory();
    await during();
    return Math.round((server.memory('VmHWM') - before) / 1024);
}

test('small events in large bodies, many at once, do not fill the memory', () =>
    withServer({}, async (server) => {
        const body = Array.from({ length: 120_000 }, () => '42["a"]').join('\x1e');
        const grown = await growth(server, async () => {
            const polled = await signedInByPolling(server, 'ann');
            await Promise.allSettled(Array.from({ length: 8 }, () => polled.post(body)));
        });
        assert.ok(grown < 80, `the server grew by ${grown} MiB`);
    }));

test('answers that nobody reads do not fill the memory, not even those to whoever is not signed in', () =>
    withServer({}, async (server) => {
        const grown = await growth(server, async () => {
            const frames = await Frames.open(server);
            await frames.read('the handshake');
            frames.socket.pause();
            // What belongs to no namespace is answered with its own name.
            const unknown = `40/${'a'.repeat(4 * MIB)},`;
            for (let sent = 0; sent < 60; sent++) frames.send(unknown);
            // Who is paused does not see that it was closed.
            await deadline(frames.closed, 12_000, 'the websocket to be closed').catch(() => frames.close());
        });
        assert.ok(grown < 80, `the server grew by ${grown} MiB`);
    }));

test('a client that asks for more acknowledgements than it reads is disconnected, as with events', () =>
    withServer({ RATE_EVENTS_PER_SECOND: '0' }, async (server) => {
        const polled = await signedInByPolling(server, 'ann');
        const body = Array.from({ length: 2_000 }, (_, id) => `42${id}["ping",{}]`).join('\x1e');
        await polled.post(body);
        const isGone = async () => (await polled.get()).status === 400;
        await eventually(isGone, PATIENCE, 'the polling session to be unknown');
        await eventually(() => server.log.some((line) => line.includes('does not read')), PATIENCE, 'the log to say so');
    }));

// The rules of Socket.IO v5 that our set-up touches, and every way to break them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { connect, newSession, newUser } from '../support/client.js';
import { deadline, PATIENCE } from '../support/deadline.js';
import { Frames, hello } from '../support/frames.js';
import { countingPcm } from '../support/recordings.js';
import { startServer } from '../support/server.js';

let server;

before(async () => {
    server = await startServer();
});
after(() => server?.stop());

describe('connect', () => {
    test('the answer names the socket, and "connected" follows', async () => {
        const frames = await Frames.open(server);
        await frames.read();
        frames.send(hello(server, 'ann'));
        const answer = await frames.read();
        assert.equal(answer.slice(0, 2), '40');
        assert.equal(typeof JSON.parse(answer.slice(2)).sid, 'string');
        assert.match(await frames.read(), /^42\["connected",\{"message":"Connected to real-time server"/);
        frames.close();
    });

    test('a second CONNECT changes nothing', async () => {
        const frames = await Frames.signedIn(server, 'ann');
        frames.send(hello(server, 'ann'));
        frames.send('42["ping",{"t":1}]');
        assert.equal((await frames.event('pong'))[0].t, 1);
        frames.close();
    });

    test('an event before CONNECT closes the connection', async () => {
        // Whoever never connects is let go of too, but the one who came first sooner.
        const silent = await Frames.open(server);
        const frames = await Frames.open(server);
        frames.send('42["ping",{"t":1}]');
        const closed = [frames.closed.then(() => 'frames'), silent.closed.then(() => 'silent')];
        assert.equal(await deadline(Promise.race(closed), PATIENCE, 'a websocket to close'), 'frames');
        silent.close();
    });

    test('an unknown namespace is refused', async () => {
        const frames = await Frames.signedIn(server, 'ann');
        frames.send('40/elsewhere,{}');
        const refusal = await frames.read();
        assert.match(refusal, /^44\/elsewhere,\{"message":/);
        frames.send('42["ping",{"t":2}]');
        assert.equal((await frames.event('pong'))[0].t, 2);
        frames.close();
    });
});

describe('acknowledgements', () => {
    test('an answer carries the number of its question, and questions keep their order', async () => {
        const frames = await Frames.signedIn(server, 'bea');
        for (const number of [7, 0, 4_000_000_000]) {
            frames.send(`42${number}["ping",{"t":${number}}]`);
        }
        const answers = [];
        while (answers.length < 3) {
            const frame = await frames.read('an acknowledgement');
            if (frame.startsWith('43')) answers.push(/^43(\d+)\[\{"ok":true/.exec(frame)?.[1]);
        }
        assert.deepEqual(answers, ['7', '0', '4000000000']);
        frames.close();
    });

    test('an acknowledgement that nobody waits for is ignored', async () => {
        const frames = await Frames.signedIn(server, 'bea');
        frames.send('4399[{}]');
        frames.send('42["ping",{"t":3}]');
        assert.equal((await frames.event('pong'))[0].t, 3);
        frames.close();
    });
});

describe('binary', () => {
    test('audio travels as an attachment behind a placeholder', async () => {
        const frames = await Frames.signedIn(server, 'cid');
        const sessionId = newSession();
        frames.send(`42["start-session",{"sessionId":"${sessionId}","scenarioId":"test-scenario"}]`);
        await frames.event('session-started');
        const [audio] = countingPcm(16_000, 32_000);
        frames.send(`451-["audio-chunk",{"sessionId":"${sessionId}","audioData":{"_placeholder":true,"num":0}}]`);
        frames.send(audio);
        assert.equal((await frames.event('audio-received'))[0].audioSize, audio.length);
        frames.close();
    });
});

describe('a broken packet harms nobody else', () => {
    const broken = {
        'an empty frame': [''],
        'an unknown Engine.IO type': ['9'],
        'an unknown Socket.IO type': ['49'],
        'an event without its array': ['42'],
        'an empty array': ['42[]'],
        'an event name that is a number': ['42[7,{}]'],
        'an object instead of the array': ['42{}'],
        'truncated JSON': ['42["ping",{"t":'],
        'invalid UTF-8 escapes': ['42["ping",{"t":"\\ud800"}]'],
        'a bad acknowledgement number': ['42abc["ping"]'],
        'an acknowledgement number beyond 64 bits': ['4299999999999999999999["ping"]'],
        'a binary frame without a header': [Buffer.from([1, 2, 3])],
        'text between a header and its attachment': ['451-["audio-chunk",{"_placeholder":true,"num":0}]', '42["ping"]'],
        'a header that announces more attachments than anybody has': ['4599999999-["audio-chunk",{}]'],
        'more attachments than announced': [
            '451-["audio-chunk",{"_placeholder":true,"num":0}]', Buffer.alloc(8), Buffer.alloc(8),
        ],
        'a placeholder that points nowhere': ['451-["audio-chunk",{"_placeholder":true,"num":5}]', Buffer.alloc(8)],
        'a hundred thousand nested arrays': [`42["ping",${'['.repeat(100_000)}`],
        'an escaped event name': ['42["p\\u00efng\\"",{}]'],
        'a frame far over the limit': ['4'.padEnd(17 * 1024 * 1024, 'x')],
        'an upgrade that was never asked for': ['5'],
        'a multibyte character cut in the type': ['é'],
    };
    for (const [name, packets] of Object.entries(broken)) {
        test(name, async () => {
            const other = connect(server, newUser());
            const sessionId = newSession();
            await other.start(sessionId);
            const frames = await Frames.signedIn(server, newUser());
            for (const packet of packets) frames.send(packet);
            // Either the connection is closed or it goes on: in both cases it is decided, and the others live.
            frames.send('42["ping",{"t":9}]');
            const pong = frames.event('pong');
            pong.catch(() => {}); // Nobody waits for it once the connection is closed.
            await deadline(Promise.race([frames.closed, pong]), PATIENCE, 'the server to decide');
            frames.close();
            other.emit('transcription', { sessionId, text: 'Still here.', isFinal: true });
            await other.next('ai-response');
            other.close();
        });
    }
});

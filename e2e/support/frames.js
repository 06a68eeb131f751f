// Engine.IO and Socket.IO spoken by hand, frame by frame.
import { WebSocket } from 'ws';

import { deadline, PATIENCE } from './deadline.js';

/** With this a client says who it is. */
export const hello = (server, userId) => `40${JSON.stringify({ token: server.token(userId) })}`;

/** A websocket whose frames are read one by one. */
export class Frames {
    static async open(server, query = 'EIO=4&transport=websocket', path = '/socket.io/') {
        const frames = new Frames(new WebSocket(`ws://127.0.0.1:${server.port}${path}?${query}`));
        await deadline(frames.opened, PATIENCE, 'the websocket to open');
        return frames;
    }

    constructor(socket) {
        this.socket = socket;
        this.arrived = [];
        this.readers = [];
        // As every client does.
        this.answersHeartbeats = true;
        this.opened = new Promise((resolve, reject) => {
            socket.on('open', resolve);
            socket.on('error', reject);
        });
        this.closed = new Promise((resolve) => socket.on('close', resolve));
        // The first one may come right behind the handshake, before anybody asks for it.
        this.pinged = new Promise((resolve) => socket.on('message', (data) => data.toString() === '2' && resolve()));
        socket.on('error', () => {});
        socket.on('message', (data, isBinary) => {
            const frame = isBinary ? data : data.toString();
            if (frame === '2') return this.answersHeartbeats && socket.send('3');
            const reader = this.readers.shift();
            if (reader) reader(frame);
            else this.arrived.push(frame);
        });
    }

    send(frame) {
        this.socket.send(frame);
    }

    read(what = 'a frame') {
        if (this.arrived.length > 0) return Promise.resolve(this.arrived.shift());
        const come = new Promise((resolve) => this.readers.push(resolve));
        const closed = this.closed.then(() => {
            throw new Error(`the websocket was closed before ${what}`);
        });
        return deadline(Promise.race([come, closed]), PATIENCE, what);
    }

    /** Reads until a Socket.IO event of this name; returns its arguments. */
    async event(name) {
        for (;;) {
            const frame = await this.read(`"${name}"`);
            const packet = typeof frame === 'string' && /^42\d*(\[.*)$/s.exec(frame);
            const [found, ...args] = packet ? JSON.parse(packet[1]) : [];
            if (found === name) return args;
        }
    }

    /** The Engine.IO handshake and the Socket.IO one, up to `connected`. */
    static async signedIn(server, userId) {
        const frames = await Frames.open(server);
        frames.handshake = JSON.parse((await frames.read()).slice(1));
        frames.send(hello(server, userId));
        await frames.event('connected');
        return frames;
    }

    close() {
        this.socket.terminate();
    }
}

export function polling(server, sid) {
    const url = `${server.url}/socket.io/?EIO=4&transport=polling${sid ? `&sid=${sid}` : ''}`;
    return {
        get: () => fetch(url, { signal: AbortSignal.timeout(PATIENCE) }),
        post: (body) => fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain;charset=UTF-8' }, body }),
    };
}

export async function openPolling(server) {
    const answer = await polling(server).get();
    const handshake = JSON.parse((await answer.text()).slice(1));
    return { handshake, ...polling(server, handshake.sid) };
}

/** A polling client up to `connected`. */
export async function signedInByPolling(server, userId) {
    const polled = await openPolling(server);
    await polled.post(hello(server, userId));
    const seen = [];
    while (!seen.some((packet) => packet.includes('"connected"'))) seen.push(...(await packetsOf(await polled.get())));
    return polled;
}

/** The packets of a polling answer, without heartbeats. */
export async function packetsOf(answer) {
    return (await answer.text()).split('\x1e').filter((packet) => packet !== '2');
}

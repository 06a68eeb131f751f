// An unmodified Socket.IO client whose events are kept in order, so that a test can ask for the next one of a name.
import { randomUUID } from 'node:crypto';

import { io as newest } from 'socket.io-client';
import { io as version3 } from 'socket.io-client-3';

import { deadline, eventually, PATIENCE } from './deadline.js';

export const CLIENTS = { 'socket.io-client 4': newest, 'socket.io-client 3': version3 };
export const TRANSPORTS = {
    'websocket only': ['websocket'],
    'polling only': ['polling'],
    'polling, then upgrade': ['polling', 'websocket'],
};

/** Connects as `userId`; the options are socket.io-client's own. */
export function connect(server, userId, options = {}, io = newest) {
    return connectWith(server, { auth: { token: server.token(userId) }, ...options }, io);
}

export function connectWith(server, options, io = newest) {
    const client = new Client(io(server.url, { forceNew: true, reconnection: false, transports: ['websocket'], ...options }));
    server.clients.push(client);
    return client;
}

export function newSession() {
    return `e2e-${randomUUID()}`;
}

export function newUser() {
    return `user-${randomUUID()}`;
}

class Client {
    constructor(socket) {
        this.socket = socket;
        this.events = [];
        this.taken = new Map();
        this.waiting = new Set();
        socket.onAny((name, body) => this.arrived(name, body));
        socket.on('disconnect', (reason) => this.arrived('disconnect', reason));
        socket.on('connect_error', (error) => this.arrived('connect_error', error.message));
    }

    arrived(name, body) {
        this.events.push({ name, body });
        for (const look of [...this.waiting]) look();
    }

    /** The body of the next event of this name that no earlier call has taken. */
    async next(name, within = PATIENCE) {
        const place = this.taken.get(name) ?? 0;
        this.taken.set(name, place + 1);
        const find = () => this.events.filter((event) => event.name === name)[place];
        if (find()) return find().body;
        let look;
        const found = new Promise((resolve) => {
            look = () => find() && resolve(find().body);
            this.waiting.add(look);
        });
        try {
            return await deadline(found, within, `"${name}"`);
        } catch (error) {
            const seen = this.events.slice(-40).map((event) => `${event.name} ${JSON.stringify(event.body)?.slice(0, 200)}`);
            throw new Error(`${error.message}; there came:\n${seen.join('\n')}`);
        } finally {
            this.waiting.delete(look);
        }
    }

    all(name) {
        return this.events.filter((event) => event.name === name).map((event) => event.body);
    }

    emit(name, ...args) {
        this.socket.emit(name, ...args);
    }

    /** Emits with an acknowledgement and returns the answer. */
    ask(name, ...args) {
        return deadline(new Promise((resolve) => this.socket.emit(name, ...args, resolve)), PATIENCE, `the answer to "${name}"`);
    }

    async start(sessionId, extra = {}) {
        this.emit('start-session', { sessionId, scenarioId: 'test-scenario', ...extra });
        return this.next('session-started');
    }

    /** Waits until it is where its transports lead to: an upgrade takes place beside everything else. */
    settledOn(transports) {
        const last = transports.at(-1);
        return eventually(() => this.socket.io.engine.transport.name === last, PATIENCE, `the transport to be ${last}`);
    }

    close() {
        this.socket.disconnect();
    }
}

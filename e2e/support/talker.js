// Somebody who talks with the persona as a browser does: an open microphone that sends all the time, a loudspeaker that
// plays what comes and says how far it is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const RATE = 16_000;
const PIECE_MS = 100;
const PIECE = (RATE * PIECE_MS) / 1000;
const FRAME_MS = 40;
const WAV_HEADER = 44;

const sentence = readFileSync(join(import.meta.dirname, '../../crates/audio/tests/fixtures/sentence.wav')).subarray(WAV_HEADER);

/** The sentence from there on, for so long. */
export function speech(fromMs, lengthMs) {
    const bytes = (ms) => (ms * RATE * 2) / 1000;
    return sentence.subarray(bytes(fromMs), bytes(fromMs + lengthMs));
}

export class Talker {
    constructor(client, sessionId) {
        this.client = client;
        this.sessionId = sessionId;
        this.queue = Buffer.alloc(0);
        this.sent = 0;
        this.players = new Map();
        this.frames = [];
        this.reported = new Map();
        client.socket.on('audio-frame', (frame) => this.onFrame(frame));
        client.socket.on('interrupted', ({ turnId }) => this.players.delete(turnId));
        client.socket.on('session-state', ({ state }) => this.hold(state === 'hearing'));
    }

    /** Sends silence, or what is queued, until it is closed. */
    open() {
        this.timer = setInterval(() => this.tick(), PIECE_MS);
        return this;
    }

    close() {
        clearInterval(this.timer);
    }

    /** Says this next. */
    say(samples) {
        this.queue = Buffer.concat([this.queue, samples]);
        return this;
    }

    tick() {
        const piece = Buffer.alloc(PIECE * 2);
        const taken = this.queue.copy(piece, 0, 0, piece.length);
        this.queue = this.queue.subarray(taken);
        this.client.emit('audio-chunk', { sessionId: this.sessionId, seq: this.sent++, audioData: piece });
        for (const player of this.players.values()) this.report(player);
    }

    onFrame(frame) {
        this.frames.push(frame);
        const player = this.players.get(frame.turnId) ?? { turnId: frame.turnId, buffered: 0, played: 0, since: performance.now() };
        player.buffered += FRAME_MS;
        this.players.set(frame.turnId, player);
    }

    hold(held) {
        for (const player of this.players.values()) {
            this.advance(player);
            player.held = held;
        }
    }

    advance(player) {
        const now = performance.now();
        if (!player.held) player.played = Math.min(player.buffered, player.played + now - player.since);
        player.since = now;
    }

    report(player) {
        this.advance(player);
        if (player.held || player.done) return;
        const ended = this.client.all('audio-end').some(({ turnId }) => turnId === player.turnId);
        player.done = ended && player.played >= player.buffered;
        this.reported.set(player.turnId, player.played);
        this.client.emit('playback-progress', { sessionId: this.sessionId, turnId: player.turnId, playedMs: player.played, done: player.done });
    }
}

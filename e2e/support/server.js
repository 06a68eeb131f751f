// The real server on a free port with a folder of its own. What it logs as an error, or that it left somebody behind, fails the test.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { createInterface } from 'node:readline';

import { deadline, PATIENCE } from './deadline.js';

const BINARY = process.env.SERVER_BINARY ?? join(import.meta.dirname, '../../target/debug/repartee');
const JWT_SECRET = 'a secret that only these tests know, and long enough';

export async function startServer(env = {}) {
    const server = new Server(env);
    await server.start();
    return server;
}

/** A server for one test only, which ends with it however the test ends. */
export async function withServer(env, body) {
    const server = await startServer(env);
    try {
        await body(server);
        await server.stop();
    } finally {
        server.abandon();
    }
}

class Server {
    constructor(env) {
        this.dataFolder = mkdtempSync(join(tmpdir(), 'repartee-e2e-'));
        this.env = { PORT: '0', DATA_DIR: this.dataFolder, JWT_SECRET, LOG_FORMAT: 'json', ...env };
        this.log = [];
        this.clients = [];
        this.hasCrashed = false;
        this.expectedErrors = [];
    }

    async start() {
        this.process = spawn(BINARY, ['serve'], {
            // Away from the checkout: a developer's .env must not reach the test.
            cwd: this.dataFolder,
            env: { ...process.env, ...this.env },
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        // Not its exit: what it logged last is still to be read then.
        this.exited = once(this.process, 'close');
        const ready = new Promise((resolve) => {
            for (const stream of [this.process.stdout, this.process.stderr]) {
                createInterface({ input: stream }).on('line', (line) => {
                    this.log.push(line);
                    const url = /Repartee is ready: (http\S+)/.exec(line)?.[1];
                    if (url) resolve(url);
                });
            }
        });
        const failed = this.exited.then(([code]) => {
            throw new Error(`the server ended with ${code}:\n${this.log.join('\n')}`);
        });
        failed.catch(() => {});
        try {
            this.url = await deadline(Promise.race([ready, failed]), PATIENCE, 'the server to be ready');
        } catch (error) {
            this.abandon();
            throw error;
        }
        this.port = Number(new URL(this.url).port);
    }

    /** Ends it as an operator does: before its own deadline, or it would say so. What it recorded must replay. */
    async stop() {
        this.process.kill('SIGTERM'); // No harm where it has ended already.
        try {
            await deadline(this.exited, PATIENCE, 'the server to end after SIGTERM');
            this.replay();
        } finally {
            this.abandon();
            rmSync(this.dataFolder, { recursive: true, force: true });
        }
        assert.deepEqual(this.unexpectedErrors(), []);
    }

    /** However its test ended, nothing keeps the runner waiting: a client that looks for its server would. */
    abandon() {
        this.process.kill('SIGKILL');
        for (const client of this.clients) client.close();
    }

    /** Every session that was recorded does the same again. */
    replay() {
        if (!this.env.RECORD_SESSIONS) return;
        const folder = join(this.dataFolder, this.env.RECORD_SESSIONS);
        const files = readdirSync(folder).map((name) => join(folder, name));
        assert.ok(files.length > 0, 'nothing was recorded');
        const { status, stdout, stderr } = spawnSync(BINARY, ['replay', ...files], { encoding: 'utf8' });
        assert.equal(status, 0, `${stdout}${stderr}`);
        // Only a crash may come before the first line.
        assert.ok(this.hasCrashed || !stdout.includes(': empty, '), stdout);
    }

    /** Ends it as a power cut does, and starts it again on the same data. */
    async crashAndRestart() {
        this.hasCrashed = true;
        this.process.kill('SIGKILL');
        await this.exited;
        await this.start();
    }

    unexpectedErrors() {
        const isError = (line) => /"level":"ERROR"|\bERROR\b|panicked at|stopped before everybody had left/.test(line);
        return this.log.filter((line) => isError(line) && !this.expectedErrors.some((expected) => expected.test(line)));
    }

    token(userId, claims = {}) {
        const now = Math.floor(Date.now() / 1000);
        const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const body = { userId, email: `${userId}@example.com`, role: 'USER', iat: now, exp: now + 3600, ...claims };
        const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(body)}`;
        return `${signed}.${createHmac('sha256', this.env.JWT_SECRET).update(signed).digest('base64url')}`;
    }

    async rest(path, userId, method = 'GET') {
        const headers = { authorization: `Bearer ${this.token(userId)}` };
        const answer = await fetch(`${this.url}/api${path}`, { method, headers });
        return { status: answer.status, ...(await answer.json()) };
    }

    /**
     * The stored audio of a session, in order: `[{name, bytes}]`. Of a segment that two processes stored it is what the later one
     * did: the earlier one died before it was written down.
     */
    storedAudio(sessionId) {
        const folder = join(this.dataFolder, 'objects');
        const inSession = `${sep}${sessionId.replaceAll('-', '--')}${sep}audio${sep}`;
        const names = readdirSync(folder, { recursive: true }).filter((name) => `${sep}${name}`.includes(inSession));
        const paths = names.map((name) => join(folder, name));
        const oldestFirst = paths.sort((one, other) => statSync(one).mtimeMs - statSync(other).mtimeMs);
        const bySegment = new Map(oldestFirst.map((path) => [basename(path).split('.')[0], path]));
        return [...bySegment.keys()].sort().map((number) => {
            const name = bySegment.get(number);
            return { name, bytes: readFileSync(name) };
        });
    }

    /** Resident memory in KiB: what it is now (`VmRSS`) or has been at most (`VmHWM`). */
    memory(which = 'VmRSS') {
        const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
        return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)[1]);
    }
}

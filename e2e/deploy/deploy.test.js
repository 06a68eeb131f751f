// The files that describe a deployment are well formed, and nginx in front of the server carries every transport.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { parse } from 'yaml';

import { connect, newSession, TRANSPORTS } from '../support/client.js';
import { eventually, PATIENCE } from '../support/deadline.js';
import { RECORDINGS } from '../support/recordings.js';
import { startServer } from '../support/server.js';

const ROOT = join(import.meta.dirname, '../..');
const NGINX = spawnSync('nginx', ['-v']).status === 0;

describe('docker-compose.yml', () => {
    const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'));

    test('names the services of the product', () => {
        assert.deepEqual(Object.keys(compose.services), ['nginx', 'server', 'postgres', 'redis', 'minio', 'bucket', 'speech']);
    });

    test('waits only for services that it has, in a state that they can reach', () => {
        for (const [name, service] of Object.entries(compose.services)) {
            for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
                const other = compose.services[needed];
                assert.ok(other, `${name} waits for ${needed}`);
                const healthChecked = other.healthcheck || other.build;
                assert.ok(condition !== 'service_healthy' || healthChecked, `${needed} has no health check`);
            }
        }
    });

    test('declares every volume that it uses', () => {
        const used = Object.values(compose.services)
            .flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]))
            .filter((volume) => !volume.startsWith('.'));
        assert.deepEqual(new Set(used), new Set(Object.keys(compose.volumes)));
    });

    test('gives the server only settings that it knows', () => {
        const known = readFileSync(join(ROOT, '.env.example'), 'utf8');
        for (const variable of Object.keys(compose.services.server.environment)) {
            assert.match(known, new RegExp(`^#? ?${variable}=`, 'm'));
        }
    });
});

test('through nginx a session is played over every transport', { skip: !NGINX && 'nginx is not installed' }, async () => {
    const server = await startServer();
    let nginx;
    try {
        nginx = await startNginx(server.port);
        for (const transports of Object.values(TRANSPORTS)) {
            const client = connect({ url: nginx.url, clients: server.clients, token: (user) => server.token(user) }, 'ann', { transports });
            const { sessionId } = await client.start(newSession());
            for (const audioData of RECORDINGS.PCM.slice(0, 4)) client.emit('audio-chunk', { sessionId, audioData });
            await client.next('ai-response');
            const { audioUrl } = await client.next('avatar-response');
            assert.equal(new URL(audioUrl).origin, nginx.url, 'a browser finds it where it found the server');
            assert.equal((await fetch(audioUrl)).status, 200);
            await client.settledOn(transports);
            client.close();
        }
    } finally {
        await nginx?.stop();
        await server.stop();
    }
});

/** The port was free when it was chosen: who else took it meanwhile has it, and nginx another one. */
async function startNginx(serverPort) {
    for (let attempt = 1; ; attempt++) {
        const nginx = await launchNginx(serverPort);
        if (await nginx.isUp()) return nginx;
        await nginx.stop();
        assert.ok(attempt < 3, 'nginx does not come up');
    }
}

/** nginx by our own configuration, with nothing changed but addresses. */
async function launchNginx(serverPort) {
    const folder = mkdtempSync(join(tmpdir(), 'repartee-nginx-'));
    const port = await freePort();
    const file = join(folder, 'nginx.conf');
    const changes = [
        ['server server:3001;', `server 127.0.0.1:${serverPort};`],
        ['listen 80;', `listen 127.0.0.1:${port};`],
        ['pid /tmp/nginx.pid;', `pid ${folder}/nginx.pid;`],
    ];
    let configuration = readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8');
    for (const [from, to] of changes) {
        assert.ok(configuration.includes(from), `deploy/nginx.conf has "${from}"`);
        configuration = configuration.replace(from, to);
    }
    writeFileSync(file, configuration);
    const start = ['-e', 'stderr', '-c', file, '-g', 'daemon off;'];
    const check = spawnSync('nginx', ['-t', ...start], { encoding: 'utf8' });
    assert.equal(check.status, 0, check.stderr);

    const process = spawn('nginx', start, { stdio: ['ignore', 'ignore', 'inherit'] });
    const exited = once(process, 'exit');
    const url = `http://127.0.0.1:${port}`;
    const answers = () => fetch(`${url}/healthz`).then(({ ok, headers }) => ok && headers.get('server') === 'nginx', () => false);
    return {
        url,
        isUp: () => {
            const isDecided = () => process.exitCode !== null || answers();
            return eventually(isDecided, PATIENCE, 'nginx').then(() => process.exitCode === null, () => false);
        },
        stop: async () => {
            process.kill('SIGTERM');
            await exited;
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

async function freePort() {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    await once(probe, 'close');
    return port;
}

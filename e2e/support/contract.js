// The fields of the server's events: those of the original contract, which are law, and Repartee's additions.
// A field that stands in neither list is a mistake, and so is a wrong type.
import assert from 'node:assert/strict';

const ABOUT_A_SESSION = { sessionId: 'string', eventSeq: 'integer', timestamp: 'time' };

const EVENTS = {
    'connected': { law: { message: 'string' }, added: { timestamp: 'time' } },
    'session-started': {
        law: { sessionId: 'string', maxTurns: 'integer', buyerPersona: 'object', audioConfig: 'object', timestamp: 'time' },
        added: {
            eventSeq: 'integer?', resumed: 'boolean', throughSeq: 'integer?', nextSeq: 'integer', lastEventSeq: 'integer', history: 'array',
            turnDetection: 'string', language: 'string', limits: 'object', providers: 'object',
        },
    },
    'session-state': { added: { ...ABOUT_A_SESSION, state: 'string', turnId: 'string?' } },
    'audio-received': {
        law: { audioSize: 'integer', timestamp: 'time' },
        added: { ...ABOUT_A_SESSION, segmentId: 'string', throughSeq: 'integer?', durationMs: 'integer', objectKey: 'string?' },
    },
    'transcription-partial': { added: { ...ABOUT_A_SESSION, turnId: 'string', text: 'string', stableChars: 'integer' } },
    'transcription': {
        law: { text: 'string', timestamp: 'time' },
        added: {
            ...ABOUT_A_SESSION, turnId: 'string', language: 'string?', confidence: 'number?', provider: 'string?',
            demo: 'boolean?', audio: 'object?',
        },
    },
    'ai-response-delta': { added: { ...ABOUT_A_SESSION, turnId: 'string', index: 'integer', text: 'string' } },
    'ai-response': {
        law: { text: 'string', turnCount: 'integer', maxTurns: 'integer', timestamp: 'time' },
        added: {
            ...ABOUT_A_SESSION, turnId: 'string', provider: 'string', demo: 'boolean?', finishReason: 'string', usage: 'object?',
        },
    },
    'avatar-response': {
        law: { videoUrl: 'string?', audioUrl: 'string', duration: 'integer', timestamp: 'time' },
        added: {
            ...ABOUT_A_SESSION, turnId: 'string', kind: 'string', visemes: 'array?', expression: 'string?', provider: 'string?',
            demo: 'boolean?',
        },
    },
    'interrupted': {
        added: { ...ABOUT_A_SESSION, turnId: 'string', heardMs: 'integer', heardText: 'string', reason: 'string' },
    },
    'speech-started': { added: { ...ABOUT_A_SESSION, atMs: 'integer' } },
    'speech-stopped': { added: { ...ABOUT_A_SESSION, atMs: 'integer', endOfTurn: 'boolean' } },
    'audio-frame': {
        added: {
            ...ABOUT_A_SESSION, turnId: 'string', frame: 'integer', codec: 'string', sampleRate: 'integer', durationMs: 'integer',
            audioData: 'audio', text: 'string?',
        },
    },
    'audio-end': { added: { ...ABOUT_A_SESSION, turnId: 'string', frames: 'integer', durationMs: 'integer' } },
    'turn-latency': {
        added: {
            ...ABOUT_A_SESSION, turnId: 'string', endOfSpeechMs: 'integer', storedMs: 'integer', transcribedMs: 'integer',
            firstTokenMs: 'integer', firstSentenceMs: 'integer', firstAudioMs: 'integer', playedMs: 'integer', totalMs: 'integer',
            unaccountedMs: 'integer',
        },
    },
    'session-ending': { law: { reason: 'string', totalTurns: 'integer' }, added: ABOUT_A_SESSION },
    'session-ended': {
        law: { reason: 'string', totalTurns: 'integer', duration: 'integer', audioUrl: 'string?' },
        added: { ...ABOUT_A_SESSION, reportUrl: 'string?', recordingUrl: 'string?', turns: 'integer?' },
    },
    'session-force-ended': { law: { reason: 'string' }, added: { ...ABOUT_A_SESSION, cause: 'string', totalTurns: 'integer' } },
    'audio-gap': { added: { sessionId: 'string', timestamp: 'time', expectedSeq: 'integer', gotSeq: 'integer' } },
    'error': {
        law: { message: 'string', type: 'string?' },
        added: {
            code: 'string', retryable: 'boolean', retryAfterMs: 'integer?', sessionId: 'string?', turnId: 'string?',
            timestamp: 'time', eventSeq: 'integer?',
        },
    },
    'pong': { added: { t: 'any?', timestamp: 'time' } },
};

export function assertContract(events) {
    for (const { name, body } of events) {
        if (name === 'disconnect' || name === 'connect_error') continue;
        const fields = EVENTS[name];
        assert.ok(fields, `the contract has no event "${name}"`);
        const declared = { ...fields.law, ...fields.added };
        for (const [field, type] of Object.entries(declared)) assertType(name, field, type, body[field]);
        const unknown = Object.keys(body ?? {}).filter((field) => !(field in declared));
        assert.deepEqual(unknown, [], `"${name}" has fields that the contract does not name`);
    }
}

/** What a client saw of its session from the start is numbered 1, 2, 3 ... without a gap. */
export function assertGapFree(events) {
    const numbers = events.map(({ body }) => body?.eventSeq).filter((number) => number !== undefined);
    assert.ok(numbers.length > 0);
    assert.deepEqual(numbers, numbers.map((_, place) => 1 + place));
}

function assertType(event, field, type, value) {
    const optional = type.endsWith('?');
    if (optional && (value === undefined || value === null)) return;
    const good = {
        any: () => true,
        audio: () => typeof value === 'string' || Buffer.isBuffer(value),
        array: () => Array.isArray(value),
        boolean: () => typeof value === 'boolean',
        integer: () => Number.isSafeInteger(value),
        number: () => Number.isFinite(value),
        object: () => typeof value === 'object' && value !== null && !Array.isArray(value),
        string: () => typeof value === 'string',
        time: () => Number.isSafeInteger(value) && Math.abs(Date.now() - value) < 600_000,
    }[optional ? type.slice(0, -1) : type];
    assert.ok(good(), `"${event}".${field} is not ${type}: ${JSON.stringify(value)}`);
}

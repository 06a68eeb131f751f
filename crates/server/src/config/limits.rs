use super::{parse, values::Values, variable::Variable};

/// How much one client may ask of the server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// One audio chunk, decoded. The transports' own limits lie above it.
    pub max_chunk_bytes: usize,
    /// Audio of one session that is not stored yet.
    pub max_buffered_bytes: usize,
    pub max_sessions_per_user: usize,
    /// Per socket, with bursts of four times that; `None` is unlimited.
    pub events_per_second: Option<u32>,
    /// Per socket, with bursts of four times that; `None` is unlimited.
    pub bytes_per_second: Option<u32>,
    /// Of everybody; `None` is unlimited.
    pub max_sessions: Option<usize>,
    /// `None` is unlimited.
    pub max_connections_per_address: Option<usize>,
    /// REST requests of one address; `None` is unlimited.
    pub requests_per_minute: Option<u32>,
    /// Attempts to sign in with one e-mail from one address; `None` is unlimited.
    pub logins_per_minute: Option<u32>,
}

impl Limits {
    /// Where a segment may be full at the most: a chunk more must still fit in.
    pub fn most_segment_bytes(&self) -> usize {
        self.max_buffered_bytes - self.max_chunk_bytes
    }

    /// What the intake of a session may hold. Packets without a container take more room than what they came in.
    pub fn intake(&self) -> audio::Limits {
        audio::Limits { pending_bytes: 2 * self.max_buffered_bytes, ..audio::Limits::default() }
    }
}

const MAX_CHUNK_BYTES: Variable =
    Variable::new("MAX_CHUNK_BYTES", "524288", "Largest audio chunk, decoded; a larger one gets an error");
const MAX_BUFFERED_BYTES: Variable =
    Variable::new("MAX_BUFFERED_BYTES", "2097152", "Audio of a session that may wait for the store");
const MAX_SESSIONS_PER_USER: Variable =
    Variable::new("MAX_SESSIONS_PER_USER", "5", "Sessions that a user may have open at once");
const RATE_EVENTS_PER_SECOND: Variable = Variable::new(
    "RATE_EVENTS_PER_SECOND",
    "200",
    "Events per second and socket, bursts of four times that; a user's sockets together may send four times as many; 0 is unlimited",
);
const RATE_BYTES_PER_SECOND: Variable = Variable::new(
    "RATE_BYTES_PER_SECOND",
    "262144",
    "Bytes per second and socket, bursts of four times that; a user's sockets together may send four times as many; 0 is unlimited",
);

const MAX_SESSIONS: Variable =
    Variable::new("MAX_SESSIONS", "2000", "Sessions that may be open at once; 0 is unlimited");
const MAX_CONNECTIONS_PER_ADDRESS: Variable = Variable::new(
    "MAX_CONNECTIONS_PER_ADDRESS",
    "1000",
    "Sockets that one address may have open at once; 0 is unlimited",
);
const RATE_REQUESTS_PER_MINUTE: Variable =
    Variable::new("RATE_REQUESTS_PER_MINUTE", "500", "REST requests per minute and address; 0 is unlimited");
const RATE_LOGINS_PER_MINUTE: Variable = Variable::new(
    "RATE_LOGINS_PER_MINUTE",
    "10",
    "Attempts per minute to sign in with one e-mail from one address; 0 is unlimited",
);

pub(super) const VARIABLES: &[Variable] = &[
    MAX_CHUNK_BYTES,
    MAX_BUFFERED_BYTES,
    MAX_SESSIONS_PER_USER,
    MAX_SESSIONS,
    MAX_CONNECTIONS_PER_ADDRESS,
    RATE_EVENTS_PER_SECOND,
    RATE_BYTES_PER_SECOND,
    RATE_REQUESTS_PER_MINUTE,
    RATE_LOGINS_PER_MINUTE,
];

/// A segment is full after `segment_bytes`.
pub(super) fn read(values: &mut Values, segment_bytes: usize) -> Limits {
    let limits = Limits {
        // As base64 it fits into the largest message of a socket.
        max_chunk_bytes: parse::number(values, &MAX_CHUNK_BYTES, 1024..=4 << 20),
        max_buffered_bytes: parse::number(values, &MAX_BUFFERED_BYTES, 1024..=256 << 20),
        max_sessions_per_user: parse::number(values, &MAX_SESSIONS_PER_USER, 1..=1_000_000),
        events_per_second: rate(values, &RATE_EVENTS_PER_SECOND),
        bytes_per_second: rate(values, &RATE_BYTES_PER_SECOND),
        max_sessions: most(values, &MAX_SESSIONS),
        max_connections_per_address: most(values, &MAX_CONNECTIONS_PER_ADDRESS),
        requests_per_minute: rate(values, &RATE_REQUESTS_PER_MINUTE),
        logins_per_minute: rate(values, &RATE_LOGINS_PER_MINUTE),
    };
    // Or a chunk would be refused before the segment that it completes is full, though the store is well.
    let least = limits.max_chunk_bytes + segment_bytes;
    if limits.max_buffered_bytes < least {
        values.refuse(
            MAX_BUFFERED_BYTES.name,
            &format!("is {}", limits.max_buffered_bytes),
            &format!("allowed: at least MAX_CHUNK_BYTES and SEGMENT_BYTES together, {least}"),
        );
    }
    limits
}

fn most(values: &mut Values, variable: &Variable) -> Option<usize> {
    let most = parse::number(values, variable, 0..=1_000_000);
    (most > 0).then_some(most)
}

fn rate(values: &mut Values, variable: &Variable) -> Option<u32> {
    let rate = parse::number(values, variable, 0..=1 << 30);
    (rate > 0).then_some(rate)
}

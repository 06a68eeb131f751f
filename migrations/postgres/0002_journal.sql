-- The book of live sessions. Rows are only ever added; writing one twice changes nothing.

CREATE TABLE segments (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    object TEXT NOT NULL,
    media_type TEXT NOT NULL,
    received_bytes BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    through_seq BIGINT,
    intake_state BYTEA NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, number)
);

-- What the user said.
CREATE TABLE turns (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    turn BIGINT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    confidence DOUBLE PRECISION,
    provider TEXT NOT NULL,
    first_segment BIGINT,
    last_segment BIGINT,
    duration_ms BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, turn)
);

-- What the persona answered.
CREATE TABLE answers (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    text TEXT NOT NULL,
    provider TEXT NOT NULL,
    input_tokens BIGINT,
    output_tokens BIGINT,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, turn),
    FOREIGN KEY (session_id, turn) REFERENCES turns (session_id, turn) ON DELETE CASCADE
);

-- The persona's voice.
CREATE TABLE speeches (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    object TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, turn),
    FOREIGN KEY (session_id, turn) REFERENCES answers (session_id, turn) ON DELETE CASCADE
);

-- How a session ended.
CREATE TABLE endings (
    session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    turns BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL
);

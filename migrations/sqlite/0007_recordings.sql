-- The whole recording of a session that is over, made once.
CREATE TABLE recordings (
    session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    -- Null when there was nothing to record.
    object TEXT,
    at BIGINT NOT NULL
);

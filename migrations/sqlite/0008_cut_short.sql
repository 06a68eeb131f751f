-- What was heard of an answer that was cut short.
CREATE TABLE cuts (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    heard_text TEXT NOT NULL,
    heard_ms BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, turn),
    FOREIGN KEY (session_id, turn) REFERENCES answers (session_id, turn) ON DELETE CASCADE
);

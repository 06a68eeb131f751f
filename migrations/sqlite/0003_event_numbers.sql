-- Events up to this number may have been told; a session that is taken up again counts on from here.
CREATE TABLE event_numbers (
    session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    event_seq BIGINT NOT NULL
);

-- The server process that has a session open; the last one that opened it has it.
CREATE TABLE session_holders (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    holder TEXT NOT NULL,
    -- When it was opened there.
    at BIGINT NOT NULL
);

-- What coaches whispered to the trainee.
CREATE TABLE hints (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    coach TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (session_id, at, coach)
);

-- Who is being deleted, or was lately. Only the id is kept, so that no token makes the user anew.
CREATE TABLE departures (
    user_id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    -- Null while something of theirs is still kept.
    finished_at BIGINT
);

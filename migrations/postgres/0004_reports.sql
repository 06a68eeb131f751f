-- What a session leaves behind: one report and one draft of a mail each.

CREATE TABLE feedback (
    session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    overall_score BIGINT NOT NULL,
    -- Dimensions, summary and recommendations as JSON.
    findings TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE emails (
    session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    is_edited BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Sessions are deleted by age.
CREATE INDEX sessions_by_start ON sessions (started_at);

-- What a segment is to the user's turns: goes_on, closes or leaves; nothing where a server wrote it that did not say so yet.
ALTER TABLE segments ADD COLUMN part TEXT;

-- What it turned out to be after it was stored; the last one stands.
CREATE TABLE segment_parts (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    segment BIGINT NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (session_id, segment)
);

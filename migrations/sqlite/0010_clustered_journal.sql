-- The rows of a session lie together, in the order of their keys: a write changes one page of a table, where it changed a page of
-- rows and a page of the index.

CREATE TABLE new_segments (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    object TEXT NOT NULL,
    media_type TEXT NOT NULL,
    received_bytes BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    through_seq BIGINT,
    intake_state BLOB NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, number)
) WITHOUT ROWID;

CREATE TABLE new_turns (
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
) WITHOUT ROWID;

CREATE TABLE new_answers (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    text TEXT NOT NULL,
    provider TEXT NOT NULL,
    input_tokens BIGINT,
    output_tokens BIGINT,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, turn),
    FOREIGN KEY (session_id, turn) REFERENCES new_turns (session_id, turn) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE new_speeches (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    object TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, turn),
    FOREIGN KEY (session_id, turn) REFERENCES new_answers (session_id, turn) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE new_cuts (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    heard_text TEXT NOT NULL,
    heard_ms BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_id, turn),
    FOREIGN KEY (session_id, turn) REFERENCES new_answers (session_id, turn) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE new_event_numbers (
    session_id TEXT PRIMARY KEY NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    event_seq BIGINT NOT NULL
) WITHOUT ROWID;

INSERT INTO new_segments SELECT * FROM segments ORDER BY session_id, number;
INSERT INTO new_turns SELECT * FROM turns ORDER BY session_id, turn;
INSERT INTO new_answers SELECT * FROM answers ORDER BY session_id, turn;
INSERT INTO new_speeches SELECT * FROM speeches ORDER BY session_id, turn;
INSERT INTO new_cuts SELECT * FROM cuts ORDER BY session_id, turn;
INSERT INTO new_event_numbers SELECT * FROM event_numbers ORDER BY session_id;

-- A table that refers to another goes before it; the references of the new ones follow their names.
DROP TABLE event_numbers;
DROP TABLE cuts;
DROP TABLE speeches;
DROP TABLE answers;
DROP TABLE turns;
DROP TABLE segments;

ALTER TABLE new_segments RENAME TO segments;
ALTER TABLE new_turns RENAME TO turns;
ALTER TABLE new_answers RENAME TO answers;
ALTER TABLE new_speeches RENAME TO speeches;
ALTER TABLE new_cuts RENAME TO cuts;
ALTER TABLE new_event_numbers RENAME TO event_numbers;

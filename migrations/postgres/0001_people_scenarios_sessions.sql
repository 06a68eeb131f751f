-- Times are milliseconds since the Unix epoch.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    avatar TEXT,
    department TEXT,
    role TEXT NOT NULL CHECK (role IN ('trainee', 'coach', 'admin')),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE scenarios (
    id TEXT PRIMARY KEY,
    -- The scenario as JSON.
    body TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Every name an active scenario answers to: its id and its aliases.
CREATE TABLE scenario_names (
    name TEXT PRIMARY KEY,
    scenario_id TEXT NOT NULL REFERENCES scenarios (id)
);

CREATE INDEX scenario_names_by_scenario ON scenario_names (scenario_id);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    scenario_id TEXT NOT NULL REFERENCES scenarios (id),
    opening TEXT,
    is_private BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'completed', 'abandoned')),
    started_at BIGINT NOT NULL,
    -- When it stopped being active.
    closed_at BIGINT
);

CREATE INDEX sessions_by_user ON sessions (user_id, status, closed_at);
-- How often a scenario was practised is counted from here; there is no second count to keep right.
CREATE INDEX sessions_completed_by_scenario ON sessions (scenario_id) WHERE status = 'completed';

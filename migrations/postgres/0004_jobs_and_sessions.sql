-- Work behind requests, and what was asked and answered.

CREATE TABLE jobs (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id          TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    group_id         TEXT COLLATE "C" NOT NULL REFERENCES project_groups (id) ON DELETE CASCADE,
    project_name     TEXT             NOT NULL,
    payload          TEXT             NOT NULL,
    status           TEXT             NOT NULL CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'cancelled')),
    steps            TEXT             NOT NULL,
    result           TEXT,
    error            TEXT,
    cancel_requested BIGINT           NOT NULL CHECK (cancel_requested IN (0, 1)),
    attempt          BIGINT           NOT NULL,
    lease_until      BIGINT,
    created_at       BIGINT           NOT NULL,
    updated_at       BIGINT           NOT NULL,
    finished_at      BIGINT
);

CREATE INDEX jobs_open ON jobs (status, created_at) WHERE status IN ('pending', 'in_progress');
CREATE INDEX jobs_group ON jobs (group_id, created_at);

CREATE TABLE sessions (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT           NOT NULL,
    updated_at BIGINT           NOT NULL
);

CREATE INDEX sessions_user ON sessions (user_id, updated_at);

CREATE TABLE exchanges (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id         TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    question           TEXT             NOT NULL,
    answer             TEXT             NOT NULL,
    scenario_id        TEXT             NOT NULL,
    confidence         DOUBLE PRECISION NOT NULL,
    processing_time_ms DOUBLE PRECISION NOT NULL,
    created_at         BIGINT           NOT NULL
);

CREATE INDEX exchanges_session ON exchanges (session_id, id);

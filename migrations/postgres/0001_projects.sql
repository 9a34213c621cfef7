-- Projects, their repositories, the graphs that were published of them, and who reads those.
-- Ids are UUIDs as text, times microseconds since 1970 (UTC), origin and languages JSON. What is a key or is ordered has the
-- collation "C", whatever the database's: the order of names does not depend on where the server stands.

CREATE TABLE projects (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at  BIGINT           NOT NULL,
    imported_at BIGINT
);

CREATE TABLE repositories (
    id                    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id            TEXT COLLATE "C" NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name                  TEXT COLLATE "C" NOT NULL,
    origin                TEXT             NOT NULL,
    is_primary            BIGINT           NOT NULL CHECK (is_primary IN (0, 1)),
    published_revision_id TEXT COLLATE "C",
    created_at            BIGINT           NOT NULL,
    UNIQUE (project_id, name)
);

CREATE UNIQUE INDEX repositories_primary ON repositories (project_id) WHERE is_primary = 1;

CREATE TABLE revisions (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    repository_id  TEXT COLLATE "C" NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    state          TEXT             NOT NULL CHECK (state IN ('published', 'superseded')),
    indexed_at     BIGINT           NOT NULL,
    superseded_at  BIGINT,
    indexed_commit TEXT             NOT NULL,
    files          BIGINT           NOT NULL,
    languages      TEXT             NOT NULL,
    lines          BIGINT           NOT NULL,
    nodes          BIGINT           NOT NULL,
    edges          BIGINT           NOT NULL,
    gaps           BIGINT           NOT NULL,
    graph_bytes    BIGINT           NOT NULL,
    CHECK ((state = 'superseded') = (superseded_at IS NOT NULL))
);

CREATE UNIQUE INDEX revisions_published ON revisions (repository_id) WHERE state = 'published';

CREATE TABLE leases (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    revision_id TEXT COLLATE "C" NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
    holder      TEXT             NOT NULL,
    expires_at  BIGINT           NOT NULL
);

CREATE INDEX leases_revision ON leases (revision_id, expires_at);

-- Projects, their repositories, the graphs that were published of them, and who reads those.
-- Ids are UUIDs as text, times microseconds since 1970 (UTC), origin and languages JSON.

CREATE TABLE projects (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    imported_at INTEGER
) STRICT;

CREATE TABLE repositories (
    id                    TEXT    NOT NULL PRIMARY KEY,
    project_id            TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name                  TEXT    NOT NULL,
    origin                TEXT    NOT NULL,
    is_primary            INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    published_revision_id TEXT,
    created_at            INTEGER NOT NULL,
    UNIQUE (project_id, name)
) STRICT;

CREATE UNIQUE INDEX repositories_primary ON repositories (project_id) WHERE is_primary = 1;

CREATE TABLE revisions (
    id             TEXT    NOT NULL PRIMARY KEY,
    repository_id  TEXT    NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    state          TEXT    NOT NULL CHECK (state IN ('published', 'superseded')),
    indexed_at     INTEGER NOT NULL,
    superseded_at  INTEGER,
    indexed_commit TEXT    NOT NULL,
    files          INTEGER NOT NULL,
    languages      TEXT    NOT NULL,
    lines          INTEGER NOT NULL,
    nodes          INTEGER NOT NULL,
    edges          INTEGER NOT NULL,
    gaps           INTEGER NOT NULL,
    graph_bytes    INTEGER NOT NULL,
    CHECK ((state = 'superseded') = (superseded_at IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX revisions_published ON revisions (repository_id) WHERE state = 'published';

CREATE TABLE leases (
    id          TEXT    NOT NULL PRIMARY KEY,
    revision_id TEXT    NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
    holder      TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX leases_revision ON leases (revision_id, expires_at);

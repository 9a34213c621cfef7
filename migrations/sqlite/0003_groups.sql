-- Groups of projects and who belongs to them. A project's name becomes unique in its group, where it was unique everywhere: a
-- column's constraint cannot be changed, so the table is made anew, and with it those that refer to it.

CREATE TABLE project_groups (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

INSERT INTO project_groups (id, name, description, created_at, updated_at)
VALUES ('01930000-0000-7000-8000-000000000001', 'Default', 'Projects that were put into no other group',
        CAST(strftime('%s', 'now') AS INTEGER) * 1000000, CAST(strftime('%s', 'now') AS INTEGER) * 1000000);

CREATE TABLE group_members (
    group_id   TEXT    NOT NULL REFERENCES project_groups (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT    NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT;

CREATE INDEX group_members_user ON group_members (user_id);

CREATE TABLE new_projects (
    id           TEXT    NOT NULL PRIMARY KEY,
    group_id     TEXT    NOT NULL REFERENCES project_groups (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    db_path      TEXT    NOT NULL,
    cpg_path     TEXT    NOT NULL,
    source_path  TEXT    NOT NULL,
    metadata     TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    imported_at  INTEGER,
    activated_at INTEGER,
    UNIQUE (group_id, name)
) STRICT;

CREATE TABLE new_repositories (
    id                    TEXT    NOT NULL PRIMARY KEY,
    project_id            TEXT    NOT NULL REFERENCES new_projects (id) ON DELETE CASCADE,
    name                  TEXT    NOT NULL,
    origin                TEXT    NOT NULL,
    is_primary            INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    published_revision_id TEXT,
    created_at            INTEGER NOT NULL,
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE new_revisions (
    id             TEXT    NOT NULL PRIMARY KEY,
    repository_id  TEXT    NOT NULL REFERENCES new_repositories (id) ON DELETE CASCADE,
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

CREATE TABLE new_leases (
    id          TEXT    NOT NULL PRIMARY KEY,
    revision_id TEXT    NOT NULL REFERENCES new_revisions (id) ON DELETE CASCADE,
    holder      TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

INSERT INTO new_projects
SELECT id, '01930000-0000-7000-8000-000000000001', name, '', '', '', '', '', '{}', created_at,
       COALESCE(imported_at, created_at), imported_at, NULL
FROM projects;
INSERT INTO new_repositories
SELECT id, project_id, name, origin, is_primary, published_revision_id, created_at FROM repositories;
INSERT INTO new_revisions
SELECT id, repository_id, state, indexed_at, superseded_at, indexed_commit, files, languages, lines, nodes, edges, gaps,
       graph_bytes
FROM revisions;
INSERT INTO new_leases SELECT id, revision_id, holder, expires_at FROM leases;

-- Children first: dropping a parent deletes its rows, and their children with them.
DROP TABLE leases;
DROP TABLE revisions;
DROP TABLE repositories;
DROP TABLE projects;

ALTER TABLE new_projects RENAME TO projects;
ALTER TABLE new_repositories RENAME TO repositories;
ALTER TABLE new_revisions RENAME TO revisions;
ALTER TABLE new_leases RENAME TO leases;

CREATE UNIQUE INDEX repositories_primary ON repositories (project_id) WHERE is_primary = 1;
CREATE UNIQUE INDEX revisions_published ON revisions (repository_id) WHERE state = 'published';
CREATE INDEX leases_revision ON leases (revision_id, expires_at);
-- One project of a group is active.
CREATE UNIQUE INDEX projects_active ON projects (group_id) WHERE activated_at IS NOT NULL;

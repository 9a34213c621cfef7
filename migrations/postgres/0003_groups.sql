-- Groups of projects and who belongs to them. A project's name becomes unique in its group, where it was unique everywhere.

CREATE TABLE project_groups (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT             NOT NULL,
    created_at  BIGINT           NOT NULL,
    updated_at  BIGINT           NOT NULL
);

INSERT INTO project_groups (id, name, description, created_at, updated_at)
VALUES ('01930000-0000-7000-8000-000000000001', 'Default', 'Projects that were put into no other group',
        CAST(EXTRACT(EPOCH FROM now()) AS BIGINT) * 1000000, CAST(EXTRACT(EPOCH FROM now()) AS BIGINT) * 1000000);

CREATE TABLE group_members (
    group_id   TEXT COLLATE "C" NOT NULL REFERENCES project_groups (id) ON DELETE CASCADE,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT             NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
    created_at BIGINT           NOT NULL,
    PRIMARY KEY (group_id, user_id)
);

CREATE INDEX group_members_user ON group_members (user_id);

ALTER TABLE projects
    ADD COLUMN group_id     TEXT COLLATE "C" REFERENCES project_groups (id) ON DELETE CASCADE,
    ADD COLUMN description  TEXT,
    ADD COLUMN language     TEXT,
    ADD COLUMN db_path      TEXT,
    ADD COLUMN cpg_path     TEXT,
    ADD COLUMN source_path  TEXT,
    ADD COLUMN metadata     TEXT,
    ADD COLUMN updated_at   BIGINT,
    ADD COLUMN activated_at BIGINT;

UPDATE projects SET group_id = '01930000-0000-7000-8000-000000000001', description = '', language = '', db_path = '',
    cpg_path = '', source_path = '', metadata = '{}', updated_at = COALESCE(imported_at, created_at);

ALTER TABLE projects
    ALTER COLUMN group_id    SET NOT NULL,
    ALTER COLUMN description SET NOT NULL,
    ALTER COLUMN language    SET NOT NULL,
    ALTER COLUMN db_path     SET NOT NULL,
    ALTER COLUMN cpg_path    SET NOT NULL,
    ALTER COLUMN source_path SET NOT NULL,
    ALTER COLUMN metadata    SET NOT NULL,
    ALTER COLUMN updated_at  SET NOT NULL,
    DROP CONSTRAINT projects_name_key,
    ADD UNIQUE (group_id, name);

-- One project of a group is active.
CREATE UNIQUE INDEX projects_active ON projects (group_id) WHERE activated_at IS NOT NULL;

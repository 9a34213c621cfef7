-- Who may call: users, their logins and keys, and what failed. Secrets are hashes only. Names and addresses are unique whatever
-- the case: the *_key columns hold them in lower case.

CREATE TABLE users (
    id                   TEXT    NOT NULL PRIMARY KEY,
    username             TEXT    NOT NULL,
    username_key         TEXT    NOT NULL UNIQUE,
    email                TEXT,
    email_key            TEXT    UNIQUE,
    full_name            TEXT    NOT NULL,
    password_hash        TEXT,
    role                 TEXT    NOT NULL CHECK (role IN ('viewer', 'analyst', 'reviewer', 'admin')),
    is_active            INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    auth_provider        TEXT    NOT NULL,
    must_change_password INTEGER NOT NULL CHECK (must_change_password IN (0, 1)),
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    last_login_at        INTEGER
) STRICT;

-- A login is revoked by its ended_at: access tokens name their login, and each request looks it up.
CREATE TABLE logins (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL
) STRICT;

CREATE INDEX logins_user ON logins (user_id, expires_at);

CREATE TABLE refresh_tokens (
    hash        TEXT    NOT NULL PRIMARY KEY,
    login_id    TEXT    NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    issued_at   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    consumed_at INTEGER,
    successor   TEXT
) STRICT;

CREATE INDEX refresh_tokens_login ON refresh_tokens (login_id);

CREATE TABLE api_keys (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    prefix       TEXT    NOT NULL,
    hash         TEXT    NOT NULL UNIQUE,
    scopes       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

CREATE INDEX api_keys_user ON api_keys (user_id, created_at);

-- Guesses by subject: an account, an address, an account from an address that it is known at.
CREATE TABLE login_guesses (
    subject   TEXT    NOT NULL PRIMARY KEY,
    guesses   INTEGER NOT NULL,
    since     INTEGER NOT NULL
) STRICT;

CREATE TABLE known_addresses (
    user_id TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address TEXT    NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, address)
) STRICT;

CREATE TABLE audit_log (
    id      TEXT    NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    event   TEXT    NOT NULL,
    user_id TEXT,
    address TEXT    NOT NULL,
    detail  TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_log_at ON audit_log (at);

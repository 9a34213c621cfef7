-- Who may call: users, their logins and keys, and what failed. Secrets are hashes only. Names and addresses are unique whatever
-- the case: the *_key columns hold them in lower case.

CREATE TABLE users (
    id                   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    username             TEXT             NOT NULL,
    username_key         TEXT COLLATE "C" NOT NULL UNIQUE,
    email                TEXT,
    email_key            TEXT COLLATE "C" UNIQUE,
    full_name            TEXT             NOT NULL,
    password_hash        TEXT,
    role                 TEXT             NOT NULL CHECK (role IN ('viewer', 'analyst', 'reviewer', 'admin')),
    is_active            BIGINT           NOT NULL CHECK (is_active IN (0, 1)),
    auth_provider        TEXT             NOT NULL,
    must_change_password BIGINT           NOT NULL CHECK (must_change_password IN (0, 1)),
    created_at           BIGINT           NOT NULL,
    updated_at           BIGINT           NOT NULL,
    last_login_at        BIGINT
);

-- A login is revoked by its ended_at: access tokens name their login, and each request looks it up.
CREATE TABLE logins (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT           NOT NULL,
    renewed_at BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL,
    ended_at   BIGINT,
    address    TEXT             NOT NULL,
    user_agent TEXT             NOT NULL
);

CREATE INDEX logins_user ON logins (user_id, expires_at);

CREATE TABLE refresh_tokens (
    hash        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    login_id    TEXT COLLATE "C" NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    issued_at   BIGINT           NOT NULL,
    expires_at  BIGINT           NOT NULL,
    consumed_at BIGINT,
    successor   TEXT COLLATE "C"
);

CREATE INDEX refresh_tokens_login ON refresh_tokens (login_id);

CREATE TABLE api_keys (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT             NOT NULL,
    prefix       TEXT             NOT NULL,
    hash         TEXT COLLATE "C" NOT NULL UNIQUE,
    scopes       TEXT             NOT NULL,
    created_at   BIGINT           NOT NULL,
    expires_at   BIGINT           NOT NULL,
    last_used_at BIGINT
);

CREATE INDEX api_keys_user ON api_keys (user_id, created_at);

-- Guesses by subject: an account, an address, an account from an address that it is known at.
CREATE TABLE login_guesses (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    guesses BIGINT           NOT NULL,
    since   BIGINT           NOT NULL
);

CREATE TABLE known_addresses (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT           NOT NULL,
    PRIMARY KEY (user_id, address)
);

CREATE TABLE audit_log (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at      BIGINT           NOT NULL,
    event   TEXT             NOT NULL,
    user_id TEXT COLLATE "C",
    address TEXT             NOT NULL,
    detail  TEXT             NOT NULL
);

CREATE INDEX audit_log_at ON audit_log (at);

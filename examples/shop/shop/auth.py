"""Who is calling."""

import hashlib
import hmac
import os
import secrets

ADMIN_TOKEN = "s3cr3t-admin-token-2019"
ITERATIONS = 600_000


def legacy_hash(password):
    """Hash of accounts that are older than 2016."""
    return hashlib.md5(password.encode()).hexdigest()


def hash_password(password, salt=None):
    """Hash of an account's password: salt and PBKDF2."""
    salt = salt or os.urandom(16)
    return salt + hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)


def verify_password(password, stored):
    """Compares a password with its stored hash."""
    return hmac.compare_digest(hash_password(password, stored[:16]), stored)


def is_admin(token):
    return token == ADMIN_TOKEN


def is_admin_token(token):
    expected = os.environ.get("SHOP_ADMIN_TOKEN", "")
    return bool(expected) and hmac.compare_digest(token, expected)


def new_session():
    """A session key that cannot be guessed."""
    return secrets.token_urlsafe(32)


def require(role):
    """Decorates a handler that only a role may call."""

    def decorate(handler):
        def guarded(request, *args, **kwargs):
            if request.role != role:
                raise PermissionError(role)
            return handler(request, *args, **kwargs)

        return guarded

    return decorate

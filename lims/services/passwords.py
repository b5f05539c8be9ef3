"""Passwords as argon2id hashes; the cost is a constructor argument so that tests can use the least."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lims.i18n import _

SHORTEST = 8


class Argon2:
    """Keeps passwords as argon2id hashes with the library's own recommended cost."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        """Return what is stored for *password*."""
        return self._hasher.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        """Tell whether *password* is the one that was stored."""
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def mistake(password: str, login: str) -> str | None:
    """Say why *password* cannot be taken, or return None."""
    if len(password) < SHORTEST:
        return _("At least {count} characters.").format(count=SHORTEST)
    if login and login.lower() in password.lower():
        return _("The password must not hold the sign-in name.")
    return None

"""Passwords: argon2id hashes, and the same work whether or not there is anything to compare with."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo.errors import BadValueError, BusyError

SHORTEST: Final = 10
LONGEST: Final = 200
_AT_ONCE: Final = 2
_WAIT_S: Final = 5.0
_HASHER: Final = PasswordHasher()  # argon2id, RFC 9106: 3 passes over 64 MiB
_turns: Final = threading.BoundedSemaphore(_AT_ONCE)


def checked_password(password: str) -> str:
    """A new password as it is hashed (NFC). BadValueError for one too short, too long or of one sign; the error never
    repeats it."""
    text = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(text) <= LONGEST or len(set(text)) < 4:
        raise BadValueError("password", "…", f"{SHORTEST} to {LONGEST} characters, at least four of them different")
    return text


def password_hash(password: str) -> str:
    """The hash to keep, with its parameters and its salt."""
    with _turn():
        return _HASHER.hash(checked_password(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether `password` is that of the hash `kept`. Without one the work is done all the same, and nothing is right.
    Raises BusyError where too many ask at once: each takes 64 MiB."""
    text = unicodedata.normalize("NFC", password[: LONGEST + 1])
    with _turn():
        try:
            return _HASHER.verify(kept or _nobody_s(), text) and kept is not None and len(text) <= LONGEST
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody_s() -> str:
    return _HASHER.hash("nobody has this password")


class _turn:  # noqa: N801 - reads as a phrase
    """One of the few turns; BusyError where none comes up."""

    def __enter__(self) -> None:
        if not _turns.acquire(timeout=_WAIT_S):
            raise BusyError("too many sign in at once; try again in a moment")

    def __exit__(self, *_: object) -> None:
        _turns.release()

"""Accounts, sessions and tokens as values, and how their roles and scopes are written."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from geo.access import Role, Scope, Viewer
from geo.errors import BadValueError

MAX_NAME: Final = 80
MAX_LOGIN: Final = 64
KINDS: Final = ("subdistricts", "departments", "groups")
_MOST_CODES: Final = 500
_MOST_LISTED: Final = 60
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Account:
    """One person, or one other program, that may come in."""

    id: str
    login: str
    name: str
    roles: frozenset[Role]
    scope: Scope
    disabled: bool
    locked_until_us: int | None
    has_password: bool

    @property
    def viewer(self) -> Viewer:
        """As who they act."""
        return Viewer(self.id, self.name, self.roles, self.scope)


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `hash` is that of the cookie's value, which is kept nowhere."""

    hash: str
    account: str
    made_us: int
    seen_us: int
    ends_us: int
    way: str

    @property
    def name(self) -> str:
        """What people and the log of access call it by: too little of the hash to look anything up with."""
        return session_name(self.hash)


@dataclass(frozen=True, slots=True)
class Token:
    """A personal key for programs: some of its owner's roles, in a part of their scope, until a day."""

    id: str
    account: str
    name: str
    roles: frozenset[Role]
    scope: Scope
    made_us: int
    expires_us: int
    revoked_us: int | None
    used_us: int | None


def new_secret(prefix: str = "") -> str:
    """256 random bits as text, for a cookie or a token."""
    return prefix + secrets.token_urlsafe(_BYTES)


def secret_hash(secret: str) -> str:
    """What is kept of a secret. Plain SHA-256 is enough: nobody guesses 256 bits."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def session_name(digest: str) -> str:
    """The name of the session whose secret has that hash."""
    return digest[:12]


def new_reference(prefix: str) -> str:
    """A random reference such as a-3f9c…, that says nothing of whom it stands for."""
    return f"{prefix}-{secrets.token_hex(8)}"


def folded_login(text: str) -> str:
    """A login as it is kept and compared: NFKC, lower case, without blanks around it."""
    return unicodedata.normalize("NFKC", text[: 4 * MAX_LOGIN]).strip().lower()


def checked_login(text: object) -> str:
    """A new login; BadValueError for one that is none."""
    login = folded_login(text) if isinstance(text, str) else ""
    if not _LOGIN.fullmatch(login):
        raise BadValueError("login", text, f"2 to {MAX_LOGIN} letters a-z, digits and . _ @ + -")
    return login


def checked_name(text: object, key: str = "name") -> str:
    """A name for the screen; BadValueError for an empty or over-long one, or one with control characters."""
    name = unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else ""
    if not 0 < len(name) <= MAX_NAME or any(unicodedata.category(sign)[0] == "C" for sign in name):
        raise BadValueError(key, text, f"1 to {MAX_NAME} visible characters")
    return name


def checked_roles(values: object) -> frozenset[Role]:
    """Roles by their names; BadValueError for none, or for one that there is not."""
    names = values if isinstance(values, list | tuple | set | frozenset) else ()
    known = {str(role) for role in Role}
    if not names or not all(isinstance(name, str) and name in known for name in names):
        raise BadValueError("roles", values, "a list of at least one of " + ", ".join(Role))
    return frozenset(Role(name) for name in names)


def checked_scope(value: object, known: Mapping[str, Collection[str] | None], *, held: Collection[Scope] = ()) -> Scope:
    """A scope from {kind: [codes]}; a kind that is left out or null is not bounded. BadValueError for another kind, and
    for a code that is not `known` (data.scope_codes; None: any is) and that no scope of `held` has already: whoever has
    the code of a unit that was retired since may keep it."""
    kinds = {} if value is None else value
    if not isinstance(kinds, Mapping) or not kinds.keys() <= set(KINDS):
        raise BadValueError("scope", value, "lists of codes under " + ", ".join(KINDS))
    for kind, codes in kinds.items():
        if codes is None:
            continue
        sound = isinstance(codes, list | tuple) and 0 < len(codes) <= _MOST_CODES
        if not sound or not all(isinstance(code, str) and 0 < len(code) <= 64 for code in codes):
            raise BadValueError(kind, codes, f"a list of 1 to {_MOST_CODES} codes, or nothing for all of them")
    for kind in KINDS:
        taken = known[kind]
        kept = {code for scope in held for code in getattr(scope, kind) or ()}
        for code in kinds.get(kind) or () if taken is not None else ():
            if code not in kept and code not in (taken or ()):
                raise _unknown(kind, code, list(taken or ()))
    return scope_of(kinds)


def _unknown(kind: str, code: str, codes: list[str]) -> BadValueError:
    listed = ", ".join(codes[:_MOST_LISTED]) + (", …" if len(codes) > _MOST_LISTED else "")
    if not codes:
        return BadValueError(kind, code, f"nothing: there are no {kind} yet", f"no_{kind}")
    return BadValueError(kind, code, f"one of those that there are: {listed}", "of_those", listed=listed)


def scope_of(kinds: Mapping[str, Any]) -> Scope:
    """The inverse of `scope_kinds`."""
    subdistricts, departments, groups = (
        frozenset(kinds[kind]) if kinds.get(kind) is not None else None for kind in KINDS
    )
    return Scope(subdistricts, departments, groups)


def scope_kinds(scope: Scope) -> dict[str, list[str]]:
    """A scope as {kind: [codes]}, sorted; what is not bounded is left out."""
    pairs = ((kind, getattr(scope, kind)) for kind in KINDS)
    return {kind: sorted(codes) for kind, codes in pairs if codes is not None}


def roles_text(roles: frozenset[Role]) -> str:
    """As a column holds them."""
    return orjson.dumps(sorted(roles)).decode()


def roles_of_text(text: str) -> frozenset[Role]:
    """The inverse; a role that this program does not know is none."""
    known = {str(role) for role in Role}
    return frozenset(Role(name) for name in orjson.loads(text) if name in known)


def scope_text(scope: Scope) -> str:
    """As a column holds it."""
    return orjson.dumps(scope_kinds(scope), option=orjson.OPT_SORT_KEYS).decode()


def scope_of_text(text: str) -> Scope:
    """The inverse."""
    return scope_of(orjson.loads(text))

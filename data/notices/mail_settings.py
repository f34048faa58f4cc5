"""The server that takes our letters, and from whom they are: settings of the environment, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from data.notices.addresses import checked_address
from geo.errors import BadValueError, SettingsError

URL: Final = "XUNJIE_SMTP_URL"
SENDER: Final = "XUNJIE_MAIL_FROM"
_EXPECTED: Final = "smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587?starttls=1"
_OWN_MACHINE: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that takes our letters, and from whom they are. `starttls`: an open connection is encrypted first."""

    host: str
    port: int
    sender: str
    tls: bool = False
    starttls: bool = False
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> MailSettings | None:
        """None where XUNJIE_SMTP_URL is not set: then no letter is ever sent. Raises SettingsError, which never repeats
        the URL: it may hold a password."""
        url = environ.get(URL)
        if not url:
            return None
        sender = environ.get(SENDER)
        if not sender:
            raise SettingsError(f"{URL} is set, but {SENDER} is not; expected the address that letters come from")
        try:
            checked_address(sender)
            return _settings(url, sender)
        except BadValueError:
            raise SettingsError(f"{SENDER} is {sender[:80]!r}; expected one e-mail address") from None
        except ValueError:
            raise SettingsError(f"{URL} cannot be read; expected {_EXPECTED}") from None


def _settings(url: str, sender: str) -> MailSettings:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    starttls = options.pop("starttls", "0")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or options or starttls not in ("0", "1"):
        raise ValueError
    if parts.path not in ("", "/") or parts.fragment or (parts.scheme == "smtps" and starttls == "1"):
        raise ValueError
    tls = parts.scheme == "smtps"
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    if (user is None) != (password is None):
        raise ValueError
    if user is not None and not (tls or starttls == "1" or parts.hostname in _OWN_MACHINE):
        raise SettingsError(f"{URL} would send its password in the clear; use smtps://, or add ?starttls=1")
    port = parts.port or (465 if tls else 587 if starttls == "1" else 25)
    return MailSettings(parts.hostname, port, sender, tls, starttls == "1", user, password)

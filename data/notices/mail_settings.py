"""The server that takes our letters, and from whom they are: settings of the environment, checked."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from data.notices.addresses import checked_address
from geo.errors import BadValueError, SettingsError

URL: Final = "XUNJIE_SMTP_URL"
SENDER: Final = "XUNJIE_MAIL_FROM"
AUTHORITY: Final = "XUNJIE_MAIL_CA"
_EXPECTED: Final = "smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587?starttls=1"
_OWN_MACHINE: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that takes our letters, and from whom they are. `starttls`: an open connection is encrypted first.
    `authority`: a PEM file; the server's certificate must then be of that authority, and no other is trusted."""

    host: str
    port: int
    sender: str
    tls: bool = False
    starttls: bool = False
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None

    @property
    def encrypted(self) -> bool:
        """Whether a letter goes out only after the server has shown a certificate that is trusted."""
        return self.tls or self.starttls

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
            settings = _settings(url, sender)
        except BadValueError:
            raise SettingsError(f"{SENDER} is {sender[:80]!r}; expected one e-mail address") from None
        except ValueError:
            raise SettingsError(f"{URL} cannot be read; expected {_EXPECTED}") from None
        authority = environ.get(AUTHORITY)
        return replace(settings, authority=_authority(authority, settings)) if authority else settings


def trust(authority: Path | None) -> ssl.SSLContext:
    """What a server's certificate is checked by: name, time, and an authority of `authority`, or, without one, of this
    machine. Raises OSError (ssl.SSLError is one) for a file that holds no certificate."""
    return ssl.create_default_context(cafile=authority)


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


def _authority(value: str, settings: MailSettings) -> Path:
    if not settings.encrypted:
        raise SettingsError(f"{AUTHORITY} is set, but {URL} encrypts nothing; expected {_EXPECTED}")
    path = Path(value)
    try:
        trust(path)
    except OSError:
        raise SettingsError(
            f"{AUTHORITY} is {value[:200]!r}; expected a file in PEM that can be read and holds a certificate"
        ) from None
    return path

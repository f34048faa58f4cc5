"""How people sign in, and from where: the settings of access, read from the environment and checked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from data.access.access_log import KEPT_AT_LEAST_DAYS
from geo.errors import SettingsError

Login = Literal["off", "local", "oidc"]
LOGINS: Final[tuple[Login, ...]] = ("off", "local", "oidc")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::[0-9]{1,5})?|\[[0-9a-f:]{2,39}\](?::[0-9]{1,5})?")
_CLAIM: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An OpenID provider. `claim` is what of an unknown person is compared with the logins of accounts."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "preferred_username"


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """`off`: only this machine, without sign-in. `hosts` are the names (Host headers) under which the program may be
    asked besides this machine's; `proxies` the networks whose X-Forwarded-* headers are read."""

    login: Login = "off"
    oidc: OidcSettings | None = None
    hosts: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    idle_s: int = 30 * 60
    longest_s: int = 12 * 3600
    log_days: int = 365
    plain_http: bool = False
    certificate: tuple[Path, Path] | None = None

    @property
    def is_on(self) -> bool:
        """Whether people must sign in."""
        return self.login != "off"

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> AccessSettings:
        """Settings of `environ`; an empty variable counts as not set. Raises SettingsError."""
        value = (environ.get("XUNJIE_LOGIN") or "off").lower()
        login = next((known for known in LOGINS if known == value), None)
        if login is None:
            raise SettingsError(f"XUNJIE_LOGIN is {value!r}; expected one of {', '.join(LOGINS)}")
        return AccessSettings(
            login=login,
            oidc=_oidc(environ) if login == "oidc" else None,
            hosts=frozenset(_host(name) for name in _list(environ, "XUNJIE_HOSTS")),
            proxies=tuple(_network(text) for text in _list(environ, "XUNJIE_PROXIES")),
            idle_s=_whole(environ, "XUNJIE_IDLE_MINUTES", 30, 1, 24 * 60) * 60,
            longest_s=_whole(environ, "XUNJIE_SESSION_HOURS", 12, 1, 7 * 24) * 3600,
            log_days=_whole(environ, "XUNJIE_ACCESS_LOG_DAYS", 365, KEPT_AT_LEAST_DAYS, 36_500),
            plain_http=_flag(environ, "XUNJIE_PLAIN_HTTP"),
            certificate=_certificate(environ),
        )

    def trusts(self, address: str) -> bool:
        """Whether what the proxy at `address` forwards is believed."""
        try:
            number = ipaddress.ip_address(address)
        except ValueError:
            return False
        number = getattr(number, "ipv4_mapped", None) or number
        return any(number.version == network.version and number in network for network in self.proxies)


def _oidc(environ: Mapping[str, str]) -> OidcSettings:
    names = ("XUNJIE_OIDC_ISSUER", "XUNJIE_OIDC_CLIENT_ID", "XUNJIE_OIDC_CLIENT_SECRET")
    for name in names:
        if not environ.get(name):
            raise SettingsError(f"XUNJIE_LOGIN is oidc, but {name} is not set")
    issuer, client_id, secret = (environ[name] for name in names)
    parts = urlsplit(issuer)
    if parts.scheme not in ("https", "http") or not parts.netloc or parts.query or parts.fragment:
        raise SettingsError(f"XUNJIE_OIDC_ISSUER is {issuer!r}; expected the https address of the provider")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SettingsError("XUNJIE_OIDC_ISSUER is asked over http; expected https (http only on this machine)")
    claim = environ.get("XUNJIE_OIDC_CLAIM") or "preferred_username"
    if not _CLAIM.fullmatch(claim):
        raise SettingsError(f"XUNJIE_OIDC_CLAIM is {claim!r}; expected the name of a claim, such as preferred_username")
    return OidcSettings(issuer, client_id, secret, claim)


def _list(environ: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in (environ.get(name) or "").split(",") if part.strip()]


def _host(name: str) -> str:
    if not _HOST.fullmatch(name.lower()):
        raise SettingsError(
            f"XUNJIE_HOSTS has {name!r}; expected names such as xunjie.example.gov.cn, with commas between"
        )
    return name.lower()


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise SettingsError(f"XUNJIE_PROXIES has {text!r}; expected addresses or networks such as 10.0.0.5") from None


def _whole(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 8) or not low <= int(text) <= high:
        raise SettingsError(f"{name} is {text!r}; expected a whole number from {low} to {high}")
    return int(text)


def _flag(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name) or "0"
    if text not in ("0", "1"):
        raise SettingsError(f"{name} is {text!r}; expected 0 or 1")
    return text == "1"


def _certificate(environ: Mapping[str, str]) -> tuple[Path, Path] | None:
    certificate, key = environ.get("XUNJIE_TLS_CERT"), environ.get("XUNJIE_TLS_KEY")
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise SettingsError("XUNJIE_TLS_CERT and XUNJIE_TLS_KEY belong together; set both, or neither")
    for name, path in (("XUNJIE_TLS_CERT", Path(certificate)), ("XUNJIE_TLS_KEY", Path(key))):
        if not path.is_file():
            raise SettingsError(f"{name} is {str(path)!r}, which is not a file; expected a file in PEM")
    return Path(certificate), Path(key)

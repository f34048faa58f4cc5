"""The settings of access: what they mean by default, what they take, and what they refuse in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.lifespan import refuse_beyond
from data.access.settings import AccessSettings
from geo.errors import SettingsError

OIDC = {
    "XUNJIE_LOGIN": "oidc",
    "XUNJIE_OIDC_ISSUER": "https://id.example",
    "XUNJIE_OIDC_CLIENT_ID": "xunjie",
    "XUNJIE_OIDC_CLIENT_SECRET": "s3cret of the office",
}


def test_without_any_setting_nobody_signs_in() -> None:
    settings = AccessSettings.from_environment({"XUNJIE_LOGIN": "", "XUNJIE_HOSTS": ""})
    assert settings == AccessSettings()
    assert not settings.is_on
    assert (settings.idle_s, settings.longest_s) == (1800, 43_200)


def test_a_secret_is_in_no_text_of_the_settings() -> None:
    settings = AccessSettings.from_environment(OIDC)
    assert settings.is_on
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"XUNJIE_LOGIN": "ldap"}, "one of off, local, oidc"),
        ({**OIDC, "XUNJIE_OIDC_CLIENT_SECRET": ""}, "XUNJIE_OIDC_CLIENT_SECRET is not set"),
        ({**OIDC, "XUNJIE_OIDC_ISSUER": "http://id.example"}, "expected https"),
        ({**OIDC, "XUNJIE_OIDC_ISSUER": "id.example"}, "https address"),
        ({**OIDC, "XUNJIE_OIDC_CLAIM": "a claim"}, "name of a claim"),
        ({"XUNJIE_HOSTS": "https://a.example"}, "names such as"),
        ({"XUNJIE_HOSTS": "*"}, "names such as"),
        ({"XUNJIE_PROXIES": "nginx"}, "addresses or networks"),
        ({"XUNJIE_PROXIES": "10.0.0.1/8"}, "addresses or networks"),
        ({"XUNJIE_IDLE_MINUTES": "0"}, "from 1 to"),
        ({"XUNJIE_SESSION_HOURS": "forever"}, "from 1 to"),
        ({"XUNJIE_ACCESS_LOG_DAYS": "30"}, "from 184 to"),
        ({"XUNJIE_PLAIN_HTTP": "yes"}, "0 or 1"),
        ({"XUNJIE_TLS_CERT": "/no/such/file"}, "belong together"),
        ({"XUNJIE_TLS_CERT": "/no/such/file", "XUNJIE_TLS_KEY": "/no/such/key"}, "not a file"),
    ],
)
def test_what_cannot_be_used_is_refused(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        AccessSettings.from_environment(environ)


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        *(("10.0.0.5", True), ("10.1.0.5", False), ("::ffff:10.0.0.5", True), ("fd00::1", True), ("fd01::1", False)),
        *(("nginx", False), ("", False)),
    ],
)
def test_only_named_proxies_are_trusted(address: str, trusted: bool) -> None:
    settings = AccessSettings.from_environment({"XUNJIE_PROXIES": "10.0.0.0/24, fd00::/16"})
    assert settings.trusts(address) is trusted


def test_a_server_beyond_this_machine_needs_a_login_and_an_encrypted_way(tmp_path: Path) -> None:
    on = {"XUNJIE_LOGIN": "local"}
    with pytest.raises(SettingsError, match="Without a login"):
        refuse_beyond("0.0.0.0", AccessSettings(), with_tls=True)
    with pytest.raises(SettingsError, match="in the clear"):
        refuse_beyond("0.0.0.0", AccessSettings.from_environment(on), with_tls=False)
    refuse_beyond("0.0.0.0", AccessSettings.from_environment(on), with_tls=True)
    for more in ({"XUNJIE_PROXIES": "10.0.0.5"}, {"XUNJIE_PLAIN_HTTP": "1"}):
        refuse_beyond("0.0.0.0", AccessSettings.from_environment(on | more), with_tls=False)
    refuse_beyond("127.0.0.1", AccessSettings(), with_tls=False)

"""Letters over TLS: delivered to whom the office trusts, and to nobody else, never in the clear."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from data.notices.digest_text import Letter
from data.notices.mail import MailError, message_of, send
from data.notices.mail_settings import MailSettings
from data.settings import Settings
from geo.clock import from_us
from geo.errors import SettingsError
from tests.data.notices.certificates import Authority
from tests.data.notices.post_office import Post, post_office

# aiosmtpd warns where it signs people in over TLS that it did not negotiate itself, as it is with smtps.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

AT = from_us(1_700_000_000_000_000)
WORDS: Final = "OVERDUE-CANARY"
PASSWORD: Final = "hunter2-CANARY"
Way = Literal["smtps", "starttls"]
WAYS: Final[tuple[Way, ...]] = ("smtps", "starttls")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def by(way: Way, port: int, authority: Path | None, *, login: str = f"xunjie:{PASSWORD}@") -> MailSettings:
    """The settings as an administrator writes them."""
    url = {"smtps": f"smtps://{login}127.0.0.1:{port}", "starttls": f"smtp://{login}127.0.0.1:{port}?starttls=1"}
    environ = {"XUNJIE_SMTP_URL": url[way], "XUNJIE_MAIL_FROM": "xunjie@office.example"}
    found = MailSettings.from_environment(environ | ({"XUNJIE_MAIL_CA": str(authority)} if authority else {}))
    assert found is not None
    return found


def hand_in(settings: MailSettings) -> None:
    letter = Letter("s", WORDS, f"<p>{WORDS}</p>")
    send(
        settings,
        message_of(letter, sender=settings.sender, recipients=["duty@d01.example"], identity="x", at=AT),  # type: ignore[arg-type]
    )


def signed_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=isinstance(data, LoginPassword) and data.password == PASSWORD.encode())


@contextmanager
def office(way: Way, context: Any) -> Iterator[Post]:
    """A server that takes letters over TLS only, of who signs in only."""
    how = {"ssl_context": context} if way == "smtps" else {"tls_context": context, "require_starttls": True}
    more = {"auth_require_tls": way == "starttls"}
    with post_office(**how, **more, auth_required=True, authenticator=signed_in) as post:
        yield post


@pytest.mark.parametrize("way", WAYS)
def test_a_letter_goes_to_a_server_of_the_named_authority(way: Way, authority: Authority) -> None:
    with office(way, authority.server("127.0.0.1")) as post:
        hand_in(by(way, post.port, authority.file))
    [message] = post.messages
    assert message["From"] == "xunjie@office.example"
    assert WORDS in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("bearing", "expired", "named", "said"),
    [
        ("127.0.0.1", False, "none", "unable to get local issuer certificate"),
        ("127.0.0.1", False, "another", "unable to get local issuer certificate"),
        ("mail.elsewhere.example", False, "its own", "not valid for '127.0.0.1'"),
        ("127.0.0.1", True, "its own", "expired"),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_that_is_not_trusted_gets_nothing(
    way: Way, bearing: str, expired: bool, named: str, said: str, authority: Authority, tmp_path: Path
) -> None:
    trusted = {"none": None, "another": Authority(tmp_path).file, "its own": authority.file}[named]
    distrust = pytest.raises(MailError, match="the server's certificate is not trusted")
    with office(way, authority.server(bearing, expired=expired)) as post, distrust as refused:
        hand_in(by(way, post.port, trusted))
    assert said in str(refused.value)
    assert post.letters == []


def test_who_names_an_authority_trusts_only_it(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine trusts otherwise (here: the authority of the server) counts no more."""
    other = Authority(authority.folder.parent)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with office("smtps", authority.server("127.0.0.1")) as post:
        hand_in(by("smtps", post.port, None))
        with pytest.raises(MailError, match="not trusted"):
            hand_in(by("smtps", post.port, other.file))
    assert len(post.letters) == 1


@dataclass
class Wire:
    """A server that writes down every byte it is sent before, or instead of, encryption."""

    answers: dict[bytes, bytes]
    port: int = 0
    heard: bytes = b""

    def talk(self, plain: socket.socket) -> None:
        plain.sendall(b"220 ready\r\n")
        while more := plain.recv(65_536):
            self.heard += more
            verb = more.split(None, 1)[0].upper() if more.strip() else b""
            plain.sendall(self.answers.get(verb, b"250 taken\r\n"))


@contextmanager
def tapped(answers: dict[bytes, bytes]) -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(answers, listener.getsockname()[1])

        def serve() -> None:
            try:
                with listener.accept()[0] as plain:
                    plain.settimeout(10)
                    wire.talk(plain)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield wire
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({b"EHLO": b"250-here\r\n250 AUTH PLAIN LOGIN\r\n"}, "STARTTLS extension not supported"),
        ({b"EHLO": b"500 what\r\n"}, "STARTTLS extension not supported"),
        ({b"EHLO": b"250-here\r\n250 STARTTLS\r\n", b"STARTTLS": b"454 not now\r\n"}, "answered 454"),
        ({b"EHLO": b"250-here\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n250 no TLS follows\r\n"}, "encrypt"),
        ({b"EHLO": b"250-here\r\n250 STARTTLS\r\n", b"STARTTLS": b"250 skip it\r\n"}, "answered 250"),
    ],
    ids=["none offered", "no extensions", "not now", "go, then plain", "skip it"],
)
@pytest.mark.parametrize("login", ["", f"xunjie:{PASSWORD}@"])
def test_where_starttls_is_not_to_be_had_nothing_is_sent_in_the_clear(
    answers: dict[bytes, bytes], said: str, login: str, authority: Authority
) -> None:
    """Whoever stands between the two and takes the offer away learns that somebody called, no more."""
    with tapped(answers) as wire:
        settings = by("starttls", wire.port, authority.file, login=login)
        with pytest.raises(MailError, match=said):
            hand_in(settings)
    lines = wire.heard.split(b"\r\n")
    assert lines[0].upper().startswith(b"EHLO")
    for secret in (b"MAIL FROM", b"AUTH", b"RCPT", b"DATA", WORDS.encode(), b"d01.example", b"office.example"):
        assert secret not in wire.heard


def test_a_letter_that_was_taken_is_sent_whatever_is_answered_to_the_farewell() -> None:
    """Told otherwise, the next run would send it again."""
    answers = {b"EHLO": b"250 here\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"421 not so\r\n"}
    with tapped(answers) as wire:
        hand_in(MailSettings("127.0.0.1", wire.port, "xunjie@office.example"))
    assert WORDS.encode() in wire.heard


def test_smtps_does_not_talk_to_a_server_that_does_not_encrypt(authority: Authority) -> None:
    with tapped({}) as wire, pytest.raises(MailError, match="no encrypted connection could be made"):
        hand_in(by("smtps", wire.port, authority.file))
    assert not any(secret in wire.heard for secret in (b"EHLO", b"AUTH", WORDS.encode(), b"d01.example"))


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_an_authority_that_cannot_be_read_is_refused_at_the_start(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    environ = {"XUNJIE_SMTP_URL": "smtps://mail.example", "XUNJIE_MAIL_FROM": "a@b.example"}
    with pytest.raises(SettingsError, match=r"XUNJIE_MAIL_CA is .* expected a file in PEM"):
        Settings.from_environment(environ | {"XUNJIE_MAIL_CA": str(file)})
    with pytest.raises(SettingsError, match="XUNJIE_MAIL_CA"):
        Settings.from_environment(environ | {"XUNJIE_MAIL_CA": str(tmp_path)})


def test_an_authority_without_encryption_is_refused_at_the_start(authority: Authority) -> None:
    environ = {"XUNJIE_SMTP_URL": "smtp://mail.example", "XUNJIE_MAIL_FROM": "a@b.example"}
    with pytest.raises(SettingsError, match="XUNJIE_MAIL_CA is set, but XUNJIE_SMTP_URL encrypts nothing"):
        Settings.from_environment(environ | {"XUNJIE_MAIL_CA": str(authority.file)})
    assert Settings.from_environment(environ | {"XUNJIE_MAIL_CA": ""}).mail is not None


def test_an_authority_that_went_missing_is_said_by_name(tmp_path: Path) -> None:
    settings = by("smtps", 9, Authority(tmp_path).file)
    (tmp_path / "authority.pem").unlink()
    with pytest.raises(MailError, match="XUNJIE_MAIL_CA cannot be read any more"):
        hand_in(settings)

"""One letter by one SMTP server, as a message whose headers cannot be injected."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from data.notices.addresses import checked_address
from data.notices.digest_text import Letter
from data.notices.mail_settings import AUTHORITY, MailSettings, trust

TIMEOUT_S: Final = 30.0
_MOST_SAID: Final = 200


class MailError(Exception):
    """Why a letter was not taken, in few words and without an address."""


def message_of(letter: Letter, *, sender: str, recipients: Sequence[str], identity: str, at: datetime) -> EmailMessage:
    """The message; `identity` becomes its Message-ID, the same whenever it is sent again, so that a reader's program
    shows one. Raises BadValueError for an address in which something else could stand."""
    message = EmailMessage(policy=SMTP)
    message["From"] = checked_address(sender)
    message["To"] = ", ".join(checked_address(address) for address in recipients)
    message["Subject"] = "".join(sign for sign in " ".join(letter.subject.split()) if sign.isprintable())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{identity}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def send(settings: MailSettings, message: EmailMessage) -> None:
    """Hand the message to the server. One that takes it for some of its recipients has taken it. Where the settings ask
    for encryption, neither password nor letter leaves before the certificate is checked. Raises MailError."""
    try:
        context = trust(settings.authority)
    except OSError:
        raise MailError(f"the file of {AUTHORITY} cannot be read any more, nothing was sent") from None
    try:
        with _connected(settings, context) as server:
            if settings.starttls:
                server.starttls(context=context)
            if settings.user is not None and settings.password is not None:
                server.login(settings.user, settings.password)
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused:
        raise MailError("the server takes none of the addresses") from None
    except smtplib.SMTPResponseException as error:
        raise MailError(f"the server answered {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(f"the server does not offer what is needed, nothing was sent: {error}"[:_MOST_SAID]) from None
    except ssl.SSLCertVerificationError as error:
        raise MailError(f"the server's certificate is not trusted: {error.verify_message}"[:_MOST_SAID]) from None
    except ssl.SSLError as error:
        reason = error.reason or type(error).__name__
        raise MailError(f"no encrypted connection could be made, nothing was sent: {reason}"[:_MOST_SAID]) from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"the server cannot be used: {type(error).__name__}") from None


@contextmanager
def _connected(settings: MailSettings, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A connection to the server, encrypted where it is so from the start. What it answers to the farewell changes
    nothing: a letter that was taken is sent, and why one was not is said by what came before."""
    if settings.tls:
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)
    try:
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()

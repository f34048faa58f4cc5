"""A ledger file handed to the program that runs on the store: it alone may write there."""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import urlencode, urlsplit

import orjson

from data.importing.bring_in import MOST_SENT_BYTES, ImportOptions, ImportReport
from data.importing.file_bytes import LedgerFile
from geo.errors import BadValueError, ConflictError, StoreError, StoreInUseError
from geo.text import Language

PATH: Final = "/api/imports"
MEDIA_TYPE: Final = "application/octet-stream"
TOKEN: Final = "XUNJIE_TOKEN"  # noqa: S105 - the name of a variable
"""Where people sign in, a personal token of who imports."""

_CONNECT_S: Final = 5.0
_ANSWER_S: Final = 3_600.0


def send_ledger(
    holder: StoreInUseError, file: LedgerFile, options: ImportOptions, *, city: str, keep_good: bool, language: Language
) -> ImportReport:
    """The report of the server that `holder` names. Raises what the server said, as the error it stands for, and
    StoreError where no server of ours answers."""
    if holder.address is None:
        raise holder
    if len(file.content) > MOST_SENT_BYTES:
        expected = f"at most {MOST_SENT_BYTES // 1_000_000} MB while a server runs; stop it, or import in parts"
        raise BadValueError("file", file.name, expected)
    asked = {"name": file.name, "city": city, "encoding": options.encoding, "keep_good": str(int(keep_good))}
    asked |= {
        name: value for name in ("register", "campaign", "datum") if (value := getattr(options, name)) is not None
    }
    status, content = post_to(holder.address, f"{PATH}?{urlencode(asked)}", file.content, MEDIA_TYPE)
    try:
        if status in (200, 422):
            return ImportReport.from_json(content)
        raise _error_of(status, content["error"], language)
    except (KeyError, TypeError):
        raise StoreError(
            f"what answers at {holder.address} is not this program ({status}); nothing is known of it"
        ) from None


def raise_refusal(address: str, status: int, content: Any, language: Language) -> NoReturn:
    """Raise what the server at `address` answered with, as the error it stands for."""
    try:
        error = _error_of(status, content["error"], language)
    except (KeyError, TypeError):
        error = StoreError(f"what answers at {address} is not this program ({status}); nothing is known of it")
    raise error


def post_to(address: str, path: str, body: bytes, media_type: str) -> tuple[int, Any]:
    """Status and JSON of a POST to our own program at `address`, with the token of the environment. Raises StoreError
    where none answers."""
    parts = urlsplit(address)
    if parts.scheme == "https":  # it is this machine: its certificate is for the name that others use
        context = ssl._create_unverified_context()  # noqa: S323
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.netloc, timeout=_CONNECT_S, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_CONNECT_S)
    try:
        connection.connect()
    except OSError as error:
        raise StoreError(
            f"a program holds the store but nothing answers at {address} ({error.strerror or error}); "
            "wait until it is ready, or stop it and import again"
        ) from None
    try:
        if connection.sock is not None:
            connection.sock.settimeout(_ANSWER_S)
        token = os.environ.get(TOKEN)
        whose = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("POST", path, body, {"Content-Type": media_type, **whose})
        answer = connection.getresponse()
        return answer.status, _json(answer.read())
    except (OSError, http.client.HTTPException):
        raise StoreError(
            f"the program at {address} ended before it answered; start it, look at its figures, and import again: "
            "rows with an id come in once"
        ) from None
    finally:
        connection.close()


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _error_of(status: int, error: Mapping[str, str], language: Language) -> Exception:
    if "key" in error:
        return BadValueError(error["key"], error["value"], error["expected"])
    said = error["message_zh"] if language == "zh-CN" else error["message"]
    return ConflictError(said) if status == 409 else StoreError(said)

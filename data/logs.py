"""The server's log on standard error: lines for people, or with XUNJIE_LOG=json one JSON object a line.

No line holds what a person typed: requests are logged by their route, errors by their class and place in the code
without their message, which may quote the value that caused them. Passwords in addresses are blotted out.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TextIO

import orjson

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The identity of the request that is being answered, in whatever thread works on it."""
FIELDS: Final = ("method", "route", "status", "duration_ms")
"""What an access line has besides its message, as attributes of its record."""
_PASSWORD: Final = re.compile(r"(?<=://)([^\s:/@]*):[^\s/]*@")
_KEYWORD: Final = re.compile(r"(?i)\b(password|passwd|pwd)(\s*=\s*)('[^']*'|\S+)")
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class TextLines(logging.Formatter):
    """`2026-11-26 03:10:50Z WARNING xunjie.feed: message`, then the places of an error, a line each."""

    def format(self, record: logging.LogRecord) -> str:
        """One record; only an error's places take further lines."""
        line = f"{_moment(record):%Y-%m-%d %H:%M:%SZ} {record.levelname} {record.name}: {_one_line(_message(record))}"
        return line if not record.exc_info else f"{line}\n  {_places(record.exc_info)}"


class JsonLines(logging.Formatter):
    """One JSON object: time, level, logger, message; where there are any, request id, route, status and duration."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, always one line."""
        entry: dict[str, object] = {
            "time": _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        if (identity := REQUEST_ID.get()) is not None:
            entry["request_id"] = identity
        entry |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            entry["error"] = _places(record.exc_info)
        return orjson.dumps(entry, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


_FORMATTERS: Final = {"text": TextLines, "json": JsonLines}


def write_logs(log_format: str) -> None:
    """Send what is logged to standard error in `log_format`, ours from INFO on, others' from WARNING on.

    Streamlit and its server bring handlers of their own, or are left without one and take Python's last resort: all
    get our formatter, so that in JSON every line parses, and no traceback of theirs quotes what a person typed.
    """
    formatter = _FORMATTERS[log_format]()
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        if isinstance(handler, _StandardError):
            root.removeHandler(handler)
    root.addHandler(_StandardError(formatter))
    logging.getLogger("xunjie").setLevel(logging.INFO)
    for logger in tuple(logging.Logger.manager.loggerDict.values()):
        for handler in logger.handlers if isinstance(logger, logging.Logger) else ():
            if type(handler) is logging.StreamHandler:
                handler.setFormatter(formatter)
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(formatter)


class _StandardError(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what is standard error at that moment; told apart from handlers that others put on the root logger."""

    def __init__(self, formatter: logging.Formatter) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(formatter)

    @property
    def stream(self) -> TextIO:
        """Never one that a test runner has closed."""
        return sys.stderr


def without_password(text: str) -> str:
    """`text` with every password in an address or a connection string replaced by ***."""
    if "://" not in text and "=" not in text:  # as in every access line
        return text
    return _KEYWORD.sub(r"\1\2***", _PASSWORD.sub(r"\1:***@", text))


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # a template that does not fit its values must not lose the line
        text = str(record.msg)
    return without_password(text)


def _one_line(text: str) -> str:
    return text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _places(raised: Raised) -> str:
    """The class of an error, what it came from, and where each was raised: without messages."""
    kind, error, trace = raised
    if kind is None or error is None:
        return ""
    frames = traceback.extract_tb(trace)[-8:]
    places = " < ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    cause = error.__cause__ or error.__context__
    because = f"; after {_places((type(cause), cause, cause.__traceback__))}" if cause is not None else ""
    return f"{kind.__name__} at {places or 'an unknown place'}{because}"


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])

"""The log: every line parses, says where and when, and holds neither passwords nor what people typed."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from types import TracebackType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.logs import REQUEST_ID, JsonLines, TextLines, without_password, write_logs
from geo.errors import BadValueError, StoreError

Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def record(message: str, *values: object, raised: Raised | None = None, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("xunjie.test", logging.WARNING, __file__, 1, message, values, raised)
    made.__dict__.update(fields)
    return made


def raised(act: Callable[[], object]) -> Raised:
    try:
        act()
    except Exception:  # noqa: BLE001 - whatever it is, it is what the test asks for
        kind, error, trace = sys.exc_info()
        assert kind is not None
        assert error is not None
        return kind, error, trace
    raise AssertionError("nothing was raised")


def test_a_line_is_one_json_object_with_what_is_known() -> None:
    token = REQUEST_ID.set("abc")
    made = record("took %d", 3, method="GET", route="/api/issues/{identity}", status=200, duration_ms=1.5, other="x")
    try:
        entry = json.loads(JsonLines().format(made))
    finally:
        REQUEST_ID.reset(token)
    moment = datetime.fromisoformat(entry.pop("time"))
    assert moment.utcoffset() is not None
    assert abs(moment.timestamp() - made.created) < 0.01
    assert entry == {
        "level": "warning",
        "logger": "xunjie.test",
        "message": "took 3",
        "request_id": "abc",
        "method": "GET",
        "route": "/api/issues/{identity}",
        "status": 200,
        "duration_ms": 1.5,
    }


@given(st.text(), st.sampled_from([JsonLines, TextLines]))
def test_whatever_is_logged_is_one_line(text: str, lines: type[logging.Formatter]) -> None:
    for made in (record("%s", text), record(text), record(text, "value")):
        line = lines().format(made)
        assert len(line.splitlines()) == 1
        if lines is JsonLines:
            assert json.loads(line)["level"] == "warning"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgresql+psycopg://me:s3cret@host:5432/db failed", "postgresql+psycopg://me:***@host:5432/db failed"),
        ("postgresql://:s3cret@/db", "postgresql://:***@/db"),
        ("host=x password=s3cret user=y", "host=x password=*** user=y"),
        ("password = 's3 cret' x", "password = *** x"),
        ("sqlite:////srv/x.db at 10:30", "sqlite:////srv/x.db at 10:30"),
        ("mail me@host", "mail me@host"),
    ],
)
def test_passwords_are_blotted_out(text: str, said: str) -> None:
    assert without_password(text) == said
    assert "s3" not in JsonLines().format(record(text)) + TextLines().format(record("%s", text))


def inner() -> None:
    raise BadValueError("q", "甲的电话", "no such text")


def outer() -> None:
    try:
        inner()
    except BadValueError as error:
        raise StoreError("kept: 甲的电话") from error


@pytest.mark.parametrize("lines", [JsonLines, TextLines])
def test_an_error_is_told_by_class_and_place_without_what_a_person_typed(lines: type[logging.Formatter]) -> None:
    line = lines().format(record("failed", raised=raised(outer)))
    assert "StoreError at" in line
    assert "after BadValueError at" in line
    assert "test_logs.py" in line
    assert "inner" in line
    assert "甲" not in line


@pytest.fixture
def put_back() -> Iterator[None]:
    """The logging of the test run as it was."""
    root, ours = logging.getLogger(), logging.getLogger("xunjie")
    handlers, level = list(root.handlers), ours.level
    last = logging.lastResort
    assert last is not None
    formatter = last.formatter
    yield
    last.setFormatter(formatter)
    root.handlers[:] = handlers
    ours.setLevel(level)


def test_all_lines_parse_those_of_others_included(put_back: None, capsys: pytest.CaptureFixture[str]) -> None:
    other = logging.getLogger("somebody.else")
    other.propagate, handler = False, logging.StreamHandler()
    other.addHandler(handler)
    write_logs("json")
    write_logs("json")
    logging.getLogger("xunjie.test").info("ours")
    logging.getLogger("another").info("not told")
    logging.getLogger("another").warning("told")
    handler.setStream(sys.stderr)
    other.warning("theirs")
    other.removeHandler(handler)
    entries = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [entry["message"] for entry in entries] == ["ours", "told", "theirs"]


def test_lines_for_people(put_back: None, capsys: pytest.CaptureFixture[str]) -> None:
    write_logs("text")
    logging.getLogger("xunjie.test").info("begun")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("Z INFO xunjie.test: begun")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_traceback_of_the_server_quotes_nothing(
    put_back: None, capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    server = logging.getLogger("somebody.serving")
    theirs, last = logging.StreamHandler(), logging.lastResort
    assert last is not None
    server.addHandler(theirs)
    write_logs(log_format)
    server.removeHandler(theirs)
    theirs.setStream(sys.stderr)
    try:
        raise ValueError("Zhang, 13800000000")
    except ValueError:
        record = server.makeRecord(server.name, logging.ERROR, __file__, 1, "Exception in ASGI", (), sys.exc_info())
    for handler in (theirs, last):  # the last resort is what a logger without any handler has
        handler.handle(record)
        said = capsys.readouterr().err
        assert "Exception in ASGI" in said
        assert "ValueError at" in said
        assert "Zhang" not in said

"""Answers that cost once: JSON bodies kept by question and revision, with their gzip form and their ETag."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.gzip_pieces import gzip_of, piece_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIA_TYPE: Final = "application/json"
_GZIP_FROM: Final = 1_000
_CAP_BYTES: Final = 48 * 2**20
_OPTIONS: Final = orjson.OPT_SERIALIZE_NUMPY
_OF_THE_MOMENT: Final = ("revision", "as_of")
_names: WeakKeyDictionary[object, str] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Body:
    """One answer's bytes, plain and (from 1 kB) compressed; and its ETag where that depends on the content alone."""

    plain: bytes
    packed: bytes | None
    etag: str = ""

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.plain) + len(self.packed or b"")


class BodyCache:
    """The bodies used last, up to a cap in bytes. Two requests for the same missing body work it out once."""

    def __init__(self, cap_bytes: int = _CAP_BYTES) -> None:
        self._cap, self._size = cap_bytes, 0
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._lock = Lock()
        self._stand: Hashable = None
        self._making: dict[Hashable, tuple[Lock, int]] = {}

    def get(self, key: Hashable, make: Callable[[], bytes | Body], *, stand: Hashable = None) -> Body:
        """The body of `key`, made by `make` unless it is kept. What `make` raises is raised to the caller.

        With another `stand` (the revision) than the last one's, all that was kept is let go: nobody will ask for it.
        """
        with self._lock:
            if stand != self._stand:
                self._stand, self._size = stand, 0
                self._bodies.clear()
        with self._one_at_a_time(key):
            with self._lock:
                if key in self._bodies:
                    self._bodies.move_to_end(key)
                    return self._bodies[key]
            made = make()
            body = pack(made) if isinstance(made, bytes) else made
            with self._lock:
                if stand == self._stand:
                    self._bodies[key] = body
                    self._size += body.size
                while self._size > self._cap and self._bodies:
                    self._size -= self._bodies.popitem(last=False)[1].size
            return body

    @contextmanager
    def _one_at_a_time(self, key: Hashable) -> Iterator[None]:
        with self._lock:
            lock, waiting = self._making.get(key, (Lock(), 0))
            self._making[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._making.pop(key)
                if waiting > 1:
                    self._making[key] = (lock, waiting - 1)


def pack(plain: bytes, etag: str = "") -> Body:
    """`plain` with its gzip form, where that is worth it."""
    packed = gzip_of([piece_of(plain)]) if len(plain) >= _GZIP_FROM else None
    return Body(bytes(memoryview(plain)), packed, etag)  # a copy: the writer's own may hold several times its room


BODIES: Final = BodyCache()


class _Last:
    """The last answer to each of the questions asked last, and the objects that it was made of."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[Hashable, tuple[tuple[object, ...], Body]] = OrderedDict()

    def get(self, question: Hashable) -> tuple[tuple[object, ...], Body] | None:
        with self._lock:
            return self._kept.get(question)

    def put(self, question: Hashable, answer: tuple[tuple[object, ...], Body]) -> None:
        with self._lock:
            self._kept[question] = answer
            self._kept.move_to_end(question)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


_LAST: Final = _Last(96)
_MOST_AGAIN: Final = 2**16


def name_of(source: object) -> str:
    """A random name of the open runtime `source`, to stand in keys and ETags beside its revision.

    After a restart, or a restored backup, the same revision number may stand for other data.
    """
    return _names.get(source) or _names.setdefault(source, secrets.token_hex(6))


def etag_of(*parts: object) -> str:
    """A weak ETag for what `parts` determine; known before the answer is worked out."""
    return f'W/"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


def not_modified(request: Request, etag: str) -> Response | None:
    """The 304 that `request` asked for with If-None-Match, or None."""
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag.removeprefix("W/") in asked or "*" in asked:
        return Response(status_code=304, headers=headers_for(etag))
    return None


def takes_gzip(request: Request) -> bool:
    """Whether the client takes gzip (and has not refused it by q=0)."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def json_answer(
    request: Request, key: tuple[object, ...], make: Callable[[], object], *, stand: Hashable = None
) -> Response:
    """The JSON answer of `make` under `key` (which must determine it): 304, or the body, once worked out and kept."""
    etag = etag_of(key)
    unchanged = not_modified(request, etag)
    if unchanged is not None:
        return unchanged
    body = BODIES.get(key, lambda: orjson.dumps(make(), option=_OPTIONS), stand=stand)
    return body_response(request, body, MEDIA_TYPE, headers_for(etag))


def json_answer_by_content(
    request: Request,
    key: tuple[object, ...],
    make: Callable[[], dict[str, Any]],
    *,
    stand: Hashable = None,
    drawn: Callable[[], tuple[object, ...]] | None = None,
) -> Response:
    """As `json_answer`, with an ETag of what the answer says, whatever revision and moment it says it for.

    For answers about a part of the map: a change elsewhere makes another revision, but the same answer, and a client
    that asks again is sent nothing. Telling so costs working the answer out, once for all who look at that part; and
    nothing where all that is `drawn` are the very objects that the last answer to the question (the key without its
    stand) was made of: it then stands for this revision as well.
    """
    asked = key[len(stand) if isinstance(stand, tuple) else 0 :]

    def body() -> Body:
        made_of = drawn() if drawn is not None else ()
        last = _LAST.get(asked) if made_of else None
        if last is not None and all(one is other for one, other in zip(last[0], made_of, strict=True)):
            return last[1]
        found = anew()
        if made_of and found.size <= _MOST_AGAIN:
            _LAST.put(asked, (made_of, found))
        return found

    def anew() -> Body:
        answer = make()
        said = {name: value for name, value in answer.items() if name not in _OF_THE_MOMENT}
        etag = f'W/"{hashlib.blake2b(orjson.dumps(said, option=_OPTIONS), digest_size=12).hexdigest()}"'
        return pack(orjson.dumps(answer, option=_OPTIONS), etag)

    kept = BODIES.get(key, body, stand=stand)
    return not_modified(request, kept.etag) or body_response(request, kept, MEDIA_TYPE, headers_for(kept.etag))


def body_response(request: Request, body: Body, media_type: str, headers: dict[str, str]) -> Response:
    """`body` as the client takes it; a HEAD gets its headers alone."""
    content = body.plain
    if body.packed is not None and takes_gzip(request):
        content = body.packed
        headers = {**headers, "Content-Encoding": "gzip"}
    if request.method == "HEAD":
        return Response(media_type=media_type, headers={**headers, "Content-Length": str(len(content))})
    return Response(content, media_type=media_type, headers=headers)


def headers_for(etag: str) -> dict[str, str]:
    """Headers of an answer that a browser may keep but must ask about before each use."""
    return {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}

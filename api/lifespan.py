"""What opens before the first request and closes after the last: settings, the runtime, the streams."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any, Final

import uvicorn

from api.gate import is_loopback_address
from api.map_pages import pages_of
from api.sockets import keep_sending_at_once
from api.stream import open_hub
from data.access.settings import AccessSettings
from data.logs import write_logs
from data.runtime import Runtime, open_runtime
from data.settings import Settings
from geo.errors import SettingsError, XunjieError
from i18n import translate

SWITCH_S: Final = 0.0005
"""How long a thread may reckon before the one that serves connections gets its turn. Python's own 5 ms are waited at
each of its calls to the system while threads work answers out: seconds for two hundred viewers."""

GRACE_S: Final = 5
"""What answers under way have left when the server stops. Without a bound it waits for a connection that was opened in
its last moment and never asks for anything, as browsers keep them in store."""

REFUSED: Final = 2
"""Exit code of a server that may not or cannot start: settings, store or city."""


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Open the runtime, build the map's files, tell streams of changes; end them first when the server stops.

    Under Streamlit an error of ours ends the process with one sentence; elsewhere (tests) it is raised.
    """
    try:
        address = streamlit_address()
        if address is not None:
            refuse_beyond(address, AccessSettings.from_environment(os.environ), with_tls=streamlit_has_tls())
            keep_sending_at_once()
            sys.setswitchinterval(SWITCH_S)
        opened = open_with_pages()
    except XunjieError as error:
        if streamlit_address() is None:
            raise
        _leave(error)
        raise
    try:
        if address is not None:
            opened.store.announce(f"{'https' if streamlit_has_tls() else 'http'}://{_netloc(address)}")
        hub = open_hub(opened)
        if address is not None:
            leave_alone_what_stays()
        try:
            with streams_ended_by_signals(hub.end):
                yield
        finally:
            hub.end()
            await asyncio.sleep(0)
    finally:
        opened.close()


def leave_alone_what_stays() -> None:
    """Take everything that was made for the start out of the collector's sight.

    Libraries, city and tables stay as long as the program; to look them through again and again stopped every answer
    for a tenth of a second.
    """
    gc.collect()
    gc.freeze()


def open_with_pages() -> Runtime:
    """The runtime of the environment's settings, its map pages built: closed again where they cannot be. From here on
    the log is written as the settings say."""
    settings = Settings.from_environment(os.environ)
    write_logs(settings.log_format)
    opened = open_runtime(settings)
    try:
        pages_of(opened)
    except BaseException:
        opened.close()
        raise
    return opened


def refuse_beyond(address: str, settings: AccessSettings, *, with_tls: bool) -> None:
    """SettingsError where the server would listen on more than this machine without a login, or would have people send
    their passwords in the clear: neither by TLS of its own nor behind a proxy that is named."""
    if is_loopback_address(address):
        return
    if not settings.is_on:
        raise SettingsError(translate("errors.bind", "en", address=address))
    if not (with_tls or settings.proxies or settings.plain_http):
        raise SettingsError(translate("errors.plain", "en", address=address))


def streamlit_has_tls() -> bool:
    """Whether `streamlit run` was given a certificate. SettingsError where our own setting did not reach it."""
    from streamlit import config

    has = bool(config.get_option("server.sslCertFile"))
    if AccessSettings.from_environment(os.environ).certificate is not None and not has:
        raise SettingsError(translate("errors.tls", "en"))
    return has


def streamlit_address() -> str | None:
    """The address that `streamlit run` listens on; None where another server carries our routes."""
    runtime = sys.modules.get("streamlit.runtime")
    if runtime is None or not runtime.exists():
        return None
    from streamlit import config

    return config.get_option("server.address") or "0.0.0.0"  # noqa: S104 - Streamlit's own default, to be refused


def _netloc(address: str) -> str:
    """Host and port at which `streamlit run` answers; the port is settled before the lifespan begins."""
    from streamlit import config

    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked from this machine
    address = everywhere.get(address, address)
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{config.get_option('server.port')}"


def _leave(error: XunjieError) -> None:
    """End the process with one sentence. Raising would make the server print a traceback of its own."""
    print(f"Xunjie: {error}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(REFUSED)


@contextmanager
def streams_ended_by_signals(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` on SIGTERM and SIGINT before what stood there: a server waits for open streams before it stops, and
    for all else GRACE_S at most.

    Does nothing outside the main thread, where Python does not set handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for handler in before.values():
        server = getattr(handler, "__self__", None)
        if isinstance(server, uvicorn.Server):  # Streamlit has no setting for it
            server.config.timeout_graceful_shutdown = GRACE_S

    def handle(number: int, frame: FrameType | None) -> None:
        end()
        handler = before[number]
        if callable(handler):
            handler(number, frame)
        elif handler == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, handler)

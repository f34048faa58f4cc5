"""The TCP sockets of this process: what is sent on them leaves at once."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path
from typing import Final

_OPEN_FILES: Final = Path("/dev/fd")
_AGAIN_S: Final = 1.0


def keep_sending_at_once() -> None:
    """`send_at_once` now, for every connection to come, and soon again, for those that waited while the server started.

    To be called in the event loop of the server, before it answers.
    """
    send_at_once()
    asyncio.get_running_loop().call_later(_AGAIN_S, send_at_once)


def send_at_once() -> int:
    """Switch Nagle's algorithm off for every TCP socket of this process; how many there are.

    Connections inherit it from the socket that listens. Streamlit's does not name its protocol, so that asyncio does
    not see that it is TCP and leaves the algorithm on: the body of an answer then waits for the browser's delayed
    acknowledgement of the head, 40 ms for each answer on a connection that is kept. Where the system does not list its
    open files nothing is changed.
    """
    try:
        numbers = [int(name) for name in os.listdir(_OPEN_FILES)]
    except OSError:
        return 0
    return sum(_at_once(number) for number in numbers)


def _at_once(number: int) -> bool:
    """Whether the open file of that number is a TCP socket; it then sends at once."""
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            return False
        with socket.socket(fileno=os.dup(number)) as handle:  # a second handle of the one socket
            if handle.family not in (socket.AF_INET, socket.AF_INET6) or handle.type != socket.SOCK_STREAM:
                return False
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:  # closed meanwhile
        return False
    return True

"""What the server sends leaves at once, whatever kind of socket it was given."""

from __future__ import annotations

import socket
import sys

import pytest

from api.sockets import send_at_once

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not list a process's open files")


def _listening() -> socket.socket:
    """A socket as Streamlit makes it: it does not name its protocol, so asyncio leaves Nagle's algorithm on."""
    listener = socket.socket(family=socket.AF_INET)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    assert listener.proto == 0
    return listener


def _delays(connection: socket.socket) -> bool:
    return not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_connection_made_later_sends_at_once() -> None:
    with _listening() as listener:
        assert send_at_once() >= 1
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert not _delays(accepted)


def test_a_connection_made_while_the_server_started_sends_at_once_too() -> None:
    with (
        _listening() as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert _delays(accepted), "a connection has what the listener had at the moment of connecting"
        send_at_once()
        assert not _delays(accepted)


def test_a_socket_of_another_kind_is_left_alone() -> None:
    one, other = socket.socketpair()
    with one, other, socket.socket(type=socket.SOCK_DGRAM):
        send_at_once()
        one.sendall(b"still open")
        assert other.recv(20) == b"still open"

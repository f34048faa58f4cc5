"""Says in one sentence why the app could not listen on HOST and PORT, before it tries; silent when it can."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys


def refusal(host: str, port_text: str) -> str | None:
    """Why a server cannot listen on `host` and `port_text`, or None when it can."""
    if not port_text.isascii() or not port_text.isdigit() or not 1 <= int(port_text) <= 65535:
        return f"PORT={port_text} is not a port: give a whole number from 1 to 65535."
    if not is_loopback(host) and os.environ.get("XUNJIE_LOGIN", "").lower() in ("", "off"):
        return f"HOST={host}: without a login Xunjie serves this machine only; leave HOST out, or use 127.0.0.1."
    port = int(port_text)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        return f"HOST={host} is not an address of this machine: 127.0.0.1 is the usual one."
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = port % 65535 + 1
                return f"Port {port} of {host} is in use, perhaps by another Xunjie: try `make run PORT={other}`."
            if error.errno in (errno.EACCES, errno.EPERM):
                return f"This user may not listen on port {port}: try `make run PORT=8501`."
            return f"Xunjie cannot listen on {host}, port {port}: {error.strerror}."
    return None


def is_loopback(host: str) -> bool:
    """Whether a server that listens on `host` is reached from its own machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def main() -> int:
    """Exit code 2 with a sentence on stderr when the address cannot be used, else 0."""
    sentence = refusal(os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8501"))
    if sentence is not None:
        print(sentence, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

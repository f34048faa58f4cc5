"""A local SMTP server for tests: what it was sent, and answers as it is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Post:
    """A local SMTP server that keeps what it takes and refuses as it is told."""

    port: int = 0
    letters: list[tuple[list[str], bytes]] = field(default_factory=list)
    refuse: str = ""

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.refuse:
            return self.refuse
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=default) for _, content in self.letters]  # type: ignore[arg-type]


@contextmanager
def post_office(**how: Any) -> Iterator[Post]:
    """A server on a free port of 127.0.0.1; `how` is what aiosmtpd takes (`ssl_context`, `tls_context` …)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    post = Post(port)
    controller = Controller(post, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()

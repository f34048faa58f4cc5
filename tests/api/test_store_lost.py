"""The routes while the database server is away: reading goes on, writing is refused with a sentence, and it heals."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import pytest

from tests.api.conftest import serving
from tests.postgres_server import PASSWORD, running_postgres

pytestmark = [pytest.mark.postgis, pytest.mark.slow]
POINT = {"type": "Point", "coordinates": [106.7135, 26.5983]}


def test_a_lost_database_is_a_sentence_and_not_the_end(bare_city: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running_postgres() as server, serving(server.fresh_database(), bare_city) as client:
        first, second = ({"id": str(uuid.uuid4()), "type": "E0501", "geometry": POINT} for _ in range(2))
        assert client.post("/api/issues", json=first).status_code == 201
        assert client.get("/healthz").json()["status"] == "ready"
        server.stop()
        refused = client.post("/api/issues", json=second)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        assert "cannot be reached" in refused.json()["error"]["message"]
        assert "连不上" in refused.json()["error"]["message_zh"]
        assert "127.0.0.1" not in refused.text
        health = wait_for(client, "degraded", 3)
        assert health["why"]["code"] == "store_lost"
        assert health["issues"] == 1
        assert client.get("/api/summary").json()["issues"]["total"] == 1
        server.start()
        assert "why" not in wait_for(client, "ready", 10)
        assert client.post("/api/issues", json=second).status_code == 201
        assert client.post("/api/issues", json=second).json()["created"] is False
        assert client.get("/api/summary").json()["issues"]["total"] == 2
    assert PASSWORD not in caplog.text


def wait_for(client: object, status: str, seconds: float) -> dict:
    """The answer of /healthz once it has that status; it is a 200 all the time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = client.get("/healthz")
        assert answer.status_code == 200
        if answer.json()["status"] == status:
            return answer.json()
        assert time.monotonic() < deadline, answer.json()
        time.sleep(0.05)

"""Health: each check complains of its own trouble, and one that fails itself does not silence the others."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from data.health import LEAST_FREE_BYTES, Checks, Reason, disk_check, writable_check, writer_checks
from data.runtime import Runtime
from data.writer_meter import METER, WriterMeter
from geo.errors import StoreError
from i18n import translate


def test_a_sound_program_is_ready(live: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10**10, total=10**11))
    assert (live.health().state, live.health().reasons) == ("ready", ())


@pytest.mark.parametrize(
    ("free", "total", "complains"),
    [
        (LEAST_FREE_BYTES, 10**9, False),
        (LEAST_FREE_BYTES - 1, 10**9, True),
        (5 * 10**9, 10**12, True),  # 0.5 %
        (10**10, 10**12, False),
    ],
)
def test_a_nearly_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, total: int, complains: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free, total=total))
    reason = disk_check(tmp_path)()
    assert (reason is not None) is complains
    if reason is not None:
        assert str(free // 1_000_000) in translate(f"health.{reason.code}", "en", **reason.values)


def test_a_read_only_disk_is_seen_by_the_superuser_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.db"
    file.touch()
    assert writable_check(file)() is None
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert writable_check(file)() == Reason("read_only")


def test_a_writer_that_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = WriterMeter()
    checks = writer_checks(meter)
    begun, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with meter.transaction():
            begun.set()
            go_on.wait()

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait()
    assert checks["writer"]() is None
    monkeypatch.setattr("data.health.LONGEST_WRITE_S", 0.0)
    assert checks["writer"]() == Reason("writer_stuck", {"seconds": 0})
    go_on.set()
    thread.join()
    assert checks["writer"]() is None


def test_a_refusal_of_the_database_counts_until_a_write_succeeds(live: Runtime) -> None:
    check = writer_checks()["last write"]
    with pytest.raises(StoreError), live.store.writing() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert check() == Reason("write_refused")
    with pytest.raises(StoreError, match="ours"), live.store.writing():
        raise StoreError("ours: no fault of the database")
    assert check() == Reason("write_refused")
    with live.store.writing():
        pass
    assert check() is None
    with pytest.raises(StoreError, match="ours"), live.store.writing():
        raise StoreError("ours: no fault of the database")
    assert check() is None


def test_every_commit_is_told_with_its_seconds(live: Runtime) -> None:
    heard: list[float] = []
    forget = METER.listen(heard.append)
    with live.store.writing():
        pass
    forget()
    forget()
    with live.store.writing():
        pass
    assert len(heard) == 1
    assert 0 < heard[0] < 10


def test_a_check_that_fails_is_a_reason_and_the_others_are_asked(caplog: pytest.LogCaptureFixture) -> None:
    checks = Checks()
    checks.add("broken", lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    remove: Callable[[], None] = checks.add("lost", lambda: Reason("read_only"))
    assert checks.reasons() == (Reason("check_failed", {"check": "broken"}), Reason("read_only"))
    assert "ZeroDivisionError" in caplog.text
    remove()
    remove()
    assert len(checks.reasons()) == 1


def test_every_reason_has_its_sentence() -> None:
    for code in (
        "disk_low",
        "read_only",
        "writer_stuck",
        "write_refused",
        "check_failed",
        "not_open",
        "webhook_paused",
    ):
        for language in ("en", "zh-CN"):
            assert translate(f"health.{code}", language, megabytes=1, seconds=2, check="x", n=3)

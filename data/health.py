"""Whether the program can do its work: a list of checks, each of which may give a reason why not."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from data.writer_meter import METER, WriterMeter

_LOG = logging.getLogger("xunjie.health")
LEAST_FREE_BYTES: Final = 200_000_000
LEAST_FREE_SHARE: Final = 0.01
LONGEST_WRITE_S: Final = 60.0
REFUSAL_COUNTS_S: Final = 60.0

State = Literal["ready", "degraded", "closed"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something does not work: a code, and the values of its sentence `<section>.<code>` in the catalogue."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    section: str = "health"

    @property
    def sentence(self) -> str:
        """The key of the sentence."""
        return f"{self.section}.{self.code}"


@dataclass(frozen=True, slots=True)
class Condition:
    """`ready`: all works. `degraded`: reading works, something else does not. `closed`: nothing works."""

    state: State
    reasons: tuple[Reason, ...] = ()


Check = Callable[[], Reason | None]


class Checks:
    """The checks of one running program. They are asked at every look at its health and must be quick."""

    def __init__(self) -> None:
        self._checks: dict[object, tuple[str, Check]] = {}
        self._lock = Lock()

    def add(self, name: str, check: Check) -> Callable[[], None]:
        """Ask `check` from now on; the returned function ends that (twice is harmless)."""
        key = object()
        with self._lock:
            self._checks[key] = (name, check)

        def remove() -> None:
            with self._lock:
                self._checks.pop(key, None)

        return remove

    def reasons(self) -> tuple[Reason, ...]:
        """What the checks complain of. One that fails itself is a reason too."""
        with self._lock:
            checks = list(self._checks.values())
        found = []
        for name, check in checks:
            try:
                reason = check()
            except Exception:  # noqa: BLE001 - a check is not our code, and health must answer
                _LOG.exception("the check %s failed", name)
                reason = Reason("check_failed", {"check": name})
            if reason is not None:
                found.append(reason)
        return tuple(found)


def disk_check(folder: Path) -> Check:
    """Complains when the disk under `folder` has less than 200 MB or 1 % left."""

    def check() -> Reason | None:
        usage = shutil.disk_usage(folder)
        if usage.free < LEAST_FREE_BYTES or usage.free < usage.total * LEAST_FREE_SHARE:
            return Reason("disk_low", {"megabytes": usage.free // 1_000_000})
        return None

    return check


def writable_check(file: Path) -> Check:
    """Complains when the database `file` or its folder cannot be written."""

    def check() -> Reason | None:
        if all(os.access(path, os.W_OK) and not _is_on_read_only_disk(path) for path in (file, file.parent)):
            return None
        return Reason("read_only")

    return check


def writer_checks(meter: WriterMeter = METER) -> Mapping[str, Check]:
    """Complain when one transaction does not end, and when the database refused the last one."""

    def stuck() -> Reason | None:
        busy_s = meter.busy_s
        return Reason("writer_stuck", {"seconds": int(busy_s)}) if busy_s > LONGEST_WRITE_S else None

    def refused() -> Reason | None:
        return Reason("write_refused") if meter.refused_within(REFUSAL_COUNTS_S) else None

    return {"writer": stuck, "last write": refused}


def _is_on_read_only_disk(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)  # the superuser may write anywhere but there

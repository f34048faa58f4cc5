"""What a server's process costs while it is under load: resident memory, and processor time a second."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from bench.row import Row


@dataclass(frozen=True, slots=True)
class ServerLoad:
    """Of one process (Linux): `resident_mb` now, `peak_mb` since it began, `cores` busy
    between begin and end, `cpu_s` seconds of processor time in all."""

    pid: int
    resident_mb: float
    peak_mb: float
    cores: float
    cpu_s: float
    _clock_s: float
    _at_s: float

    @classmethod
    def begin(cls, pid: int) -> ServerLoad:
        """The state now."""
        resident, peak = _memory_mb(pid)
        return cls(pid, resident, peak, 0.0, 0.0, _cpu_s(pid), time.perf_counter())

    def ended(self) -> ServerLoad:
        """The state now, with what was used since `begin`."""
        now = ServerLoad.begin(self.pid)
        cpu_s = now._clock_s - self._clock_s
        cores = cpu_s / max(now._at_s - self._at_s, 1e-9)
        return ServerLoad(self.pid, now.resident_mb, now.peak_mb, cores, cpu_s, now._clock_s, now._at_s)

    def rows(self, name: str, n: int) -> list[Row]:
        """Two rows of the table."""
        return [
            Row(f"{name}: resident memory", n, round(self.resident_mb, 0), None, "aim: 1,500", "MB", None, None),
            Row(f"{name}: processor", n, round(self.cores, 2), None, None, "cores", None, None),
        ]


def _memory_mb(pid: int) -> tuple[float, float]:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = {name: int(kb) / 1e3 for name, kb in re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", text, re.MULTILINE)}
    return found["VmRSS"] * 1.024, found["VmHWM"] * 1.024


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""What a server's process costs while it is under load, and what the machine's own host took from us meanwhile."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bench.row import Row


@dataclass(frozen=True, slots=True)
class ServerLoad:
    """Of one process (Linux): `resident_mb` now, `peak_mb` since it began, `cores` busy
    between begin and end, `cpu_s` seconds of processor time in all; `host_share` of the processors were not ours."""

    pid: int
    resident_mb: float
    peak_mb: float
    cores: float
    cpu_s: float
    host_share: float
    _clock_s: float
    _stolen_s: float
    _at_s: float

    @classmethod
    def begin(cls, pid: int) -> ServerLoad:
        """The state now."""
        resident, peak = _memory_mb(pid)
        return cls(pid, resident, peak, 0.0, 0.0, 0.0, _cpu_s(pid), stolen_s(), time.perf_counter())

    def ended(self) -> ServerLoad:
        """The state now, with what was used since `begin`."""
        now = ServerLoad.begin(self.pid)
        cpu_s = now._clock_s - self._clock_s
        took_s = max(now._at_s - self._at_s, 1e-9)
        host_share = (now._stolen_s - self._stolen_s) / took_s / (os.cpu_count() or 1)
        return replace(now, cores=cpu_s / took_s, cpu_s=cpu_s, host_share=host_share)

    def rows(self, name: str, n: int) -> list[Row]:
        """Three rows of the table."""
        return [
            Row(f"{name}: resident memory", n, round(self.resident_mb, 0), None, "aim: 1,500", "MB", None, None),
            Row(f"{name}: processor", n, round(self.cores, 2), None, None, "cores", None, None),
            Row(
                f"{name}: taken by the machine's host", n, round(100 * self.host_share, 1), None, None, "%", None, None
            ),
        ]


def stolen_s() -> float:
    """Seconds of processor time that a virtual machine wanted and its host gave to others, over all processors."""
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> tuple[float, float]:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = {name: int(kb) / 1e3 for name, kb in re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", text, re.MULTILINE)}
    return found["VmRSS"] * 1.024, found["VmHWM"] * 1.024


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""Runs every test in several processes side by side: those without a browser, then those with one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A file's tests stay in one process: they share what was made ready for them. Files are begun in the order in which
# tests/conftest.py puts them, the longest first, so that no process waits long for the last one.
_SIDE_BY_SIDE = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
PARTS = ((*_SIDE_BY_SIDE, "--ignore=tests/browser"), (*_SIDE_BY_SIDE, "tests/browser"))


def main() -> int:
    """Exit code of the first part that failed; the others run nevertheless."""
    # Dozens of programs are started: their bytecode is kept, whatever this machine does otherwise.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    codes = [_run(part, environment) for part in PARTS]
    return next((code for code in codes if code), 0)


def _run(part: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *part], cwd=ROOT, env=environment).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())

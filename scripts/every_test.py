"""Runs every test in several processes side by side: those without a browser, then those with one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A file's tests stay in one process: they share what was made ready for them.
_SIDE_BY_SIDE = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
PARTS = ((*_SIDE_BY_SIDE, "-m", "not browser"), (*_SIDE_BY_SIDE, "-m", "browser"))


def main() -> int:
    """Exit code of the first part that failed; the others run nevertheless."""
    codes = [subprocess.run([sys.executable, "-m", "pytest", "-q", *part], cwd=ROOT).returncode for part in PARTS]  # noqa: S603
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())

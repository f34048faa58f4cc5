"""Runs every test, or those named, with full counts; writes what came out to docs/evidence/, with commit and date."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from scripts.every_test import PARTS, ROOT


def git(*arguments: str) -> str:
    """The output of one git command in the project's folder, stripped; "unknown" without git."""
    try:
        answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return answer.stdout.strip()


def _said(selection: list[str]) -> str:
    """What was run, for the report."""
    if not selection:
        return "`make soak` (every test with its full counts)"
    return f"`.venv/bin/python -m scripts.soak {' '.join(selection)}` (only these tests, with their full counts)"


def _run(part: Sequence[str]) -> tuple[int, list[str]]:
    """Exit code and output lines of pytest with these options and full counts; the lines are printed as they come."""
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", "--durations=15", *part],
        cwd=ROOT,
        env={**os.environ, "XUNJIE_SOAK": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return process.returncode, lines


def main() -> int:
    """Exit code of pytest; the report is written whatever it is."""
    commit = git("rev-parse", "--short=12", "HEAD")
    changed = " with uncommitted changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    started = time.monotonic()
    runs = [_run(part) for part in ([sys.argv[1:]] if sys.argv[1:] else PARTS)]
    code = next((code for code, _ in runs if code), 0)
    minutes = (time.monotonic() - started) / 60
    now = datetime.now(UTC)
    report = ROOT / "docs" / "evidence" / f"soak-{now:%Y-%m-%d-%H%M}.md"
    report.parent.mkdir(parents=True, exist_ok=True)
    tail = "\n\n".join("\n".join(lines[-40:]) for _, lines in runs).replace(str(ROOT) + os.sep, "")
    report.write_text(
        f"# Soak of {now:%Y-%m-%d %H:%M} UTC\n\n"
        f"- Command: {_said(sys.argv[1:])}\n- Commit: {commit}{changed}\n"
        f"- Machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n"
        f"- Time: {minutes:.1f} minutes; exit code {code}\n\n```\n{tail}\n```\n",
        encoding="utf-8",
    )
    print(f"Written: {report.relative_to(ROOT)}")
    return code


if __name__ == "__main__":
    sys.exit(main())

"""A full disk: a clear refusal, reads go on, nothing acknowledged is lost, and work resumes when there is room."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def namespace(folder: Path) -> list[str]:
    """The command that runs another in a mount namespace of its own; skips where that may not be had."""
    program = shutil.which("unshare")
    if program is None:
        pytest.skip("there is no unshare (util-linux): no disk of our own to fill")
    for options in (["--mount"], ["--user", "--map-root-user", "--mount"]):
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
        if subprocess.run([program, *options, *mount], capture_output=True).returncode == 0:
            return [program, *options]
    pytest.skip("this machine lets us mount no small disk of our own to fill")


@pytest.mark.slow
def test_a_full_disk_refuses_and_goes_on_when_there_is_room(tmp_path: Path, soak: bool) -> None:
    for turn in range(10 if soak else 1):
        folder = tmp_path / str(turn)
        folder.mkdir()
        run = [*namespace(folder), sys.executable, "-m", "tests.faults.full_disk", str(folder)]
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=300, env=dict(os.environ))
        assert done.returncode == 0, done.stderr
        saw = json.loads(done.stdout)
        assert all(saw["before"])
        assert not saw["alone"][-1], "a disk that is full takes nothing"
        assert not any(saw["crowd"])
        assert not saw["bulk"]
        assert saw["refusals"] == [f"the store {folder / 'store.db'} cannot be written: the disk is full"]
        assert saw["read"], "what was acknowledged can be read while the disk is full, and nothing else is there"
        assert all(saw["resumed"]), "as soon as there is room, in the same process"
        assert not saw["too_large"]
        assert saw["last"], "an import that did not fit leaves room for what does"
        assert (saw["whole"], saw["problems"], saw["kept"]) == ("ok", [], True)
        assert list(folder.iterdir()) == [], "the disk was the process's own"

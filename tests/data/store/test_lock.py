"""The writer's lock: one process at a time, named to the second one, free when the first one ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.store.lock import WriterLock
from geo.errors import StoreError, StoreInUseError

HOLDER = """
import sys
from pathlib import Path
from data.store.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_another_process_is_told_who_holds_it_and_gets_it_when_that_one_dies(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreInUseError, match=str(holder.pid)):
            WriterLock(database)
        holder.kill()
        holder.wait()
        WriterLock(database).release()


def test_the_same_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    with WriterLock(tmp_path / "x.db"), pytest.raises(StoreInUseError, match=str(os.getpid())):
        WriterLock(tmp_path / "x.db")
    WriterLock(tmp_path / "x.db").release()


def test_release_twice_is_harmless(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "x.db")
    lock.release()
    lock.release()


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        WriterLock(tmp_path / "missing" / "x.db")


def test_who_holds_it_can_say_where_it_answers(tmp_path: Path) -> None:
    with WriterLock(tmp_path / "x.db") as lock:
        lock.announce("http://127.0.0.1:8501")
        with pytest.raises(StoreInUseError, match=f"process {os.getpid()} \\(http://127.0.0.1:8501\\)") as busy:
            WriterLock(tmp_path / "x.db")
        assert busy.value.address == "http://127.0.0.1:8501"
    with WriterLock(tmp_path / "x.db"), pytest.raises(StoreInUseError) as later:
        WriterLock(tmp_path / "x.db")
    assert later.value.address is None, "the address went with its process"


@pytest.mark.parametrize("address", ["http://10.0.0.7:80", "https://127.0.0.1:1", "http://127.0.0.1", "x", "\n\n"])
def test_only_an_address_of_this_machine_counts(tmp_path: Path, address: str) -> None:
    with WriterLock(tmp_path / "x.db") as lock:
        lock.announce(address)
        with pytest.raises(StoreInUseError) as busy:
            WriterLock(tmp_path / "x.db")
    assert busy.value.address is None

"""The kept columns: what was written comes back, and a file that does not fit the store is no file."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from data.catching_up import keep_columns, open_snapshot, read_snapshot
from data.columns_file import read_columns, write_columns
from data.runtime import Runtime
from data.snapshot import Snapshot
from geo.city import City
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status
from tests.small_city import CLOCK
from tests.strategies import compiled_passes

HERE = shapely.Point(106.71, 26.6)


def fill(live: Runtime, n: int = 3) -> None:
    """Points and a polygon, one of them accepted."""
    steps = (Transition(Status.ACCEPTED, CLOCK, "commander"),)
    drafts = [IssueDraft("supervision", "C0101", HERE, id=str(uuid.uuid4())) for _ in range(n)]
    drafts.append(IssueDraft("supervision", "C0101", HERE.buffer(0.001), id=str(uuid.uuid4()), history=steps))
    live.submit(drafts, actor="a")


@pytest.fixture
def file(live: Runtime, tmp_path: Path) -> Path:
    """The columns of a store of four issues, kept as if there were many."""
    fill(live)
    path = tmp_path / "kept.columns"
    with compiled_passes():
        keep_columns(live.snapshot, path)
    return path


def same(one: Snapshot, two: Snapshot) -> None:
    assert (one.revision, one.seq, one.head) == (two.revision, two.seq, two.head)
    for name, values in two.arrays.items():
        assert one.arrays[name].dtype == values.dtype, name
        np.testing.assert_array_equal(one.arrays[name], values, err_msg=name)


def test_what_was_kept_is_what_the_store_holds(live: Runtime, city: City, file: Path) -> None:
    assert read_columns(file, city) is not None
    opened, kept_seq = open_snapshot(live.store, city, file)
    same(opened, read_snapshot(live.store, city))
    assert kept_seq == opened.seq


def test_what_came_later_is_caught_up_with(live: Runtime, city: City, file: Path) -> None:
    fill(live, 5)
    opened, kept_seq = open_snapshot(live.store, city, file)
    assert len(opened.issues) == 10
    assert kept_seq < opened.seq
    same(opened, read_snapshot(live.store, city))


def test_any_flipped_byte_makes_it_no_file(city: City, file: Path) -> None:
    content = file.read_bytes()
    rng = np.random.default_rng(7)
    for at in [*range(0, 200, 9), *rng.choice(len(content), 60, replace=False).tolist()]:
        flipped = bytearray(content)
        flipped[at] ^= 1 << int(rng.integers(8))
        file.write_bytes(flipped)
        assert read_columns(file, city) is None, f"byte {at}"


def test_a_file_of_another_log_is_not_taken(live: Runtime, city: City, file: Path) -> None:
    """A restored backup, say: the same number of events, other ones."""
    kept = read_columns(file, city)
    assert kept is not None
    assert write_columns(file, city, replace(kept, head="0" * 64))
    assert read_columns(file, city) is not None
    fill(live)
    opened, kept_seq = open_snapshot(live.store, city, file)
    same(opened, read_snapshot(live.store, city))
    assert kept_seq == -1


@pytest.mark.parametrize("change", [{"time_zone": "America/Chicago"}, {"layer_version": "other"}, {"code": "other"}])
def test_a_file_of_other_lists_or_layers_is_not_taken(city: City, file: Path, change: dict[str, str]) -> None:
    assert read_columns(file, replace(city, **change)) is None


def test_a_small_snapshot_and_a_disk_that_refuses_keep_nothing(live: Runtime, tmp_path: Path) -> None:
    keep_columns(live.snapshot, tmp_path / "small.columns")
    assert not (tmp_path / "small.columns").exists()
    blocker = tmp_path / "blocker"
    blocker.write_text("a file where a folder should be")
    with compiled_passes():
        keep_columns(live.snapshot, blocker / "x.columns")
    assert list(tmp_path.glob(".x.columns*")) == []

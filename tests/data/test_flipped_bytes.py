"""One flipped bit in a database file or in a backup is found, every time."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import shapely

from data.backup.backup_file import backup_read
from data.backup.taking import take_backup
from data.runtime import Runtime
from data.store.file_seal import seal_path
from data.store.verify import verify_store
from geo.access import Role
from geo.city import City
from geo.errors import StoreError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of
from tests.data.photos.scenes import photo
from tests.small_city import small_city

pytestmark = pytest.mark.slow

CITY = small_city()


def filled(file: Path) -> Runtime:
    """A store with points, lines, areas, reporters, a photo and an account, written in several transactions."""
    live = runtime_of(CITY, f"sqlite:///{file}")
    kinds = [kind.code for kind in CITY.catalogue.types]
    live.photos.add(photo(1, place=(106.705, 26.605)), uploader="督查员")
    live.access.add_account(
        by="-", login="anna", name="安娜", roles=frozenset({Role.ADMINISTRATOR}), password="flipped-bytes-2021"
    )
    assert live.access.sign_in("anna", "flipped-bytes-2021") is not None
    for k in range(24):
        west = 106.703 + k / 2000
        shapes = (
            shapely.Point(west, 26.605),
            shapely.LineString([(west, 26.604), (west + 0.004, 26.606)]),
            shapely.box(west, 26.603, west + 0.003, 26.607),
        )
        register = CITY.campaign().default_register
        live.submit(
            [
                IssueDraft(register, kinds[k % 3], shape, description="坑" * (k * 40), reporter_phone=f"1390000{k:04}")
                for shape in shapes
            ],
            actor="督查员",
        )
    return live


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database file whose program has ended."""
    file = tmp_path_factory.mktemp("closed") / "store.db"
    live = filled(file)
    live.close()
    assert seal_path(file).is_file()
    return file.read_bytes()


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("backup")
    live = filled(folder / "store.db")
    take_backup(live.store, folder / "backup.zip", live.photos.files)
    live.close()
    return (folder / "backup.zip").read_bytes()


def flips(content: bytes, *, count: int, seed: int) -> Iterator[tuple[int, bytes]]:
    """`content` with one bit flipped: anywhere, and every fourth time in the first or the last hundred bytes."""
    rng = random.Random(seed)
    for k in range(count):
        edge = rng.randrange(100)
        at = rng.randrange(len(content)) if k % 4 else (edge, len(content) - 1 - edge)[k // 4 % 2]
        flipped = bytearray(content)
        flipped[at] ^= 1 << rng.randrange(8)
        yield at, bytes(flipped)


def is_found(file: Path) -> bool:
    try:
        verify_store(f"sqlite:///{file}", CITY)
    except StoreError:
        return True
    return False


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)


def test_in_the_file_of_a_program_that_has_ended(closed: bytes, tmp_path: Path, soak: bool) -> None:
    file = tmp_path / "store.db"
    put(file, closed)
    runtime_of(CITY, f"sqlite:///{file}").close()
    sealed = file.read_bytes()
    assert not is_found(file)
    for at, flipped in flips(sealed, count=400 if soak else 40, seed=1):
        put(file, flipped)
        assert is_found(file), f"byte {at}"


def test_in_the_seal_itself(closed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    put(file, closed)
    runtime_of(CITY, f"sqlite:///{file}").close()
    seal = seal_path(file).read_bytes()
    for at in range(len(seal)):
        flipped = bytearray(seal)
        flipped[at] ^= 1 << at % 8
        seal_path(file).write_bytes(flipped)
        assert is_found(file), f"byte {at}"


def readable(content: bytes, folder: Path) -> object:
    """Everything that any reader gets out of a database file, with the types of the values."""
    file = folder / "read.db"
    put(file, content)
    with closing(sqlite3.connect(file)) as database:
        schema = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2").fetchall()
        tables = [name for kind, name, _, _ in schema if kind == "table"]
        return schema, {name: repr(database.execute(f'SELECT * FROM "{name}"').fetchall()) for name in tables}


def test_without_a_seal_whatever_can_be_read_is_covered(closed: bytes, tmp_path: Path, soak: bool) -> None:
    file, count, unfound = tmp_path / "store.db", 400 if soak else 60, 0
    before = readable(closed, tmp_path)
    for at, flipped in flips(closed, count=count, seed=2):
        put(file, flipped)
        if not is_found(file):
            unfound += 1
            assert readable(flipped, tmp_path) == before, f"byte {at}"
    assert unfound < count / 2, "most of the file is content"


def test_in_a_backup_and_its_manifest(backup: bytes, tmp_path: Path, soak: bool) -> None:
    file = tmp_path / "backup.zip"
    for at, flipped in flips(backup, count=400 if soak else 60, seed=3):
        file.write_bytes(flipped)
        with pytest.raises(StoreError), backup_read(file):
            raise AssertionError(f"byte {at}")
    for cut in (1, 64, 1000, len(backup) - 1):
        file.write_bytes(backup[:-cut])
        with pytest.raises(StoreError), backup_read(file):
            raise AssertionError(f"cut by {cut}")
    file.write_bytes(backup + b"\0")
    with pytest.raises(StoreError), backup_read(file):
        raise AssertionError("one byte more")
    file.write_bytes(backup)
    with backup_read(file) as sound:
        assert sound.manifest.events == 72


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a database whose program was killed: what was written last stands in the write-ahead log only."""
    file = tmp_path_factory.mktemp("killed") / "store.db"
    live = filled(file)
    files = {name: file.with_name(file.name + name).read_bytes() for name in ("", "-wal", "-shm")}
    live.close()
    return files


def put_all(file: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        file.with_name(file.name + name).write_bytes(content)


@pytest.mark.parametrize("index", [True, False])
def test_in_the_write_ahead_log_of_a_program_that_was_killed(
    killed: dict[str, bytes], tmp_path: Path, soak: bool, index: bool
) -> None:
    file = tmp_path / "store.db"
    files = killed if index else {name: content for name, content in killed.items() if name != "-shm"}
    for at, flipped in flips(killed["-wal"], count=400 if soak else 40, seed=4):
        if not index and at >= len(killed["-wal"]) - 4_120:
            continue  # without the index the last frame cannot be told from one that was never finished
        file.with_name("store.db-shm").unlink(missing_ok=True)
        put_all(file, files | {"-wal": flipped})
        assert is_found(file), f"byte {at}"
    file.with_name("store.db-shm").unlink(missing_ok=True)
    put_all(file, files)
    assert not is_found(file)
    put_all(file, files | {"-wal": killed["-wal"][:-4_120]})
    assert is_found(file) is index, "a log cut by one commit is whole by itself: only the index tells"


def test_a_program_that_runs_is_verified_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    live = filled(file)
    try:
        for _ in range(5):
            assert not is_found(file)
            live.submit(
                [IssueDraft(CITY.campaign().default_register, "C0101", shapely.Point(106.705, 26.605))], actor="a"
            )
    finally:
        live.close()


def test_a_program_that_was_killed_leaves_no_seal(tmp_path: Path, city: City) -> None:
    file = tmp_path / "store.db"
    runtime_of(city, f"sqlite:///{file}").close()
    assert seal_path(file).is_file()
    live = runtime_of(city, f"sqlite:///{file}")
    assert not seal_path(file).exists(), "while the program runs the file changes"
    live.close()
    assert seal_path(file).is_file()

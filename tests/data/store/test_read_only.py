"""A store where nothing can be written: it is read all the same, and every attempt to write is one sentence.

Two ways to be without the right to write: a file system that is mounted read-only (in a private mount namespace, with
the real commands and the real server), and a folder of another user (in this process, with its rights lowered).
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from shapely import Point

from data.commands.cli import main
from data.runtime import Runtime
from data.settings import DEFAULT_CITY
from data.store.database import Store, open_store, read_events, read_meta
from data.store.lock import WriterLock
from geo.city import City
from geo.errors import StoreError, StoreInUseError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of

ROOT = Path(__file__).resolve().parents[3]
NOBODY = 65534
MOUNTED = """
set -e
mount -t tmpfs tmpfs "$1"
cp "$2" "$1/store.db"
mount -o remount,ro "$1"
shift 2
exec "$@"
"""

Mounted = Callable[..., subprocess.CompletedProcess[str]]


def cannot_mount() -> str:
    """Why no file system can be mounted here; "" where one can."""
    if shutil.which("unshare") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "mounting a read-only file system takes root and the program unshare"
    tried = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", "mount -t tmpfs tmpfs /mnt"], capture_output=True
    )
    return "" if tried.returncode == 0 else "this machine lets nobody mount a file system"


@pytest.fixture(scope="module")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yunyan's layers without its demo."""
    folder = tmp_path_factory.mktemp("yunyan") / "city"
    shutil.copytree(DEFAULT_CITY, folder)
    toml = folder / "city.toml"
    text = toml.read_text(encoding="utf-8").replace('[demo]\nloader = "yunyan"\n', "")
    toml.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, city_folder: Path) -> Path:
    """A sound store with one issue."""
    folder = tmp_path_factory.mktemp("written")
    ledger = folder / "ledger.csv"
    ledger.write_text("lon,lat,type,reported_at\n106.71,26.6,E0110,2021-08-01\n", encoding="utf-8")
    settings = {"XUNJIE_CITY": str(city_folder), "XUNJIE_DATABASE_URL": f"sqlite:///{folder / 'store.db'}"}
    assert main(["import", str(ledger)], settings) == 0
    return folder / "store.db"


@pytest.fixture
def mounted(tmp_path: Path, city_folder: Path, written: Path) -> Mounted:
    """Runs Python on a read-only disk that holds the store as store.db; `name` is the store that is asked for."""
    reason = cannot_mount()
    if reason:
        pytest.skip(reason)
    disk = tmp_path / "disk"
    disk.mkdir()

    def run(*arguments: str, name: str = "store.db") -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("XUNJIE_", "STREAMLIT_"))}
        environment |= {"XUNJIE_CITY": str(city_folder), "XUNJIE_DATABASE_URL": f"sqlite:///{disk / name}"}
        command = ["unshare", "-m", "--propagation", "private", "sh", "-c", MOUNTED, "sh", str(disk), str(written)]
        return subprocess.run(
            [*command, sys.executable, "-m", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120,
        )  # fmt: skip

    return run


def assert_one_sentence(done: subprocess.CompletedProcess[str], code: int, said: str) -> None:
    assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.slow
def test_a_store_on_a_read_only_disk_is_verified_and_exported(mounted: Mounted, tmp_path: Path) -> None:
    verified = mounted("data", "verify")
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "store.db is sound" in verified.stdout
    exported = mounted("data", "export", str(tmp_path / "out.csv"))
    assert (exported.returncode, exported.stderr) == (0, "")
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["store.db", "new.db", "folder/new.db"])
def test_the_program_says_in_one_sentence_that_it_cannot_write_there(mounted: Mounted, name: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    options = ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", port]
    done = mounted("streamlit", "run", "streamlit_app.py", *options, name=name)
    assert_one_sentence(done, 2, "Read-only file system")
    assert done.stderr.startswith("Xunjie: ")


@pytest.mark.slow
def test_commands_that_would_write_are_refused_in_one_sentence(mounted: Mounted, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("lon,lat,type,reported_at\n106.71,26.6,E0110,2021-08-01\n", encoding="utf-8")
    assert_one_sentence(mounted("data", "import", str(ledger)), 1, "Read-only file system")
    assert_one_sentence(mounted("data", "export", str(tmp_path / "disk" / "out.csv")), 1, "Read-only file system")
    assert_one_sentence(mounted("data", "verify", name="new.db"), 1, "there is no store")


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """The block runs as someone who may read `folder` and write nothing there."""
    above = [path for path in folder.parents if Path(tempfile.gettempdir()) in path.parents]
    for path in (*above, *folder.iterdir()):
        path.chmod(path.stat().st_mode | 0o055 if path.is_dir() else 0o444)
    user = os.geteuid()
    folder.chmod(0o555)
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, city: City) -> Path:
    """A folder with the sound store x.db of the small city, closed, with one issue."""
    folder = tmp_path_factory.mktemp("others")
    runtime = runtime_of(city, f"sqlite:///{folder / 'x.db'}")
    report(runtime)
    runtime.close()
    return folder


def report(runtime: Runtime) -> None:
    """One more issue."""
    runtime.submit([IssueDraft("supervision", "C0101", Point(106.71, 26.6))], actor="a")


def events_in(store: Store) -> int:
    with store.reading() as connection:
        assert read_meta(connection).city
        return len(list(read_events(connection)))


def reader(folder: Path, city: City) -> Store:
    return open_store(f"sqlite:///{folder / 'x.db'}", city, writing=False)


def test_a_closed_store_is_read_without_the_right_to_write(folder: Path, city: City) -> None:
    with without_rights(folder):
        store = reader(folder, city)
        assert events_in(store) == 1
        store.close()
    assert sorted(path.name for path in folder.iterdir()) == ["x.db", "x.db.lock", "x.db.seal"]


def test_while_such_a_reader_reads_nobody_begins_to_write(folder: Path, city: City) -> None:
    with without_rights(folder):
        store = reader(folder, city)
    with pytest.raises(StoreInUseError):
        WriterLock(folder / "x.db")
    store.close()
    WriterLock(folder / "x.db").release()


def test_a_store_that_is_just_being_opened_is_not_read_at_rest(folder: Path, city: City) -> None:
    with WriterLock(folder / "x.db"), without_rights(folder), pytest.raises(StoreInUseError, match="try again"):
        reader(folder, city)


def test_a_running_program_is_read_beside_it(folder: Path, city: City) -> None:
    runtime = runtime_of(city, f"sqlite:///{folder / 'x.db'}")
    try:
        report(runtime)
        with without_rights(folder):
            store = reader(folder, city)
            assert events_in(store) == 2
        report(runtime)
        assert events_in(store) == 3
        store.close()
    finally:
        runtime.close()


def test_what_a_crash_left_behind_is_said_where_it_cannot_be_read(folder: Path, city: City) -> None:
    connection = sqlite3.connect(folder / "x.db")
    connection.execute("UPDATE meta SET value = '7' WHERE key = 'revision'")
    connection.commit()
    content = (folder / "x.db-wal").read_bytes()
    assert content
    connection.close()
    (folder / "x.db-wal").write_bytes(content)
    with without_rights(folder), pytest.raises(StoreError, match=r"x\.db-wal cannot be read without writing; copy"):
        reader(folder, city)
    store = reader(folder, city)  # with the right to write it is mended
    with store.reading() as session:
        assert read_meta(session).revision == 7
    store.close()


def test_a_store_without_its_lock_file_is_read_too(folder: Path, city: City) -> None:
    (folder / "x.db.lock").unlink()
    with without_rights(folder):
        store = reader(folder, city)
        assert events_in(store) == 1
        store.close()


def test_a_name_with_signs_of_an_address_is_read(tmp_path_factory: pytest.TempPathFactory, city: City) -> None:
    folder = tmp_path_factory.mktemp("odd") / "100% #1 街"
    folder.mkdir()
    runtime_of(city, f"sqlite:///{folder / 'x.db'}").close()
    with without_rights(folder):
        store = reader(folder, city)
        assert events_in(store) == 0
        store.close()

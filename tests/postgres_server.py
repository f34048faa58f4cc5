"""A temporary PostgreSQL with PostGIS for tests: on loopback, as the user `postgres` when root, nothing left behind.

Where the programs or the extension are absent a test that asks for it is skipped with a clear word; in CI (the
environment says CI=true) their absence is a failure.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.browser.app_server import free_port
from tests.memory_disk import quick_folder

USER, PASSWORD = "xunjie", "only-for-tests"
WANTED = "install them (Debian: apt install postgresql postgresql-postgis), or set POSTGRES_BIN=/their/folder"
_TEMPLATE = "with_postgis"
_CONF = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 60
shared_buffers = 64MB
fsync = {fsync}
full_page_writes = {fsync}
autovacuum = off
max_wal_size = 256MB
wal_level = minimal
max_wal_senders = 0
log_min_messages = warning
jit = off
shared_preload_libraries = 'postgis-3'
"""


def programs() -> Path | None:
    """The folder of initdb and postgres, of the newest release that has PostGIS; None where there is none."""
    named = os.environ.get("POSTGRES_BIN")
    found = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_release, reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*found, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").is_file() and _has_postgis(folder)), None)


def _release(folder: Path) -> float:
    return float(folder.parent.name) if folder.parent.name.replace(".", "").isdigit() else 0.0


def _has_postgis(folder: Path) -> bool:
    shared = subprocess.run([str(folder / "pg_config"), "--sharedir"], capture_output=True, text=True, check=False)
    fallback = Path("/usr/share/postgresql") / folder.parent.name
    places = [Path(shared.stdout.strip()) if shared.returncode == 0 else fallback, fallback]
    return any((place / "extension" / "postgis.control").is_file() for place in places)


class PostgresServer:
    """A running server of its own folder. `fsync` only where a crash of the machine is the question: it is slow."""

    def __init__(self, binaries: Path, *, fsync: bool = False) -> None:
        self._binaries = binaries
        self._account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="xj-pg-")) if fsync else quick_folder()
        self._process: subprocess.Popen[bytes] | None = None
        self._names = (f"t{number}" for number in itertools.count())
        self._made: dict[str, str] = {}  # databases that are copied, by what is in them
        self.port = free_port()
        try:
            if self._account is not None:
                os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
            self._make(fsync)
            self.start()
            self._make_template()
        except BaseException:
            self.remove()
            raise

    def url(self, database: str, *, user: str = USER, password: str = PASSWORD) -> str:
        """The address of a database for XUNJIE_DATABASE_URL."""
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def fresh_database(self, *, postgis: bool = True) -> str:
        """The address of a new, empty database that the program's user owns."""
        return self._copy_of(_TEMPLATE if postgis else "template0")

    def copied_database(self, what: str, make: Callable[[str], None]) -> str:
        """The address of a new database like the one that `make` makes of an empty one, once for each `what`."""
        if what not in self._made:
            url = self.fresh_database()
            make(url)
            self._made[what] = url.rpartition("/")[2]
        return self._copy_of(self._made[what])

    def _copy_of(self, template: str) -> str:
        name = next(self._names)
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {USER} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.administer(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database for as long as the block lasts."""
        url = self.fresh_database()
        try:
            yield url
        finally:
            self.drop(url)

    def administer(self, statement: str, database: str = "postgres") -> None:
        """Run one statement as the server's own user."""
        with self.administrator(database) as connection:
            connection.execute(statement.encode())

    def administrator(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the server's own user, each statement committed at once."""
        user = self._account.pw_name if self._account else pwd.getpwuid(os.geteuid()).pw_name
        return psycopg.connect(
            host=str(self.folder), port=self.port, user=user, dbname=database, autocommit=True, connect_timeout=5
        )

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        command = [str(self._binaries / "postgres"), "-D", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            self._process = self._popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.administrator().close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"PostgreSQL did not start:\n{self.log}") from None
                time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stop it as `pg_ctl stop` does: SIGINT breaks all connections, SIGQUIT stops like a crash."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)

    def pause(self) -> None:
        """Let every process of the server stand still, as a cut cable does; `resume` ends that."""
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def resume(self) -> None:
        """Let the server go on after `pause`."""
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def remove(self) -> None:
        """Stop the server and take away everything it wrote."""
        if self._process is not None and self.running:
            self.resume()
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def running(self) -> bool:
        """Whether it has been started and not stopped since."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What the server has said so far."""
        file = self.folder / "log"
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""

    def _processes(self) -> list[int]:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [self._process.pid, *map(int, children.split())]

    def _make(self, fsync: bool) -> None:
        command = [str(self._binaries / "initdb"), "-D", str(self.folder / "data"), "--no-sync", "--auth-local=trust"]
        command += ["--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        with (self.folder / "log").open("wb") as log:
            code = self._popen(command, stdout=log, stderr=log).wait(60)
        assert code == 0, self.log
        conf = _CONF.format(port=self.port, folder=self.folder, fsync="on" if fsync else "off")
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.write(conf)

    def _make_template(self) -> None:
        self.administer(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
        self.administer(f"CREATE DATABASE {_TEMPLATE} IS_TEMPLATE true")
        self.administer("CREATE EXTENSION postgis", _TEMPLATE)

    def _popen(self, command: list[str], **options: object) -> subprocess.Popen[bytes]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        account = self._account
        whose = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        return subprocess.Popen(  # type: ignore[call-overload]
            command,
            cwd=self.folder,
            env=environment | {"LC_ALL": "C.UTF-8"},
            preexec_fn=_end_with_parent,
            **whose,
            **options,
        )


def _end_with_parent() -> None:
    """A server must not outlive tests that were killed: the kernel stops it when their process ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


@contextmanager
def running_postgres(*, fsync: bool = False) -> Iterator[PostgresServer]:
    """A server for as long as the block lasts; a skip where there is no PostGIS, in CI a failure."""
    binaries = programs()
    if binaries is None:
        sentence = f"PostgreSQL with PostGIS is not installed: {WANTED}"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    server = PostgresServer(binaries, fsync=fsync)
    try:
        yield server
    finally:
        server.remove()

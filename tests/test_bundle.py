"""The bundle, as an administrator without a network meets it: install, run, upgrade with a migration, roll back.

Everything after the build runs in a network namespace that has loopback and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.lifespan import GRACE_S
from api.stream import MOST_STREAMS
from scripts.bundle import put_checksums
from tests.browser.app_server import free_port

ROOT = Path(__file__).resolve().parent.parent
OFFLINE = ROOT / "scripts" / "offline"
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2).close()
except OSError as error:
    assert error.errno in (101, 113), error  # network or host unreachable
else:
    sys.exit("there is a network")
os.execvp(sys.argv[1], sys.argv[1:])
"""
# Starts the program, waits until it is ready, reports one issue, asks what it is, stops it.
SERVE = """
import json, os, signal, subprocess, sys, time, urllib.request, uuid
prefix, port = sys.argv[1:]
address = f"http://127.0.0.1:{port}"

def ask(path, body=None):
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, sent, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read().decode()

process = subprocess.Popen([prefix + "/xunjie", "run"], env={**os.environ, "PORT": port})
try:
    until = time.monotonic() + 120
    while True:
        try:
            ask("/healthz")
            break
        except OSError:
            assert process.poll() is None, "the program ended by itself"
            assert time.monotonic() < until, "not ready within two minutes"
            time.sleep(0.2)
    place = {"type": "Point", "coordinates": [106.7135, 26.5983]}
    ask("/api/issues", {"id": str(uuid.uuid4()), "type": "E0501", "geometry": place})
    page = ask("/")
    health, metrics = json.loads(ask("/healthz")), ask("/metrics")
finally:
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) in (0, -15, 143)
built = next(line for line in metrics.splitlines() if line.startswith("xunjie_build_info"))
print(json.dumps({"health": health, "built": built, "page": "<title>" in page}))
"""
# A release with a schema of its own: one more column in a table, and the step that brings a store there.
LATER = """
import re, sys
from pathlib import Path
root = Path(sys.argv[1])
schema = root / "data/store/schema.py"
text = schema.read_text()
version = int(re.search(r"SCHEMA_VERSION: Final = (\\d+)", text)[1]) + 1
text = re.sub(r"SCHEMA_VERSION: Final = \\d+", f"SCHEMA_VERSION: Final = {version}", text)
schema.write_text(text)
steps = root / "data/store/migrations.py"
steps.write_text(steps.read_text() + f'''

def _later(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE later (n INTEGER)")


MIGRATIONS += (Migration({version}, "a table more", _later),)
migrate.__kwdefaults__["migrations"] = MIGRATIONS
''')
"""


def test_the_scripts_are_posix_shell() -> None:
    for name in ("install", "xunjie"):
        outcome = subprocess.run(["sh", "-n", str(OFFLINE / name)], capture_output=True, text=True)
        assert outcome.returncode == 0, outcome.stderr
        assert (OFFLINE / name).read_text().startswith("#!/bin/sh\n")


def test_the_service_is_locked_in() -> None:
    unit = (OFFLINE / "xunjie.service").read_text()
    for line in (
        "ProtectSystem=strict",
        "ReadWritePaths=@PREFIX@/var",
        "NoNewPrivileges=yes",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "CapabilityBoundingSet=",
        "User=xunjie",
        "SystemCallFilter=@system-service",
        "SystemCallErrorNumber=EPERM",
    ):
        assert f"\n{line}\n" in unit
    grace = re.search(r"(?m)^TimeoutStopSec=(\d+)$", unit)
    assert grace is not None
    assert int(grace[1]) > 2 * GRACE_S, "whoever stops it lets it end by itself and seal its store"
    files = re.search(r"(?m)^LimitNOFILE=(\d+)$", unit)
    assert files is not None
    assert int(files[1]) > 10 * MOST_STREAMS, "a browser holds several connections beside its stream"


@pytest.mark.parametrize("prefix", ["/home/xunjie", "/root/xunjie", "/run/user/0/xunjie", "/tmp", "/var/tmp/xunjie"])
def test_a_folder_that_the_service_would_not_see_is_refused(tmp_path: Path, prefix: str) -> None:
    shutil.copy(OFFLINE / "install", tmp_path)
    (tmp_path / "RELEASE").write_text("0.0.1\n")
    outcome = run_as_root(tmp_path, tmp_path / "install", "--service", prefix)
    assert outcome.returncode == 1
    assert f"PREFIX is {prefix}, which the service cannot see" in outcome.stderr


@pytest.mark.parametrize(
    ("state", "has_user", "said"),
    [
        ("active", True, ["stop xunjie", "start xunjie"]),
        ("activating", True, ["stop xunjie", "start xunjie"]),  # it fails, and is about to start again
        ("inactive", True, []),
        ("failed", True, []),
        ("active", False, []),  # the service of another folder
    ],
)
def test_the_service_stops_for_the_switch_where_it_is_this_folders_own(
    tmp_path: Path, state: str, has_user: bool, said: list[str]
) -> None:
    prefix = hollow_install(tmp_path)
    if has_user:
        (prefix / "user").write_text("xunjie\n")
    asked = tmp_path / "asked"
    stub(
        tmp_path,
        "systemctl",
        f'echo "$*" >>{asked}; if [ "$1" = is-active ]; then echo {state}; [ {state} = active ]; fi',
    )
    outcome = run_as_root(tmp_path, prefix / "xunjie", "use", "new")
    assert outcome.returncode == 0, outcome.stderr
    assert (prefix / "current").readlink() == Path("releases/new")
    lines = asked.read_text().splitlines() if asked.exists() else []
    assert [line for line in lines if not line.startswith("is-active")] == said


@pytest.mark.parametrize("with_tls", [False, True])
def test_the_installed_program_serves_https_where_it_has_a_certificate(tmp_path: Path, with_tls: bool) -> None:
    prefix = hollow_install(tmp_path)
    python = prefix / "releases" / "new" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    (prefix / "current").symlink_to("releases/new")
    with (prefix / "xunjie.env").open("a") as settings:
        settings.write("PORT=8443\n" + "XUNJIE_TLS_CERT=/srv/c.pem\nXUNJIE_TLS_KEY=/srv/k.pem\n" * with_tls)
    said = run_as_root(tmp_path, prefix / "xunjie", "run").stdout.splitlines()[-1]
    assert said.startswith("-m streamlit run streamlit_app.py --server.address 127.0.0.1 --server.port 8443 ")
    assert said.endswith(" --server.sslCertFile /srv/c.pem --server.sslKeyFile /srv/k.pem") is with_tls


def hollow_install(folder: Path) -> Path:
    """A folder as `install` leaves it, whose one release `new` has nothing in it."""
    prefix = folder / "prefix"
    (prefix / "releases" / "new").mkdir(parents=True)
    (prefix / "releases" / "new" / ".complete").touch()
    for name in ("xunjie", "xunjie.env"):
        (prefix / name).write_text((OFFLINE / name).read_text().replace("@PREFIX@", str(prefix)))
    return prefix


def stub(folder: Path, name: str, text: str) -> None:
    """A command `name` for `run_as_root`, in place of the machine's."""
    command = folder / "bin" / name
    command.parent.mkdir(exist_ok=True)
    command.write_text(f"#!/bin/sh\n{text}\n")
    command.chmod(0o755)


def run_as_root(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """What a script does that takes itself for root's, and finds the stubs of `folder` first."""
    stub(folder, "id", 'if [ "$1" = -u ]; then echo 0; fi')
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(["sh", *map(str, command)], env={"PATH": path}, capture_output=True, text=True)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_service_and_finds_it_little_exposed(tmp_path: Path) -> None:
    unit = tmp_path / "xunjie.service"
    text = (OFFLINE / "xunjie.service").read_text().replace("@PREFIX@/xunjie run", "/bin/true")
    unit.write_text(text.replace("@PREFIX@", "/srv"))
    for question in (["verify"], ["security", "--offline=yes", "--threshold=20"]):
        outcome = subprocess.run(["systemd-analyze", *question, str(unit)], capture_output=True, text=True)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def no_namespace() -> str | None:
    """Why this machine cannot make a network namespace; None where it can. In CI it must."""
    if shutil.which("unshare") is None:
        return "unshare is not installed (Debian: util-linux)"
    outcome = subprocess.run([*isolated(), "true"], capture_output=True, text=True)
    return None if outcome.returncode == 0 else f"no network namespace can be made here: {outcome.stderr.strip()}"


def isolated() -> list[str]:
    flags = ["--net"] if os.geteuid() == 0 else ["--net", "--user", "--map-root-user"]
    return ["unshare", *flags, sys.executable, "-c", LOOPBACK_UP]


def offline(*command: str | Path, fails: bool = False, **environ: str) -> str:
    """What a command without a network says; it must succeed, or fail where `fails`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("XUNJIE_", "PIP_", "UV_"))}
    outcome = subprocess.run(
        [*isolated(), *map(str, command)],
        env=environment | {"PYTHON": sys.executable} | environ,
        capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert (outcome.returncode != 0) is fails, outcome.stdout + outcome.stderr
    return outcome.stdout + outcome.stderr


def built(version: str, output: Path) -> Path:
    """The unpacked bundle of the present commit, for this machine and this Python; BUNDLE_WHEELS saves the network."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    command = [sys.executable, str(ROOT / "scripts" / "bundle.py"), "--version", version, "--platforms", "this"]
    command += ["--pythons", python, "--output", str(output)]
    if wheels := os.environ.get("BUNDLE_WHEELS"):
        command += ["--wheels", wheels]
    subprocess.run(command, check=True)
    (archive,) = output.glob(f"xunjie-{version}-*.tar.gz")
    said = archive.with_name(archive.name + ".sha256").read_text()
    with archive.open("rb") as file:
        assert said == f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {archive.name}\n"
    with tarfile.open(archive) as tree:
        tree.extractall(output, filter="data")
    return output / archive.name.removesuffix(".tar.gz")


def later(first: Path, folder: Path) -> Path:
    """What would be the bundle of a later release, which needs another schema; the wheels are the same files."""
    second = folder / "xunjie-0.0.2-later"
    shutil.copytree(first, second, copy_function=os.link)
    changed = ["source/pyproject.toml", "source/data/store/schema.py", "source/data/store/migrations.py"]
    for name in (*changed, "RELEASE", "SHA256SUMS"):
        content = (second / name).read_bytes()
        (second / name).unlink()  # else the first one's would change with it
        (second / name).write_bytes(content)
    subprocess.run([sys.executable, "-c", LATER, str(second / "source")], check=True)
    project = second / "source" / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.0.1"', 'version = "0.0.2"'))
    (second / "RELEASE").write_text("0.0.2-later\n")
    (second / "SHA256SUMS").unlink()
    put_checksums(second)
    return second


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """The bundle of this commit, unpacked, and that of a later release."""
    reason = no_namespace()
    if reason is not None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("bundles")
    first = built("0.0.1", folder)
    yield first, later(first, folder)
    shutil.rmtree(folder)


def served(prefix: Path) -> dict[str, dict[str, object]]:
    said = offline(sys.executable, "-c", SERVE, prefix, str(free_port()))
    answer: dict[str, dict[str, object]] = json.loads(next(line for line in said.splitlines() if line[0] == "{"))
    return answer


@pytest.mark.slow
def test_install_upgrade_and_roll_back_without_a_network(bundles: tuple[Path, Path], tmp_path: Path) -> None:
    first, second = bundles
    prefix = tmp_path / "xunjie"

    said = offline(first / "install", prefix)
    assert f"Xunjie {first.name.removeprefix('xunjie-')} is in use." in said
    before = served(prefix)
    assert before["health"]["status"] in ("ready", "degraded")
    assert before["health"]["issues"] == 4585, "the demo and one report"
    assert '{version="0.0.1"}' in str(before["built"])
    assert before["page"] is True

    said = offline(second / "install", prefix)
    assert f"rollback goes back to {first.name.removeprefix('xunjie-')}" in said
    (backup,) = (prefix / "var" / "backups").iterdir()
    assert "is sound" in offline(prefix / "xunjie", "data", "verify")
    after = served(prefix)
    assert '{version="0.0.2"}' in str(after["built"])
    assert after["health"]["issues"] == 4586
    assert "already" in offline(second / "install", prefix), "installing twice changes nothing"

    said = offline(prefix / "xunjie", "rollback")
    assert "The store is as it was before the upgrade" in said
    (aside,) = (prefix / "var").glob("xunjie.db.of-0.0.2-*")
    assert aside.stat().st_size > 1_000_000
    again = served(prefix)
    assert '{version="0.0.1"}' in str(again["built"])
    assert again["health"]["issues"] == 4586, "4,585 of before the upgrade, and the report of just now"
    assert "is sound" in offline(prefix / "xunjie", "data", "verify")
    assert backup.is_file()
    assert "there is none to go back to" in offline(prefix / "xunjie", "rollback", fails=True)


@pytest.mark.slow
def test_a_damaged_bundle_installs_nothing(bundles: tuple[Path, Path], tmp_path: Path) -> None:
    first, _ = bundles
    damaged = tmp_path / "damaged"
    shutil.copytree(first, damaged, ignore=shutil.ignore_patterns("wheels"))
    (damaged / "wheels").symlink_to(first / "wheels")
    with (damaged / "source" / "streamlit_app.py").open("a") as file:
        file.write("\n")
    assert "damaged or incomplete" in offline(damaged / "install", tmp_path / "prefix", fails=True)
    assert not (tmp_path / "prefix").exists()

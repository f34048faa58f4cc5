"""Builds one archive that installs Xunjie where there is no internet: wheels, source, service, checksums.

The same commit and wheels give the same archive, byte for byte.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PARTS: Final = ROOT / "scripts" / "offline"
LOCKED: Final = ("requirements-uv.txt", "requirements.txt")
GLIBC: Final = (28, 27, 26, 24, 17, 12, 5)
"""Wheels for glibc 2.28 (2018) and older are taken: every Linux that is still looked after runs them."""


def run(*command: str | Path) -> str:
    """What a command of the project's folder says; its own words and exit code 1 where it fails."""
    outcome = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    if outcome.returncode:
        sys.exit(f"{command[0]} … {command[-1]} failed:\n{outcome.stderr[-2000:]}")
    return outcome.stdout


def tags(machine: str) -> list[str]:
    """pip's names of the platforms whose wheels run on `machine`, the newest first."""
    old = {12: "manylinux2010", 5: "manylinux1", 17: "manylinux2014"}
    names = [f"manylinux_2_{minor}" for minor in GLIBC] + list(old.values()) + ["linux"]
    return [f"{name}_{machine}" for name in names]


def download(into: Path, machine: str, python: str, wheels: Path | None) -> None:
    """Put the locked wheels for one kind of machine and one Python into `into`; their hashes are checked by pip."""
    command: list[str | Path] = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", python, "--dest", into]
    for abi in (f"cp{python.replace('.', '')}", "abi3", "none"):
        command += ["--abi", abi]
    for tag in tags(machine):
        command += ["--platform", tag]
    if wheels is not None:
        command += ["--no-index", "--find-links", wheels]
    for locked in LOCKED:
        run(*command, "--requirement", ROOT / locked)


def put_source(into: Path, version: str) -> None:
    """The tree of the commit, with `version` written where the program looks for it."""
    with tempfile.TemporaryFile() as archive:
        subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, stdout=archive, check=True)  # noqa: S607
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tree:
            tree.extractall(into, filter="data")
    project = into / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', text, count=1), encoding="utf-8")


def put_checksums(folder: Path) -> None:
    """SHA256SUMS over every file, as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    lines = [f"{hash_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def hash_of(path: Path) -> str:
    """SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(folder: Path, archive: Path, moment: int) -> None:
    """`folder` as a .tar.gz: names in order, one moment, no owner. Wheels are compressed already: the lightest gzip."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = moment, 0, 0, "", ""
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tree,
    ):
        for path in [folder, *sorted(folder.rglob("*"))]:
            tree.add(
                path, f"{folder.name}/{path.relative_to(folder)}".removesuffix("/."), recursive=False, filter=plain
            )


def build(version: str, machines: list[str], pythons: list[str], wheels: Path | None, output: Path) -> Path:
    """The archive, whole or not at all; its SHA-256 beside it."""
    release = f"{version}-{run('git', 'rev-parse', '--short=12', 'HEAD').strip()}"
    moment = int(run("git", "show", "-s", "--format=%ct", "HEAD"))
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output) as place:
        folder = Path(place) / f"xunjie-{release}"
        put_source(folder / "source", version)
        for machine in machines:
            for python in pythons:
                print(f"Wheels for {machine}, Python {python} …", file=sys.stderr, flush=True)
                download(folder / "wheels", machine, python, wheels)
        for part in sorted(PARTS.iterdir()):
            shutil.copy(part, folder / part.name)
        for name, lines in (("RELEASE", [release]), ("PLATFORMS", machines), ("PYTHONS", pythons)):
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        put_checksums(folder)
        unfinished, archive = Path(place) / "archive", output / f"{folder.name}.tar.gz"
        pack(folder, unfinished, moment)
        unfinished.replace(archive)
    archive.with_name(archive.name + ".sha256").write_text(f"{hash_of(archive)}  {archive.name}\n", encoding="utf-8")
    return archive


def main() -> None:
    """The command line; see docs/installing.md."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'(?m)^version = "(.*)"$', project)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", default=found[1] if found else None, help="in place of pyproject.toml's")
    parser.add_argument("--platforms", default="x86_64,aarch64", help="kinds of machine; `this` is the present one")
    parser.add_argument("--pythons", default="3.11", help="versions of Python that the target machines have")
    parser.add_argument("--wheels", type=Path, help="a folder with all wheels, in place of the network")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "bundle")
    options = parser.parse_args()
    if run("git", "status", "--porcelain", "--untracked-files=no"):
        print("What is not committed is not in the bundle.", file=sys.stderr)
    machines = [platform.machine() if name == "this" else name for name in options.platforms.split(",")]
    archive = build(options.version, machines, options.pythons.split(","), options.wheels, options.output)
    print(f"{archive}: {archive.stat().st_size / 1e6:,.0f} MB, SHA-256 {hash_of(archive)}")


if __name__ == "__main__":
    main()

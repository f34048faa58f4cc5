"""One writing process a store: an operating-system lock beside the database, which ends with the process."""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path
from types import TracebackType
from typing import Final

from geo.errors import StoreError, StoreInUseError

_ADDRESS: Final = re.compile(r"http://(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]):[0-9]{1,5}")


class WriterLock:
    """Holds `<database>.lock` from creation to `release`. The kernel frees it when the process ends, however it ends.

    Raises StoreInUseError with the number of the process that holds it, StoreError where no lock file can be made.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        try:
            self._file: int | None = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(f"cannot write beside the store {database}: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder, address = _holder(os.pread(self._file, 200, 0))
            self.release()
            where = f" ({address})" if address else ""
            raise StoreInUseError(
                f"the store {database} is being written by process {holder}{where}; "
                "stop it first, or use another store",
                address,
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode("ascii"), 0)

    def announce(self, address: str) -> None:
        """Tell whoever finds the lock taken where this process answers, e.g. http://127.0.0.1:8501."""
        if self._file is not None:
            os.pwrite(self._file, f"{os.getpid()}\n{address}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let another process write. The file stays: deleting it could free a lock that someone just took."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> WriterLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _holder(content: bytes) -> tuple[str, str | None]:
    """Process and address that a lock file names; only an address of this machine counts."""
    process, _, address = content.decode("ascii", "replace").partition("\n")
    found = _ADDRESS.fullmatch(address.strip())
    return process.strip() or "unknown", found[0] if found else None


class StillLock:
    """Keeps a store still while it is read: shared with other readers, refused while someone writes.

    Only for readers that cannot take part in SQLite's own locking, since they may write nothing beside the database.
    Raises StoreInUseError while a process writes. Where there is no lock file, or none can be locked, nobody is known
    to write and nothing is held.
    """

    def __init__(self, database: Path) -> None:
        self._file: int | None = None
        try:
            self._file = os.open(database.with_name(database.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise StoreInUseError(f"the store {database} is just being opened for writing; try again") from None
        except OSError:
            self.release()

    def release(self) -> None:
        """Let writers begin. Twice is harmless."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

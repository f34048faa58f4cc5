"""One writing process a store: an operating-system lock beside the database, which ends with the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from geo.errors import StoreError, StoreInUseError


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
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            self.release()
            raise StoreInUseError(
                f"the store {database} is being written by process {holder}; stop it first, or use another store"
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode("ascii"), 0)

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

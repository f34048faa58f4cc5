"""Whether a store is what its log says: file, seals, the chain of hashes, every table against the replay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from data.access.access_log import problem as access_problem
from data.photos.checking import photo_file_problems, photo_row_problems
from data.photos.files import PhotoFiles
from data.store.database import Meta, layers_must_agree, open_store, read_events, read_meta
from data.store.engine import backend_of
from data.store.events import checked
from data.store.file_seal import is_sealed, refuse_changed_file
from data.store.head import Head, head_of, head_problem
from data.store.meta_seal import seal_problem
from data.store.replay import DifferenceError, Replay
from data.store.row_sums import problem as sum_problem
from data.store.schema import EVENT
from data.store.sqlite_file import structure_problem
from data.store.wal_file import refuse_damaged_log
from geo.city import City
from geo.errors import StoreError


@dataclass(frozen=True, slots=True)
class Sound:
    """A store that was found sound. `sealed`: every byte of its file was checked, free space included; None where a
    server keeps it."""

    place: str
    events: int
    last_hash: str
    sealed: bool | None
    head: Head


def verify_store(url: str, city: City, *, earlier: Head | None = None, photos: PhotoFiles | None = None) -> Sound:
    """Check the store at `url`, whether or not a program has it open, and that its log goes on from an `earlier` head;
    nothing is changed. `photos`: their files too.

    Raises StoreError with one sentence for each kind of damage.
    """
    file = backend_of(url).file
    if file is not None:
        refuse_changed_file(file)
        refuse_damaged_log(file)  # before SQLite reads it, and cuts it where it is damaged
    store = open_store(url, city, writing=False)
    try:
        with store.reading() as connection:
            if file is not None and (fault := structure_problem(connection, file)) is not None:
                raise StoreError(fault)
            layers_must_agree(connection, city)
            faults = problems(connection, city)
            if earlier is not None and (behind := head_problem(connection, earlier)) is not None:
                faults.append(behind)
            if photos is not None:
                faults += photo_file_problems(connection, photos)
            if faults:
                raise StoreError("; ".join(faults))
            events = connection.execute(select(func.count()).select_from(EVENT)).scalar() or 0
            head = head_of(connection)
    finally:
        store.close()
    sealed = None if file is None else is_sealed(file)
    return Sound(store.place, events, head.hash if head.seq else "-", sealed, head)


def problems(connection: Connection, city: City) -> list[str]:
    """One sentence for each thing that is not as the log says, the first of each kind; empty for a sound store."""
    sealed = seal_problem(connection)
    found = [fault for fault in (sealed, access_problem(connection)) if fault is not None]
    if sealed is None and (changed := sum_problem(connection)) is not None:
        found.append(changed)
    found += photo_row_problems(connection)
    try:
        replay = Replay(connection, city)
        for event in checked(read_events(connection)):
            replay.take(event)
        replay.end()
    except (StoreError, DifferenceError) as error:
        found.append(str(error))
    except (KeyError, TypeError, ValueError) as error:  # hashes that fit, made for an event that is none of ours
        found.append(f"the event log holds what this program never writes ({type(error).__name__}); restore a backup")
    else:
        found += _counters(read_meta(connection), replay)
    return found


def _counters(meta: Meta, replay: Replay) -> Iterator[str]:
    """What the store counts may not lie behind its log: numbers and revisions would be given out twice."""
    counted = {
        "revision": (meta.revision, replay.last_revision),
        "last_number": (meta.last_number, replay.last_number),
    }
    for name, (stored, reached) in counted.items():
        if stored < reached:
            yield f"the store's {name} is {stored}, but its log has reached {reached}; restore a backup"

"""An empty store filled with blocks of point issues: the same events and rows as by the writer, many times faster.

Each block is one transaction and one revision, so that memory and the write-ahead log stay bounded. A load that is
broken off leaves the blocks that were committed, and no part of another: a sound store, only smaller.

Rows come in the order of their primary keys and UUIDs, so that these indexes grow at their ends. The index by time does
not: each block would rewrite all of it. It is taken away before the second block and made anew at the end, or, where
the load was broken off, when the store is next opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.campaign_clock import campaign_now
from data.intake.point_block import PointBlock, checked_block
from data.store.appending import append_events, is_empty
from data.store.block_places import BlockPlacer
from data.store.bulk_insert import insert_tuples
from data.store.collector import collector_at_rest
from data.store.database import Store, read_meta, set_meta
from data.store.events import Kind, Pending
from data.store.meta_seal import seal_meta
from data.store.projection import STATUS_NAMES
from data.store.schema import ISSUE, TRANSITION, make_missing_indexes
from geo.city import City
from geo.clock import to_us
from geo.errors import StoreError
from geo.lifecycle import OPEN, Status

_PART: Final = 8_192
"""Issues whose rows are in memory at a time."""

Progress = Callable[[int], None]


def load_blocks(
    store: Store, city: City, blocks: Iterable[PointBlock], *, actor: str, tell: Progress = lambda _count: None
) -> int:
    """Fill `store` with `blocks`, in their order; the number of issues. `tell` hears of it after every commit.

    Every issue is one `issue_imported` event that holds its dated states; `recorded_at` is the moment of the report, so
    that the log is the same at every load. Raises StoreError for a store that is not empty, BadValueError for a
    block that breaks a rule of intake.
    """
    placer = BlockPlacer(city)
    count, revision, several = 0, 0, False
    for block in blocks:
        campaign = city.campaign(block.campaign)
        now = campaign_now(campaign)
        checked_block(block, city, campaign, now)
        with collector_at_rest(), store.writing() as connection:
            meta = read_meta(connection)
            if count == 0 and not is_empty(connection):
                raise StoreError(f"the store {store.place} is not empty; the demo loads into an empty one only")
            if count > 0 and meta.revision != revision:
                raise StoreError(f"another process writes to the store {store.place}; load the demo while none does")
            if count > 0 and not several:
                several = True
                _without_scattered_index(connection)
            revision = meta.revision + 1
            for first in range(0, len(block), _PART):
                chosen = range(first, min(first + _PART, len(block)))
                _add(connection, city, placer, block, chosen, count + first, revision, to_us(now), actor)
            count += len(block)
            set_meta(connection, revision=revision, last_number=count)
        tell(count)
    if several:
        with store.writing() as connection:
            make_missing_indexes(connection)
            seal_meta(connection)
    return count


def _without_scattered_index(connection: Connection) -> None:
    for index in ISSUE.indexes:
        if index.name == "issue_register":
            index.drop(connection, checkfirst=True)
    seal_meta(connection)  # the schema is sealed too


def _add(
    connection: Connection,
    city: City,
    placer: BlockPlacer,
    block: PointBlock,
    chosen: range,
    before: int,
    revision: int,
    at_us: int,
    actor: str,
) -> None:
    """Write the issues `chosen` of a block, which get the row numbers after `before`."""
    part = _Part(block, chosen, city, before, revision)
    append_events(
        connection,
        (
            Pending(identity, at_us, actor, Kind.ISSUE_IMPORTED, payload)
            for identity, payload in zip(part.ids, part.payloads, strict=True)
        ),
    )
    columns = part.columns | placer.columns(block, chosen, part.columns["number"])
    insert_tuples(connection, ISSUE, list(zip(*(columns[column.name] for column in ISSUE.columns), strict=True)))
    insert_tuples(connection, TRANSITION, part.transitions)


class _Part:
    """Some issues of a block as event payloads and as columns of the tables."""

    def __init__(self, block: PointBlock, chosen: range, city: City, before: int, revision: int) -> None:
        self._block, self._chosen = block, slice(chosen.start, chosen.stop)
        self.ids = block.ids[self._chosen]
        self.rows = list(range(before + 1, before + 1 + len(chosen)))
        self._city, self._revision = city, revision
        self._first = (block.first_step[chosen.start : chosen.stop + 1] - block.first_step[chosen.start]).tolist()
        steps = slice(int(block.first_step[chosen.start]), int(block.first_step[chosen.stop]))
        self._status: NDArray[np.int64] = block.step_status[steps]
        self._at_us: NDArray[np.int64] = block.step_at_us[steps]
        self._by = _picked(block.people, block.step_actor[steps])
        self._said = _picked(block.notes, block.step_note[steps])
        self._shown = _picked(block.notes, block.step_evidence[steps])
        self.columns = self._columns()
        self.columns["content"] = self._content()
        self.payloads = self._payloads()
        self.transitions = self._transitions()

    def _columns(self) -> dict[str, Sequence[Any]]:
        """The columns of the table of issues that do not depend on places, but for the content hash."""
        block, n, catalogue = self._block, len(self.ids), self._city.catalogue
        lon, lat = block.lon[self._chosen], block.lat[self._chosen]
        wkb = np.empty(n, np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")]))
        wkb["order"], wkb["kind"], wkb["lon"], wkb["lat"] = 1, 1, lon, lat
        raw = wkb.tobytes()
        last = np.array(self._first[1:]) - 1
        count = np.diff(self._first)
        status = np.where(count > 0, np.append(self._status, 0)[last], int(Status.REPORTED))
        ended = np.append(self._at_us, 0)[last].tolist()
        owner = np.repeat(np.arange(n), count)
        back = np.flatnonzero((self._status[1:] == Status.DISPATCHED) & (self._status[:-1] == Status.VERIFYING)) + 1
        back = back[owner[back] == owner[back - 1]]
        again = np.flatnonzero((self._status[:-1] == Status.CLOSED) & np.isin(self._status[1:], sorted(OPEN))) + 1
        again = again[owner[again] == owner[again - 1]]
        return {
            "row": self.rows,
            "id": self.ids,
            "number": [f"{self._city.number_prefix}-{row:05d}" for row in self.rows],
            "campaign": [block.campaign] * n,
            "register": [block.register] * n,
            "type": _picked([entry.code for entry in catalogue.types], block.type[self._chosen]),
            "task": _picked([*(task.code for task in catalogue.tasks), None], block.task[self._chosen]),
            "description": _picked(block.descriptions, block.description[self._chosen]),
            "address": _picked(block.addresses, block.address[self._chosen]),
            "visit": [""] * n,
            "reporter": _picked(block.people, block.reporter[self._chosen]),
            "synthetic": [block.synthetic] * n,
            "approximate": [block.approximate] * n,
            "duplicate": [False] * n,
            "reported_us": block.reported_us[self._chosen].tolist(),
            "due_us": block.due_us[self._chosen].tolist(),
            "recorded_us": block.reported_us[self._chosen].tolist(),
            "wkb": [raw[at : at + 21] for at in range(0, 21 * n, 21)],
            "source_datum": ["wgs84"] * n,
            "source_x": lon.tolist(),
            "source_y": lat.tolist(),
            "revision": [self._revision] * n,
            "status": status.tolist(),
            "closed_us": [at if s == Status.CLOSED else None for s, at in zip(status.tolist(), ended, strict=True)],
            "rework": np.bincount(owner[back], minlength=n).tolist(),
            "reopened": np.bincount(owner[again], minlength=n).tolist(),
            **dict.fromkeys(("department", "duplicate_of", "deferred_until_us"), [None] * n),
            "extensions": [0] * n,
            "version": (count + 1).tolist(),
        }

    def _content(self) -> list[str]:
        """The hash of what a client would have sent, as `data.intake.issues` reckons it."""
        steps = [list(step) for step in zip(self._status.tolist(), self._at_us.tolist(), self._by, self._said,
                                            self._shown, strict=True)]  # fmt: skip
        c, first, block = self.columns, self._first, self._block
        sent = zip(c["type"], c["task"], c["wkb"], c["description"], c["address"], c["reporter"], c["reported_us"],
                   c["due_us"], first[:-1], first[1:], strict=True)  # fmt: skip
        return [
            hashlib.sha256(
                orjson.dumps(
                    [
                        *(block.register, kind, task, wkb.hex().upper(), "wgs84", None, block.campaign),
                        *(description, address, reporter, None, block.synthetic, block.approximate, False),
                        *(reported, due, steps[a:b]),
                    ]
                )
            ).hexdigest()
            for kind, task, wkb, description, address, reporter, reported, due, a, b in sent
        ]

    def _payloads(self) -> list[dict[str, Any]]:
        names = _picked([STATUS_NAMES[status] for status in Status], self._status)
        steps = [
            {"actor": actor, "at": at, "evidence": evidence, "note": note, "status": status}
            for actor, at, evidence, note, status in zip(
                self._by, iso_column(self._at_us), self._shown, self._said, names, strict=True
            )
        ]
        reported = iso_column(self._block.reported_us[self._chosen])
        c = self.columns | {
            "geometry": [wkb.hex().upper() for wkb in self.columns["wkb"]],
            "reported_at": reported,
            "recorded_at": reported,
            "due_at": iso_column(self._block.due_us[self._chosen]),
            "history": [steps[a:b] for a, b in zip(self._first[:-1], self._first[1:], strict=True)],
        }
        return [
            dict(zip(_PAYLOAD, values, strict=True)) for values in zip(*(c[name] for name in _PAYLOAD), strict=True)
        ]

    def _transitions(self) -> list[tuple[Any, ...]]:
        """Rows of the table of transitions: the report and the dated states of each issue."""
        rows: list[tuple[Any, ...]] = []
        steps = list(zip(self._at_us.tolist(), self._status.tolist(), self._by, self._said, self._shown, strict=True))
        c = self.columns
        for row, reported, reporter, a, b in zip(
            self.rows, c["reported_us"], c["reporter"], self._first[:-1], self._first[1:], strict=True
        ):
            rows.append((row, 0, reported, -1, int(Status.REPORTED), reporter, "", ""))
            before = int(Status.REPORTED)
            for n, (at, status, actor, note, evidence) in enumerate(steps[a:b], 1):
                rows.append((row, n, at, before, status, actor, note, evidence))
                before = status
        return rows


_PAYLOAD: Final = (
    *("address", "approximate", "campaign", "content", "description", "due_at", "duplicate", "geometry", "history"),
    *("number", "recorded_at", "register", "reported_at", "reporter", "revision", "source_datum", "source_x"),
    *("source_y", "synthetic", "task", "type", "visit"),
)
"""What an `issue_imported` event holds, in the order of its JSON."""


def iso_column(us: NDArray[np.int64]) -> list[str]:
    """Moments as `data.store.events.iso_utc` writes them."""
    return [f"{text}Z" for text in np.datetime_as_string(us.astype("datetime64[us]"), unit="us").tolist()]


def _picked(texts: Sequence[Any], positions: NDArray[np.int64]) -> list[Any]:
    return [texts[position] for position in positions.tolist()]

"""Many point issues as columns: the bulk door of intake, held to the same rules as drafts, a column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from data.intake.draft_checks import AHEAD, MAX_NAME, MAX_NOTE, checked_text, checked_uuid
from data.intake.draft_geometry import DECIMALS
from geo.campaign import Campaign
from geo.city import City
from geo.clock import from_us, to_us
from geo.errors import BadGeometryError, BadValueError
from geo.iso_time import FIRST_YEAR, LAST_YEAR
from geo.issue import MAX_ADDRESS, MAX_DESCRIPTION, IssueDraft, Transition
from geo.lifecycle import Status
from geo.reach import reach_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PointBlock:
    """n point issues of one register, each with its dated changes of status; codes and texts by position.

    `type` and `task` (−1: none) are positions in the catalogue; `description`, `address` and `reporter` positions in
    the block's own lists. The changes of issue i are those at `first_step[i]` … `first_step[i + 1]` − 1.
    """

    campaign: str
    register: str
    ids: Sequence[str]
    type: Ints
    task: Ints
    lon: NDArray[np.float64]  # WGS-84
    lat: NDArray[np.float64]
    descriptions: Sequence[str]
    description: Ints
    addresses: Sequence[str]
    address: Ints
    people: Sequence[str]
    reporter: Ints
    reported_us: Ints
    due_us: Ints
    notes: Sequence[str]
    first_step: Ints
    step_status: Ints
    step_at_us: Ints
    step_actor: Ints  # in `people`
    step_note: Ints  # in `notes`, like the next
    step_evidence: Ints
    synthetic: bool
    approximate: bool

    def __len__(self) -> int:
        return len(self.ids)


def checked_block(block: PointBlock, city: City, campaign: Campaign, now: datetime) -> PointBlock:
    """The block itself, if every issue would be taken as an imported draft; else BadValueError naming the first fault.

    The rules are those of `data.intake.draft_checks`; each text of a list is looked at once, however often it is used.
    """
    if block.register not in campaign.register_codes:
        raise BadValueError("register", block.register, "one of " + ", ".join(campaign.register_codes))
    for identity in block.ids:
        if checked_uuid("id", identity) != identity:
            raise BadValueError("id", identity, "a UUID in lower case with hyphens")
    lists = (
        ("description", block.descriptions, MAX_DESCRIPTION, False, (block.description,)),
        ("address", block.addresses, MAX_ADDRESS, False, (block.address,)),
        ("reporter", block.people, MAX_NAME, True, (block.reporter, block.step_actor)),
        ("note", block.notes, MAX_NOTE, False, (block.step_note, block.step_evidence)),
    )
    for key, texts, limit, required, uses in lists:
        for text in texts:
            checked_text(key, text, limit, required=required)
        for use in uses:
            _within(key, use, 0, len(texts) - 1)
    _refuse_places(block, city)
    _within("type", block.type, 0, len(city.catalogue.types) - 1)
    _within("task", block.task, -1, len(city.catalogue.tasks) - 1)
    _within("history", block.step_status, min(Status), max(Status))
    latest = to_us(now + AHEAD)
    _within("reported_at", block.reported_us, _FIRST_US, latest)
    _within("history", block.step_at_us, _FIRST_US, latest)
    _within("due_at", block.due_us, _FIRST_US, _LAST_US)
    _within("due_at", block.due_us - block.reported_us, 0, None)
    owner = np.repeat(np.arange(len(block)), np.diff(block.first_step))
    before = np.concatenate([[_FIRST_US], block.step_at_us[:-1]]) if len(owner) else block.step_at_us
    first = np.diff(owner, prepend=-1) > 0
    before = np.where(first, block.reported_us[owner], before)
    _within("history", block.step_at_us - before, 0, None)
    return block


def _refuse_places(block: PointBlock, city: City) -> None:
    """BadGeometryError for the first position that is beyond the city's reach, or finer than the store keeps."""
    reach, lon, lat = reach_of(city), block.lon, block.lat
    near = (lon >= reach.west) & (lon <= reach.east) & (lat >= reach.south) & (lat <= reach.north)  # NaN is not
    kept = (at_grid(lon) == lon) & (at_grid(lat) == lat)
    for good, expected in (
        (near, f"a place in or near the city: {reach}"),
        (kept, f"coordinates of at most {DECIMALS} decimals"),
    ):
        if not good.all():
            row = int(np.argmin(good))
            raise BadGeometryError("geometry", f"({lon[row]}, {lat[row]})", f"{expected} (entry {row} of the block)")


def at_grid(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees as the store keeps them."""
    return np.round(degrees, DECIMALS) + 0.0


def drafts_of(block: PointBlock, city: City) -> list[IssueDraft]:
    """The same issues as drafts, for the ordinary way in."""
    catalogue = city.catalogue
    tasks = [*(task.code for task in catalogue.tasks), None]
    points = shapely.points(block.lon, block.lat)
    return [
        IssueDraft(
            register=block.register,
            type=catalogue.types[int(block.type[i])].code,
            geometry=points[i],
            id=block.ids[i],
            campaign=block.campaign,
            task=tasks[int(block.task[i])],
            description=block.descriptions[int(block.description[i])],
            address=block.addresses[int(block.address[i])],
            reported_at=from_us(int(block.reported_us[i])),
            due_at=from_us(int(block.due_us[i])),
            reporter=block.people[int(block.reporter[i])],
            synthetic=block.synthetic,
            approximate=block.approximate,
            history=_history(block, i),
        )
        for i in range(len(block))
    ]


def _history(block: PointBlock, i: int) -> tuple[Transition, ...]:
    steps = []
    for k in range(int(block.first_step[i]), int(block.first_step[i + 1])):
        at = from_us(int(block.step_at_us[k]))
        assert at is not None
        status, actor = Status(int(block.step_status[k])), block.people[int(block.step_actor[k])]
        note, evidence = block.notes[int(block.step_note[k])], block.notes[int(block.step_evidence[k])]
        steps.append(Transition(status, at, actor, note, evidence))
    return tuple(steps)


_FIRST_US = to_us(datetime(FIRST_YEAR + 1, 1, 1, tzinfo=UTC))
_LAST_US = to_us(datetime(LAST_YEAR, 1, 1, tzinfo=UTC)) - 1


def _within(key: str, values: Ints, low: int, high: int | None) -> None:
    bad = values < low if high is None else (values < low) | (values > high)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        expected = f"at least {low}" if high is None else f"a value from {low} to {high}"
        raise BadValueError(key, int(values[row]), f"{expected} (entry {row} of the block)")

"""Which issues that are assigned to nobody the rules give to some units: a small cube that compares by its content."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.catalogue import Catalogue
from geo.organisation import Organisation
from geo.rule_table import NO_RULE, RuleTable
from geo.tables import Bools, Ints


@dataclass(frozen=True, slots=True)
class RuleReach:
    """`mine[type class, subdistrict + 1, task class]`: whether an unassigned issue of that kind and place is one of
    these units'. Two with the same `key` say the same, so that filters that hold them can be compared and kept."""

    key: str
    mine: NDArray[np.bool_] = field(compare=False, repr=False)
    type_class: NDArray[np.int32] = field(compare=False, repr=False)
    task_class: NDArray[np.int32] = field(compare=False, repr=False)
    types: Mapping[str, int] = field(compare=False, repr=False)
    subdistricts: Mapping[str, int] = field(compare=False, repr=False)
    tasks: Mapping[str, int] = field(compare=False, repr=False)

    def of(self, types: Ints, subdistricts: Ints, tasks: Ints) -> Bools:
        """The answer for many issues at once: positions in the city's lists, −1 for none."""
        found: Bools = self.mine[self.type_class[types], subdistricts.astype(np.int64) + 1, self.task_class[tasks]]
        return found

    def takes(self, issue_type: str | None, subdistrict: str | None, task: str | None) -> bool:
        """The answer for one issue, by codes; False for codes that the city does not have (any more)."""
        at = self.types.get(issue_type or "")
        if at is None:
            return False
        area = -1 if subdistrict is None else self.subdistricts.get(subdistrict)
        line = -1 if task is None else self.tasks.get(task)
        if area is None or line is None:
            return False
        return bool(self.mine[self.type_class[at], area + 1, self.task_class[line]])

    def parts(self) -> Iterator[tuple[tuple[str, ...], tuple[str | None, ...], tuple[str | None, ...]]]:
        """Types, subdistricts and tasks of which every combination is taken (None: without one), apart from each other
        and together everything."""
        places = (None, *self.subdistricts)
        types = _members(self.type_class[:-1], tuple(self.types))
        tasks = _members(self.task_class, (*self.tasks, None))
        for kind, of_types in types.items():
            alike: dict[bytes, list[int]] = {}
            for line in tasks:
                alike.setdefault(self.mine[kind, :, line].tobytes(), []).append(line)
            for lines in alike.values():
                areas = tuple(places[at] for at in np.flatnonzero(self.mine[kind, :, lines[0]]))
                if areas:
                    of_tasks = tuple(code for line in lines for code in tasks[line])
                    yield tuple(code for code in of_types if code is not None), areas, of_tasks


def rule_reach(
    table: RuleTable,
    organisation: Organisation,
    units: Collection[str],
    *,
    catalogue: Catalogue,
    subdistricts: Mapping[str, int],
) -> RuleReach:
    """What the rules worked out in `table` give to `units` (codes; unknown ones are given nothing)."""
    wanted = np.array([code in units for code in organisation.codes] + [False])
    by_area = table.first[:, table.subdistricts.class_of[np.arange(-1, len(subdistricts))], :]
    unit = np.append(table.unit_of_rule, np.int32(-1))[by_area]
    office = np.concatenate([table.office[-1:], table.office[:-1]])[None, :, None]
    unit = np.where((by_area != NO_RULE) & (unit < 0), office, unit)
    mine = np.where(by_area == NO_RULE, False, wanted[unit])
    mine[table.types.class_of[-1]] = False  # an issue always has a type
    mine.flags.writeable = False
    digest = hashlib.sha256()
    for part in (mine, table.types.class_of, table.tasks.class_of):
        digest.update(repr(part.shape).encode() + np.ascontiguousarray(part).tobytes())
    return RuleReach(
        key=digest.hexdigest(),
        mine=mine,
        type_class=table.types.class_of,
        task_class=table.tasks.class_of,
        types={entry.code: at for at, entry in enumerate(catalogue.types)},
        subdistricts=dict(subdistricts),
        tasks={entry.code: at for at, entry in enumerate(catalogue.tasks)},
    )


def _members(class_of: NDArray[np.int32], codes: tuple[str | None, ...]) -> dict[int, list[str | None]]:
    members: dict[int, list[str | None]] = {}
    for code, entry in zip(codes, class_of.tolist(), strict=True):
        members.setdefault(entry, []).append(code)
    return members

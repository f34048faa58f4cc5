"""All assignment rules as one small cube: who gets each of many issues, what no rule covers, what none reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.assignment import AssignmentRule
from geo.catalogue import Catalogue
from geo.organisation import Organisation
from geo.tables import Ints

NO_RULE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The codes of one dimension, and none of them, put into classes that no rule tells apart.

    `class_of` has an entry for each position and a last one for none, so that −1 indexes it. `members` are the codes
    of each class; None stands for none.
    """

    class_of: NDArray[np.int32]
    members: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Types, subdistricts and tasks of which no combination is covered by any rule; None: without a place or task."""

    types: tuple[str, ...]
    subdistricts: tuple[str | None, ...]
    tasks: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Unreached:
    """A rule that no issue can ever reach, and the numbers (from 1) of the rules before it that take all of its own;
    none where it matches nothing at all."""

    rule: AssignmentRule
    number: int
    behind: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RuleTable:
    """`first[type class, place class, task class]` is the position of the first rule that matches, or NO_RULE."""

    rules: tuple[AssignmentRule, ...]
    types: Axis
    subdistricts: Axis
    tasks: Axis
    first: NDArray[np.int32]
    gaps: tuple[Gap, ...]
    unreached: tuple[Unreached, ...]
    unit_of_rule: NDArray[np.int32]  # position in the organisation; −1 where the rule says the office of the place
    office: NDArray[np.int32]  # position of the office of each subdistrict, −1 without; the last entry: no place

    def rule_of(self, types: Ints, subdistricts: Ints, tasks: Ints) -> NDArray[np.int32]:
        """Position of the rule for each issue (positions in the city's lists, −1: none), NO_RULE where none matches."""
        found: NDArray[np.int32] = self.first[
            self.types.class_of[types], self.subdistricts.class_of[subdistricts], self.tasks.class_of[tasks]
        ]
        return found

    def unit_of(self, types: Ints, subdistricts: Ints, tasks: Ints) -> NDArray[np.int32]:
        """Position in the organisation of the unit that each issue goes to, −1 where no rule matches."""
        rule = self.rule_of(types, subdistricts, tasks)
        unit: NDArray[np.int32] = np.append(self.unit_of_rule, np.int32(-1))[rule]
        to_office = (rule >= 0) & (unit < 0)
        unit[to_office] = self.office[subdistricts[to_office]]
        return unit


def rule_table(
    rules: Sequence[AssignmentRule], organisation: Organisation, catalogue: Catalogue, subdistricts: Sequence[str]
) -> RuleTable:
    """`rules` (each checked) worked out for every combination of type, subdistrict or none, and task or none."""
    offices = organisation.office_of
    by_type = _axis([entry.code for entry in catalogue.types], [rule.types for rule in rules])
    by_task = _axis([entry.code for entry in catalogue.tasks], [rule.tasks for rule in rules])
    places = [
        tuple(code for code in rule.subdistricts or offices if code in offices) or ("",)
        if rule.unit is None
        else rule.subdistricts
        for rule in rules
    ]
    by_place = _axis(list(subdistricts), places)
    shape = (len(by_type.members), len(by_place.members), len(by_task.members))
    first = np.full(shape, NO_RULE, np.int32)
    unreached = []
    for position, rule in enumerate(rules):
        own = (
            _taken(by_type, rule.types)[:, None, None]
            & _taken(by_place, places[position])[None, :, None]
            & _taken(by_task, rule.tasks)[None, None, :]
        )
        own[by_type.class_of[-1]] = False  # an issue always has a type
        free = own & (first == NO_RULE)
        if not free.any():
            unreached.append(Unreached(rule, position + 1, tuple((np.unique(first[own]) + 1).tolist())))
        first[free] = position
    return RuleTable(
        rules=tuple(rules),
        types=by_type,
        subdistricts=by_place,
        tasks=by_task,
        first=first,
        gaps=_gaps(first, by_type, by_place, by_task),
        unreached=tuple(unreached),
        unit_of_rule=np.array([-1 if r.unit is None else organisation.index[r.unit] for r in rules], np.int32),
        office=np.array(
            [*(organisation.index[offices[code]] if code in offices else -1 for code in subdistricts), -1], np.int32
        ),
    )


def _axis(codes: list[str], lists: Sequence[Iterable[str]]) -> Axis:
    """Codes that stand in the same of `lists` share a class; "none" is a class of its own."""
    named = [frozenset(entry) for entry in lists]
    classes: dict[tuple[bool, ...] | None, int] = {}
    members: list[list[str | None]] = []
    class_of = []
    for code in [*codes, None]:
        signature = None if code is None else tuple(code in entry for entry in named)
        at = classes.setdefault(signature, len(members))
        if at == len(members):
            members.append([])
        members[at].append(code)
        class_of.append(at)
    return Axis(np.array(class_of, np.int32), tuple(tuple(entry) for entry in members))


def _taken(axis: Axis, codes: Sequence[str]) -> NDArray[np.bool_]:
    """Which classes of `axis` a list of codes takes; an empty one takes all, also none."""
    if not codes:
        return np.ones(len(axis.members), bool)
    wanted = frozenset(codes)
    return np.array([entry[0] is not None and entry[0] in wanted for entry in axis.members])


def _gaps(first: NDArray[np.int32], types: Axis, places: Axis, tasks: Axis) -> tuple[Gap, ...]:
    """The combinations without a rule; classes of places and tasks that lack the same are told together."""
    found: dict[tuple[str, ...], dict[tuple[int, ...], list[int]]] = {}
    none = int(types.class_of[-1])
    gaps = []
    for at, entry in enumerate(types.members):
        if at == none:
            continue
        codes = tuple(code for code in entry if code is not None)
        by_tasks = found.setdefault(codes, {})
        for place in range(len(places.members)):
            lacking = tuple(np.flatnonzero(first[at, place] == NO_RULE).tolist())
            if lacking:
                by_tasks.setdefault(lacking, []).append(place)
        for lacking, which in by_tasks.items():
            where = tuple(code for place in which for code in places.members[place])
            gaps.append(Gap(codes, where, tuple(code for task in lacking for code in tasks.members[task])))
    return tuple(gaps)

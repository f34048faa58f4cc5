"""Levels of escalation: from how many working days past due on overdue work is told to whom. City data."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from geo.errors import BadValueError
from geo.text import Text


@dataclass(frozen=True, slots=True)
class EscalationLevel:
    """From how many working days past due on an open issue is told to whom."""

    code: str
    name: Text
    to: Text
    from_working_days: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """The levels of a city, rising from 0 working days on, and how many hours before it is due an issue is due soon.

    Raises BadValueError where the levels do not begin at 0 or do not rise.
    """

    levels: tuple[EscalationLevel, ...] = ()
    due_soon_hours: int = 24

    def __post_init__(self) -> None:
        starts = [level.from_working_days for level in self.levels]
        if starts and (starts[0] != 0 or any(b <= a for a, b in pairwise(starts))):
            raise BadValueError("from_working_days", starts, "0 for the first level and more for each further one")

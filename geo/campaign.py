"""A campaign: a named period with its own registers, tallies and clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from geo.text import Text

Bound = Literal["eq", "ge", "approx"]
"""How a published figure is to be read: exact, at least, or about."""


@dataclass(frozen=True, slots=True)
class Register:
    """A ledger of issues. Registers may overlap in unknown ways and are never added up.

    `rectified_published` False means that only the total was published: the split is shown as unknown (null).
    """

    code: str
    name: Text
    note: Text
    bound: Bound = "eq"
    rectified_published: bool = True
    published_total: int | None = None
    published_rectified: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """A published count without records or geometry; never drawn as points."""

    code: str
    name: Text
    value: int
    bound: Bound
    unit: Text
    note: Text


@dataclass(frozen=True, slots=True)
class Fact:
    """A published figure that is neither a register nor a tally (groups, meetings, checkpoints…)."""

    code: str
    name: Text
    value: str
    bound: Bound
    unit: Text
    note: Text


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign of a city. `clock` None means the wall clock; else "now" stands still there (a demo)."""

    code: str
    name: Text
    start: date
    end: date
    registers: tuple[Register, ...]
    default_register: str
    tallies: tuple[Tally, ...] = ()
    facts: tuple[Fact, ...] = ()
    clock: datetime | None = None
    published_points: int | None = None
    published_first_visit_compliant: int | None = None
    source: Text | None = None

    def register(self, code: str) -> Register:
        """The register of that code; KeyError if the campaign has none."""
        return {r.code: r for r in self.registers}[code]

    @property
    def register_codes(self) -> tuple[str, ...]:
        """Codes in the order of the city file."""
        return tuple(r.code for r in self.registers)

"""What the demo's records say: sentences by issue type, departments, remedies; read from `yunyan_words.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.demo.dice import Dice

WORDS = Path(__file__).parent / "yunyan_words.toml"


@dataclass(frozen=True, slots=True)
class Words:
    """The demo's sentences (Chinese, invented)."""

    types: dict[str, dict[str, Any]]
    rework: Sequence[str]
    deferral: Sequence[str]
    visit_failed: Sequence[str]
    visit_passed: Sequence[str]
    recheck_passed: str

    @staticmethod
    def read() -> Words:
        """The words of the file beside this module."""
        return Words(**tomllib.loads(WORDS.read_text(encoding="utf-8")))

    def describe(self, issue_type: str, road: str, dice: Dice) -> str:
        """One sentence about an issue of that type on that road."""
        sentence: str = dice.pick(self.types[issue_type]["say"])
        return sentence.format(road=road, n=dice.whole(2, 9), m=dice.whole(3, 12) * 5)

    def department(self, issue_type: str) -> str:
        """Who puts such an issue right."""
        return str(self.types[issue_type]["department"])

    def remedy(self, issue_type: str) -> str:
        """What was done about it."""
        return str(self.types[issue_type]["remedy"])

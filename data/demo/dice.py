"""Seeded chance that gives the same draws on every machine and Python: sums and products of `random.random` only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of draws. No libm function is used, since its last digit differs between processors."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - invented records, not secrets

    def unit(self) -> float:
        """Uniform in [0, 1)."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self._random.random() < probability

    def between(self, low: float, high: float) -> float:
        """Uniform in [low, high)."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int((high - low + 1) * self._random.random())

    def bell(self) -> float:
        """About standard normal: twelve uniforms summed (Irwin-Hall), within ±6."""
        return sum(self._random.random() for _ in range(12)) - 6.0

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`, all alike."""
        return choices[int(len(choices) * self._random.random())]

    def weighted(self, choices: Sequence[T], weights: Sequence[float]) -> T:
        """One of `choices` in proportion to `weights` (not negative, one at least positive)."""
        left = sum(weights) * self._random.random()
        for choice, weight in zip(choices, weights, strict=True):
            left -= weight
            if left < 0:
                return choice
        return choices[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in a new order (Fisher-Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = int((last + 1) * self._random.random())
            order[last], order[other] = order[other], order[last]
        return order

    def uuid(self) -> str:
        """A version-4 UUID from this stream."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

"""Wuhan's invented issues, as many as asked for, in blocks of columns; the first k are the same however many follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.demo.wuhan_life import lives
from data.demo.wuhan_roads import WuhanRoads
from data.demo.yunyan import TASKS
from data.demo.yunyan_words import Words
from data.intake.point_block import PointBlock
from geo.city import City
from geo.clock import to_us
from geo.errors import CityError
from geo.lifecycle import Status

SEED: Final = 420100
BLOCK: Final = 65_536
"""Issues drawn together; each block has a random stream of its own (Philox, counter-based), keyed by its number."""

MOST: Final = 10_000_000
REGISTER: Final = "synthetic"

Floats = NDArray[np.float64]

_DRAWS: Final = 21
_S: Final = 1_000_000
_DAY: Final = 86_400
# How often each type is found, and what share of reports falls into each hour of the day (China time).
_COMMON: Final = {"E0102": 14.0, "E0506": 13.0, "E0501": 9.0, "E0504": 8.0, "E0104": 8.0, "E0110": 7.0, "C0101": 5.0}
_HOURS: Final = (1, 1, 1, 1, 1, 2, 5, 9, 14, 16, 15, 10, 7, 10, 14, 15, 13, 9, 7, 6, 5, 3, 2, 1)
_NUMBERS: Final = range(2, 10)
_GROUPS: Final = 14
_EXTENDED: Final = 0.6  # of what is open, has a new deadline within _EXTENSION_S from now
_EXTENSION_S: Final = 60 * _DAY
_HEADQUARTERS: Final = 0  # position in the list of people; groups follow, then the department of each type


class WuhanIssues:
    """Draws the issues of one seed. Sums and products only, so that they are the same on every machine."""

    def __init__(self, city: City, seed: int = SEED) -> None:
        if city.roads is None:
            raise CityError(f"city {city.code} has no roads, along which its issues could be drawn; supply the layer")
        self._seed, self._city, self._campaign = seed, city, city.campaign()
        self._roads = WuhanRoads(city.roads)
        zone = timezone(timedelta(hours=8))
        clock = self._campaign.clock
        assert clock is not None, "the demo's clock stands still"
        start = datetime.combine(self._campaign.start, datetime.min.time(), zone)
        self._start_s, self._now_s = to_us(start) // _S, to_us(clock) // _S
        self._addresses = [f"{code}路段附近（演示）" for code in city.roads.segment_codes]
        self._words()

    def blocks(self, count: int) -> Iterator[PointBlock]:
        """`count` issues, block by block."""
        for number in range(-(-count // BLOCK)):
            yield self._block(number, min(BLOCK, count - number * BLOCK))

    def _words(self) -> None:
        """Texts of every type, each written once: descriptions (by number), departments, notes."""
        words, types = Words.read(), self._city.catalogue.types
        self._weights = np.cumsum([_COMMON.get(entry.code, 2.0) for entry in types])
        self._due_s = np.array([(entry.due_hours or 72) * 3_600 for entry in types])
        tasks = [task.code for task in self._city.catalogue.tasks]
        self._task = np.array([tasks.index(TASKS[entry.code]) for entry in types])
        self._descriptions: list[str] = []
        self._first_text, self._texts = np.zeros(len(types), np.int64), np.zeros(len(types), np.int64)
        for position, entry in enumerate(types):
            self._first_text[position] = len(self._descriptions)
            for sentence in words.types[entry.code]["say"]:
                self._descriptions += [sentence.format(road="本路段", n=n, m=5 * n) for n in _NUMBERS]
            self._texts[position] = len(self._descriptions) - self._first_text[position]
        # Yunyan's departments, under names that are nobody's.
        departments = [words.department(entry.code).replace("云岩", "市") for entry in types]
        self._people = ["指挥部（演示）", *(f"督查组{n:02d}（演示）" for n in range(1, _GROUPS + 1)), *departments]
        self._notes = ["", "照片（演示）", "核查通过", "不属实或重复", "整改不到位，退回重办"]
        self._first_dispatch = len(self._notes)
        self._notes += [f"派 {department}" for department in departments]
        self._first_remedy = len(self._notes)
        self._notes += [words.remedy(entry.code) for entry in types]

    def _block(self, number: int, count: int) -> PointBlock:
        stream = np.random.Philox(key=np.array([self._seed, number], np.uint64))
        draws = np.random.Generator(stream).random((_DRAWS, BLOCK))[:, :count]
        segment, lon, lat = self._roads.positions(draws[:7])
        kind = np.minimum(
            np.searchsorted(self._weights, draws[7] * self._weights[-1], side="right"), len(self._task) - 1
        )
        reported_s = self._moments(draws[8:12])
        reporter = 1 + (draws[12] * _GROUPS).astype(np.int64)
        text = self._first_text[kind] + (draws[13] * self._texts[kind]).astype(np.int64)
        first_step, status, at_s = lives(draws[14:20], reported_s, self._due_s[kind], self._start_s, self._now_s)
        owner = np.repeat(np.arange(count), np.diff(first_step))
        actor, note, evidence = self._hands(status, kind[owner], reporter[owner], np.diff(owner, prepend=-1) == 0)
        return PointBlock(
            campaign=self._campaign.code,
            register=REGISTER,
            ids=_ids(stream, number * BLOCK, count),
            type=kind,
            task=self._task[kind],
            lon=lon,
            lat=lat,
            descriptions=self._descriptions,
            description=text,
            addresses=self._addresses,
            address=segment,
            people=self._people,
            reporter=reporter,
            reported_us=reported_s * _S,
            due_us=self._deadlines(reported_s + self._due_s[kind], first_step, status, draws[20]) * _S,
            notes=self._notes,
            first_step=first_step,
            step_status=status,
            step_at_us=at_s * _S,
            step_actor=actor,
            step_note=note,
            step_evidence=evidence,
            synthetic=True,
            approximate=True,
        )

    def _moments(self, draws: Floats) -> NDArray[np.int64]:
        """Seconds of the reports: a little more of them every year, by day more than by night, none after now."""
        one, other, hour, within = draws
        days = (self._now_s - self._start_s) // _DAY
        day = ((0.7 * one + 0.3 * np.maximum(one, other)) * days).astype(np.int64)
        hours = np.cumsum(_HOURS)
        of_day = np.searchsorted(hours, hour * hours[-1], side="right")
        seconds: NDArray[np.int64] = day * _DAY + of_day * 3_600 + (within * 3_600).astype(np.int64)
        return self._start_s + seconds

    def _deadlines(
        self, due_s: NDArray[np.int64], first_step: NDArray[np.int64], status: NDArray[np.int64], draws: Floats
    ) -> NDArray[np.int64]:
        """The deadline by the type, but for most of the open issues that missed it an extended one, still ahead."""
        state = np.append(status, 0)[first_step[1:] - 1]
        state[np.diff(first_step) == 0] = Status.REPORTED
        missed = (state != Status.CLOSED) & (state != Status.REJECTED) & (due_s < self._now_s)
        extended = self._now_s + (draws / _EXTENDED * _EXTENSION_S).astype(np.int64)
        return np.where(missed & (draws < _EXTENDED), extended, due_s)

    def _hands(
        self, status: NDArray[np.int64], kind: NDArray[np.int64], reporter: NDArray[np.int64], later: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Who made each change, with what note and evidence. Who verifies is another than who reported or handled."""
        verifier = 1 + reporter % _GROUPS
        department = 1 + _GROUPS + kind
        by_department = (status == Status.HANDLING) | (status == Status.VERIFYING)
        before = np.concatenate([[-1], status[:-1]])
        again = later & (status == Status.DISPATCHED) & (before == Status.VERIFYING)
        by_verifier = (status == Status.CLOSED) | again
        actor = np.where(by_department, department, np.where(by_verifier, verifier, _HEADQUARTERS))
        note = np.zeros(len(status), np.int64)
        note[status == Status.CLOSED] = 2
        note[status == Status.REJECTED] = 3
        note = np.where(status == Status.DISPATCHED, self._first_dispatch + kind, note)
        note = np.where(again, 4, note)
        note = np.where(status == Status.VERIFYING, self._first_remedy + kind, note)
        evidence = ((status == Status.VERIFYING) | (status == Status.CLOSED)).astype(np.int64)
        return actor, note, evidence


def _ids(stream: np.random.Philox, first: int, count: int) -> list[str]:
    """UUIDs (version 8) that begin with the issue's running number, so that indexes grow at their end; rest random."""
    high, low = stream.random_raw(2 * BLOCK).reshape(2, BLOCK)[:, :count]
    running = np.arange(first, first + count, dtype=np.uint64) << np.uint64(16)
    high = running | np.uint64(0x8000) | (high & np.uint64(0x0FFF))
    low = np.uint64(1 << 63) | (low >> np.uint64(2))
    text = np.column_stack([high, low]).astype(">u8").tobytes().hex()
    cuts = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    return ["-".join([text[at + a : at + b] for a, b in cuts]) for at in range(0, 32 * count, 32)]

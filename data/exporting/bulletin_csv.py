"""A bulletin as CSV: one figure a line, each with its register, filter, cut-off and what it is a part of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from data.bulletins import Bulletin
from data.exporting.csv_cells import guarded
from geo.city import City
from geo.iso_time import local_iso
from geo.period_figures import NAMES, Figures
from geo.periods import PeriodKind
from geo.ranking_rule import ranked
from geo.text import Text

COLUMNS: Final = (
    *("kind", "first", "last", "cut_off", "register", "filter", "group", "code", "name_zh", "name_en"),
    *("measure", "value", "of", "of_measure"),
)
PART_OF: Final = {
    "overdue": "open",
    "on_time": "due",
    "current_compliant": "visited",
    "first_compliant": "first_visited",
}
"""The measure of which a measure is a part, where it is one."""

_WHOLE: Final = Text("合计", "All")
_NONE: Final = Text("不在其中", "In none")
_POINTS: Final = ("points", "visited", "current_compliant", "first_visited", "first_compliant")


def bulletin_csv(bulletin: Bulletin, city: City, *, asked: str) -> bytes:
    """The whole bulletin (UTF-8 with BOM, CRLF, COLUMNS); `asked` is its filter as a query. What has no figure at all
    is left out of the lists."""
    period = bulletin.period
    head = [
        *(period.kind.value, period.first.isoformat(), period.last.isoformat()),
        *(local_iso(bulletin.cut_off, city.time_zone), bulletin.chosen.register, asked),
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in _lines(bulletin, city):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in (*head, *line)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _lines(bulletin: Bulletin, city: City) -> Iterator[Sequence[Any]]:
    yield from _figures("all", "", _WHOLE, bulletin.all)
    if bulletin.before is not None:
        yield from _figures("period_before", "", _WHOLE, bulletin.before)
    points = {name: getattr(bulletin.points, name) for name in _POINTS}
    for measure, value in points.items():
        part = PART_OF.get(measure, "")
        yield ("points", "", _WHOLE.zh, _WHOLE.en, measure, value, points.get(part, ""), part)
    units = bulletin.duties.organisation.units
    groups: tuple[tuple[str, list[tuple[str, Text]], tuple[Figures, ...]], ...] = (
        ("subdistrict", [*zip(city.areas.codes, city.areas.names, strict=True)], bulletin.by_subdistrict),
        ("unit", [(unit.code, unit.name) for unit in units], bulletin.by_unit),
        ("type", [(entry.code, entry.name) for entry in city.catalogue.types], bulletin.by_type),
    )
    for group, named, figures in groups:
        for (code, name), entry in zip([*named, ("-", _NONE)], figures, strict=True):
            yield from _figures(group, code, name, entry)
    if bulletin.period.kind is PeriodKind.MONTH:
        for standing in ranked(bulletin.by_subdistrict[:-1]):
            at = standing.position
            entry = bulletin.by_subdistrict[at]
            place = city.areas.names[at]
            rank: Any = "" if standing.rank is None else standing.rank
            yield ("ranking", city.areas.codes[at], place.zh, place.en, "rank", rank, entry.due, "due")


def _figures(group: str, code: str, name: Text, entry: Figures) -> Iterator[Sequence[Any]]:
    values = {measure: getattr(entry, measure) for measure in NAMES}
    if not any(values.values()) and group not in ("all", "period_before"):
        return
    for measure, value in values.items():
        part = PART_OF.get(measure, "")
        yield (group, code, name.zh, name.en, measure, value, values.get(part, ""), part)

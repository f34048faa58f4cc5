"""What permissions look at in an issue of the tables: its place, the unit it is assigned to, its type and task."""

from __future__ import annotations

from geo.access import Subject
from geo.city import City
from geo.tables import IssueTable


def subject_at(table: IssueTable, row: int, city: City) -> Subject:
    """The subject of the issue at `row`, as it is in `table`."""
    area, unit, task = int(table.subdistrict[row]), int(table.department[row]), int(table.task[row])
    return Subject(
        subdistrict=city.areas.codes[area] if area >= 0 else None,
        department=str(table.departments[unit]) if unit >= 0 else None,
        type=city.catalogue.types[int(table.type[row])].code,
        task=city.catalogue.tasks[task].code if task >= 0 else None,
    )

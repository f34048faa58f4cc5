"""Codes and names of the places and catalogue entries that a row of a table points to."""

from __future__ import annotations

from geo.catalogue import IssueType
from geo.city import City
from geo.tables import IssueTable, PointTable
from geo.text import Text


def subdistrict_of(city: City, table: IssueTable | PointTable, row: int) -> tuple[str | None, Text | None]:
    """Code and name of the row's primary subdistrict; both None outside all of them."""
    position = int(table.subdistrict[row])
    return (None, None) if position < 0 else (city.areas.codes[position], city.areas.names[position])


def road_of(city: City, table: IssueTable | PointTable, row: int) -> tuple[str | None, Text | None]:
    """Code and name of the road of the row's segment; both None where it is on no road."""
    segment = int(table.segment[row])
    if segment < 0 or city.roads is None:
        return None, None
    position = int(city.roads.road[segment])
    return city.roads.road_codes[position], city.roads.road_names[position]


def type_of(city: City, table: IssueTable, row: int) -> IssueType:
    """The catalogue's entry of the row's issue type."""
    return city.catalogue.types[int(table.type[row])]

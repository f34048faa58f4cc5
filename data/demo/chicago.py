"""Chicago's own records."""

from __future__ import annotations

from data.records import CityRecords
from geo.city import City
from geo.errors import CityError


def load_chicago(city: City) -> CityRecords:
    """Not there yet."""
    raise CityError(f"{city.code}: no records")

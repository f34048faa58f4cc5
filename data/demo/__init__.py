"""The records that a city's own folder brings into an empty store: Yunyan's and Wuhan's invented, Chicago's real."""

from __future__ import annotations

from data.demo.chicago import load_chicago
from data.demo.wuhan import load_wuhan
from data.demo.yunyan import load_yunyan
from data.records import CityRecords
from geo.city import City
from geo.errors import CityError

LOADERS = {"yunyan": load_yunyan, "chicago": load_chicago, "wuhan": load_wuhan}


def load_records(city: City) -> CityRecords:
    """The records of the loader that `city.toml` names under [demo]; the same ones at every call.

    Raises CityError for a city without [demo], or whose layers are not those the loader was made for.
    """
    if city.demo is None:
        raise CityError(f"city {city.code} has no [demo] in its city.toml; import a file instead")
    return LOADERS[city.demo](city)

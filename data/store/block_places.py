"""The place columns of a block of point issues, as `data.intake.placing` makes them one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from data.intake.point_block import PointBlock
from geo.city import City
from geo.placement import Locator
from geo.search import fold


class BlockPlacer:
    """Places blocks in one city; holds the lookup grids."""

    def __init__(self, city: City) -> None:
        self._locator = Locator(city, grid_from=0)
        self._areas = np.array([*city.areas.codes, None], object)  # the last one answers position −1
        roads = city.roads
        self._segments = np.array([*(roads.segment_codes if roads else ()), None], object)
        self._road_of = np.append(roads.road if roads else np.empty(0, np.int32), -1)
        self._roads = np.array([*(roads.road_codes if roads else ()), None], object)
        names = [f"{name.zh} {name.en}" for name in roads.road_names] if roads else []
        self._road_words = np.array([*map(fold, names), ""], object)

    def columns(self, block: PointBlock, chosen: range, numbers: Sequence[str]) -> dict[str, Sequence[Any]]:
        """The columns of `data.intake.placing.PLACE_COLUMNS` for the issues `chosen`, which bear `numbers`."""
        part = slice(chosen.start, chosen.stop)
        found = self._locator.locate_points(block.lon[part], block.lat[part])
        lon, lat = found.lon.tolist(), found.lat.tolist()
        road = self._road_of[found.segment]
        distance: list[float | None] = found.distance_m.tolist()
        for row in np.flatnonzero(found.segment < 0).tolist():
            distance[row] = None
        return {
            "is_point": [True] * len(lon),
            **dict.fromkeys(("lon", "west", "east"), lon),
            **dict.fromkeys(("lat", "south", "north"), lat),
            "x_m": found.x_m.tolist(),
            "y_m": found.y_m.tolist(),
            "subdistrict": self._areas[found.subdistrict].tolist(),
            "segment": self._segments[found.segment].tolist(),
            "road": self._roads[road].tolist(),
            "distance_m": distance,
            "search_text": self._search_texts(block, part, numbers, self._road_words[road].tolist()),
        }

    def _search_texts(self, block: PointBlock, part: slice, numbers: Sequence[str], roads: Sequence[str]) -> list[str]:
        """The folded texts, each part folded once: a space parts them, and nothing folds across a space."""
        descriptions, addresses = _folded(tuple(block.descriptions)), _folded(tuple(block.addresses))
        return [
            " ".join(filter(None, (fold(number), descriptions[description], addresses[address], road)))
            for number, description, address, road in zip(
                numbers, block.description[part].tolist(), block.address[part].tolist(), roads, strict=True
            )
        ]


@lru_cache(maxsize=8)
def _folded(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, texts))

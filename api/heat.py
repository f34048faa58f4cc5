"""The density at which the heat's colours end, the same for the whole city, and the surface read as bytes of it."""

from __future__ import annotations

import math
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from api.operation import positive
from api.schemas import NUMBER
from api.view import View
from api.viewport import BBox
from geo.heat_surface import HeatSurface
from layers.legend import heat_cap

LEVELS: Final = 85
"""Densities are told in so many steps: more than an eye tells apart in a ramp, and a third of the bytes."""

_LARGEST_CAP: Final = 1e9
_caps: WeakKeyDictionary[HeatSurface, float] = WeakKeyDictionary()
"""A change that a filter does not mean leaves its surface as it was, and the end of its colours."""


CAP: Final = positive(
    "cap",
    "issues per km² of full colour; without it that of the filter's whole city",
    "a density above 0 in issues per km², as an answer gave it",
    {**NUMBER, "exclusiveMinimum": 0, "maximum": _LARGEST_CAP},
    low=math.ulp(0.0),
    high=_LARGEST_CAP,
)


def city_cap(view: View) -> float:
    """The density of full colour: of the issues that count over the whole city, so that panning does not change it."""
    surface = view.snapshot.heat(view.filter)
    cap = _caps.get(surface)
    if cap is None:
        cap = _caps[surface] = heat_cap(surface.values[surface.values > 0] * surface.per_km2)
    return cap


def shares_of_cap(view: View, bounds: BBox, nx: int, ny: int, cap: float) -> NDArray[np.uint8]:
    """Issues per km² over `bounds` as bytes, shape (ny, nx), north first: 0 = none, 255 = `cap` and more."""
    values = view.snapshot.heat(view.filter).raster(bounds, nx, ny)
    steps = np.rint(np.minimum(values / cap, 1.0) * LEVELS)
    return np.asarray(steps * (255 // LEVELS), np.uint8)

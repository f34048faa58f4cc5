"""The legend as plain data: every number a reader needs to judge a picture, its parts adding up to n."""

from __future__ import annotations

import math
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from geo.city import Quality
from geo.tables import Floats
from layers.breaks import CLASSES, Breaks, classify

HEAT_EXPONENT: Final = 0.62
"""A heat value stands at (value ÷ cap)^0.62 of the colour ramp: low values get more of it."""

HEAT_PERCENTILE: Final = 99.9

_TICK_GAP: Final = 0.13  # least distance of two ticks, as a part of the ramp
_FALLBACK_CAP: Final = 1.0


def density_legend(
    *,
    measure: str,
    unit: str,
    breaks: Breaks,
    values: Floats,
    counts: Floats,
    remainder: float,
    n: int,
    since: date,
    until: date,
    quality: Quality,
) -> dict[str, Any]:
    """The legend of a density picture, ready for JSON.

    `values` (densities, NaN where nothing can be measured) and `counts` (issues) run over the same places, which are
    all that the picture shows. `n` is the number of issues meant, `remainder` the part in no place. Σ class counts +
    remainder = n: issues of places without a measurable density join the remainder, and `unmeasured` says how many
    they are. `since` and `until` are the first and last day shown. `max` is null without a measurable place; the
    first class begins at 0 and the last has no end (`to` null).
    """
    classes = classify(values, breaks)
    measured = classes >= 0
    places = np.bincount(classes[measured], minlength=CLASSES)
    issues = np.bincount(classes[measured], weights=counts[measured], minlength=CLASSES)
    unmeasured = float(counts[~measured].sum())
    edges: list[float | None] = [0.0, *breaks.edges, None]
    return {
        "measure": measure,
        "unit": unit,
        "breaks": list(breaks.edges),
        "scale": breaks.scale,
        "classes": [
            {"from": edges[k], "to": edges[k + 1], "places": int(places[k]), "count": float(issues[k])}
            for k in range(CLASSES)
        ],
        "max": float(values[measured].max()) if measured.any() else None,
        "n": n,
        "remainder": remainder + unmeasured,
        "unmeasured": {"places": int(np.count_nonzero(~measured)), "count": unmeasured},
        "places": len(values),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "quality": quality,
    }


def heat_cap(values: ArrayLike) -> float:
    """The density (per km²) at which the ramp ends: the 99.9th percentile of the values above zero, to two figures.

    Without such a value 1.0, so that dividing by the cap is always allowed.
    """
    array = np.asarray(values, np.float64).ravel()
    array = array[np.isfinite(array) & (array > 0)]
    if len(array) == 0:
        return _FALLBACK_CAP
    return float(f"{np.percentile(array, HEAT_PERCENTILE):.2g}")


def heat_stop(value: float, cap: float) -> float:
    """Where `value` stands on the ramp, 0 to 1."""
    return math.pow(min(1.0, max(0.0, value / cap)), HEAT_EXPONENT)


def heat_legend(cap: float, bandwidth_m: float) -> dict[str, Any]:
    """The legend of the heat picture, ready for JSON: round ticks at their true place, the last one "≥ cap".

    `bandwidth_m` is the standard deviation of the Gaussian kernel in metres. Raises ValueError unless cap > 0.
    """
    if not (math.isfinite(cap) and cap > 0):
        raise ValueError(f"a heat cap of {cap}: expected a finite number above zero")
    values = [cap]
    for value in _round_values_below(cap):
        stop = heat_stop(value, cap)
        if stop < _TICK_GAP:
            break
        if heat_stop(values[-1], cap) - stop >= _TICK_GAP:
            values.append(value)
    ticks = [
        {"value": value, "stop": heat_stop(value, cap), "label": number_text(value)} for value in [0.0, *values[::-1]]
    ]
    ticks[-1]["label"] = "≥ " + number_text(cap)
    return {
        "measure": "heat",
        "unit": "per_km2",
        "cap": cap,
        "bandwidth_m": bandwidth_m,
        "exponent": HEAT_EXPONENT,
        "ticks": ticks,
    }


def number_text(value: float) -> str:
    """A round number as a legend writes it in both languages: 0.5, 20, 1,200."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.10g}"


def _round_values_below(cap: float) -> list[float]:
    """1, 2 and 5 × 10^k below `cap`, the largest first, over three decades."""
    top = math.floor(math.log10(cap))
    values = [float(f"{lead}e{power}") for power in range(top, top - 3, -1) for lead in (5, 2, 1)]
    return [value for value in values if value < cap]

"""How long something takes when some of it is not done yet: Kaplan and Meier's curve and its median."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.compliance import Z_95
from geo.tables import Floats


@dataclass(frozen=True, slots=True)
class Median:
    """Median duration of `n`, of which `done` have ended. None: not reached; `low`/`high`: 95 % interval, None open."""

    n: int
    done: int
    median: float | None
    low: float | None
    high: float | None


def survival(durations: Floats, ended: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
    """The share not yet done after each duration at which something ended: (times, share, low, high).

    Kaplan and Meier 1958. What has not ended (`ended` False) counts as long as it was watched. The pointwise 95 %
    band is Greenwood's variance on the scale log(−log S); NaN where the share is 0 or 1.
    """
    times = np.unique(durations[ended])
    order = np.sort(durations)
    at_risk = len(order) - np.searchsorted(order, times, side="left")
    deaths = np.searchsorted(np.sort(durations[ended]), times, side="right") - np.searchsorted(
        np.sort(durations[ended]), times, side="left"
    )
    share: Floats = np.cumprod(1 - deaths / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        spread = Z_95 * np.sqrt(greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
    edge = (share <= 0) | (share >= 1)
    low[edge] = high[edge] = np.nan
    return times, share, low, high


def median_of(durations: Floats, ended: NDArray[np.bool_]) -> Median:
    """The first duration after which at most half is not yet done, with the interval of Brookmeyer and Crowley (1982).

    Its ends are the first durations at which the lower and the upper end of the band are at most one half.
    """
    durations, n, done = np.asarray(durations, np.float64), len(durations), int(np.count_nonzero(ended))
    if not done:
        return Median(n, done, None, None, None)
    times, share, low, high = survival(durations, ended)
    low, high = np.where(np.isnan(low), share, low), np.where(np.isnan(high), share, high)
    return Median(n, done, *(_first(times, values <= 0.5 + 1e-12) for values in (share, low, high)))


def _first(times: Floats, holds: NDArray[Any]) -> float | None:
    at = np.flatnonzero(holds)
    return float(times[at[0]]) if len(at) else None

"""The compiled passes that tell what a filter means; see `geo.kernels` for when they are imported.

They go through the columns in blocks that stay in the nearest cache, and each loop does one simple thing to a whole
block, so that the compiler makes vector instructions of it: four times as fast as one loop that does everything.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from geo.compiled import compiled

_BLOCK: Final = 2_048


@compiled
def stages_of_register(
    status: Any,
    campaign: Any,
    register: Any,
    due_us: Any,
    campaign_is: int,
    register_is: int,
    stage_by_state: Any,
    as_of_us: int,
    never: int,
) -> Any:
    """Per row of one register its stage, −1 for the others; int8 (n,).

    `stage_by_state` is looked up by 2 × (status + 1) + late; its first entry, of no status, is −1.
    """
    n = len(status)
    found = np.empty(n, np.int8)
    state = np.empty(_BLOCK, np.uint8)
    for first in range(0, n, _BLOCK):
        last = min(n, first + _BLOCK)
        stages, states, due = found[first:last], status[first:last], due_us[first:last]
        campaigns, registers = campaign[first:last], register[first:last]
        for i in range(last - first):
            state[i] = np.uint8((due[i] < as_of_us) & (due[i] != never))
        for i in range(last - first):
            state[i] = state[i] + np.uint8(2) * np.uint8(states[i] + 1)
        for i in range(last - first):
            state[i] = state[i] if (campaigns[i] == campaign_is) & (registers[i] == register_is) else np.uint8(0)
        for i in range(last - first):
            stages[i] = stage_by_state[state[i]]
    return found


@compiled
def keep_listed(stage: Any, value: Any, ok: Any) -> None:
    """Set `stage` to −1, in place, where the look-up of `value` + 1 (0 is none) says no."""
    out = np.empty(len(ok), np.int8)
    for at in range(len(ok)):
        out[at] = 0 if ok[at] else -1
    for row in range(len(stage)):
        stage[row] |= out[value[row] + 1]  # −1 is all bits


@compiled
def keep_period(stage: Any, reported_us: Any, since_us: int, until_us: int) -> None:
    """Set `stage` to −1, in place, for every row reported before `since_us`, or at `until_us` or later."""
    for first in range(0, len(stage), _BLOCK):
        stages, reported = stage[first : first + _BLOCK], reported_us[first : first + _BLOCK]
        for i in range(len(stages)):
            stages[i] |= -np.int8((reported[i] < since_us) | (reported[i] >= until_us))


@compiled
def keep_in_box(
    stage: Any, lon_e7: Any, lat_e7: Any, is_point: Any, west: int, south: int, east: int, north: int
) -> None:
    """Set `stage` to −1, in place, for every point outside the box (edges inside); lines and polygons are left."""
    for first in range(0, len(stage), _BLOCK):
        stages, points = stage[first : first + _BLOCK], is_point[first : first + _BLOCK]
        lon, lat = lon_e7[first : first + _BLOCK], lat_e7[first : first + _BLOCK]
        for i in range(len(stages)):
            outside = (lon[i] < west) | (lon[i] > east) | (lat[i] < south) | (lat[i] > north)
            stages[i] |= -np.int8(outside & points[i])

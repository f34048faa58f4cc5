"""The compiled passes over all issues: one loop each, without temporary arrays, outside the interpreter's lock.

Import this module only where there is much to do (`geo.scale.is_large`): it loads the compiler. What each pass means
is said, and done with numpy, by its caller; the tests hold the two equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.compiled import compiled


@compiled
def status_at(first: Any, at_us: Any, status: Any, as_of_us: int) -> Any:
    """Per row the status of its last entry with `at_us` ≤ `as_of_us`, −1 without one; int8 (n,)."""
    n = len(first) - 1
    found = np.empty(n, np.int8)
    for row in range(n):
        found[row] = -1
        for entry in range(first[row + 1] - 1, first[row] - 1, -1):
            if at_us[entry] <= as_of_us:
                found[row] = status[entry]
                break
    return found


@compiled
def value_counts(stage: Any, value: Any, counted: int, size: int) -> Any:
    """Rows with 0 ≤ stage < `counted` that have each value −1 to `size` − 1, from position 0 on; int64 (size + 1,)."""
    counts = np.zeros(size + 1, np.int64)
    for row in range(len(stage)):
        if 0 <= stage[row] < counted:
            counts[value[row] + 1] += 1
    return counts


@compiled
def day_counts_by(
    stage: Any, day: Any, kind: Any, group_of: Any, counted: int, groups: int, first: int, days: int
) -> Any:
    """As `day_counts`, a line for each group, where a row's group is `group_of` its kind; int64 (groups, days)."""
    counts = np.zeros((groups, days), np.int64)
    for row in range(len(stage)):
        if 0 <= stage[row] < counted:
            at = day[row] - first
            if 0 <= at < days:
                counts[group_of[kind[row]], at] += 1
    return counts


@compiled
def day_counts(stage: Any, day: Any, counted: int, first: int, days: int) -> Any:
    """Rows with 0 ≤ stage < `counted` on each of `days` days from `first` on; others are left out; int64 (days,)."""
    counts = np.zeros(days, np.int64)
    for row in range(len(stage)):
        if 0 <= stage[row] < counted:
            at = day[row] - first
            if 0 <= at < days:
                counts[at] += 1
    return counts


@compiled
def shared_bins(
    stage: Any,
    x_cm: Any,
    y_cm: Any,
    counted: int,
    west_cm: float,
    south_cm: float,
    part_cm: float,
    shift: int,
    wide: int,
    high: int,
) -> Any:
    """Rows with 0 ≤ stage < `counted` shared among their four nearest nodes in 2^`shift` parts each way; int64."""
    parts = 1 << shift
    bins = np.zeros(wide * high, np.int64)
    for row in range(len(stage)):
        if 0 <= stage[row] < counted:
            at_x = np.int64(np.floor((x_cm[row] - west_cm) / part_cm + 0.5))
            at_y = np.int64(np.floor((y_cm[row] - south_cm) / part_cm + 0.5))
            column, line = at_x >> shift, at_y >> shift
            if 0 <= column < wide - 1 and 0 <= line < high - 1:
                right, up = at_x & (parts - 1), at_y & (parts - 1)
                at = line * wide + column
                bins[at] += (parts - right) * (parts - up)
                bins[at + 1] += right * (parts - up)
                bins[at + wide] += (parts - right) * up
                bins[at + wide + 1] += right * up
    return bins


@compiled
def register_states(
    register: Any, status: Any, due_us: Any, synthetic: Any, registers: int, states: int, as_of_us: int, never: int
) -> Any:
    """Rows by register and state (2 × (status + 1) + late), and in a last column the synthetic ones; int64."""
    found = np.zeros((registers, states + 1), np.int64)
    for row in range(len(register)):
        due = due_us[row]
        late = np.int64(due < as_of_us) & np.int64(due != never)
        found[register[row], 2 * (status[row] + 1) + late] += 1
        found[register[row], states] += np.int64(synthetic[row])
    return found


@compiled
def cluster_grid(
    stage: Any,
    below: int,
    marked: int,
    x_cm: Any,
    y_cm: Any,
    lon_e7: Any,
    lat_e7: Any,
    cell_cm: float,
    west: int,
    south: int,
    wide: int,
    tall: int,
) -> Any:
    """Rows with 0 ≤ stage < `below` by square cell: number, number at stage `marked`, Σ lon, Σ lat; int64."""
    found = np.zeros((wide * tall, 4), np.int64)
    for row in range(len(stage)):
        if 0 <= stage[row] < below:
            column = np.int64(np.floor(x_cm[row] / cell_cm)) - west
            line = np.int64(np.floor(y_cm[row] / cell_cm)) - south
            at = line * wide + column
            found[at, 0] += 1
            found[at, 1] += np.int64(stage[row] == marked)
            found[at, 2] += lon_e7[row]
            found[at, 3] += lat_e7[row]
    return found


@compiled
def day_range(stage: Any, day: Any, counted: int) -> Any:
    """Smallest and largest day of rows with 0 ≤ stage < `counted`; the largest first without any."""
    first, last = np.iinfo(np.int32).max, np.iinfo(np.int32).min
    for row in range(len(stage)):
        if 0 <= stage[row] < counted:
            first = min(first, day[row])
            last = max(last, day[row])
    return first, last


@compiled
def endings(first: Any, at_us: Any, status: Any, as_of_us: int, codes: tuple[int, int, int], never: int) -> Any:
    """Per row the moment of closing and the number of failed verifications by `as_of_us`: int64 (n,), int16 (n,).

    `codes` are those of VERIFYING, CLOSED and DISPATCHED.
    """
    verifying, closed, dispatched = codes
    n = len(first) - 1
    closed_us, rework = np.empty(n, np.int64), np.zeros(n, np.int16)
    for row in range(n):
        closed_us[row] = never
        before = -1
        for entry in range(first[row], first[row + 1]):
            if at_us[entry] > as_of_us:
                break
            now = status[entry]
            if before == verifying and now == dispatched:
                rework[row] += 1
            closed_us[row] = at_us[entry] if now == closed else never
            before = now
    return closed_us, rework

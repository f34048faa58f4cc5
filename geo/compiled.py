"""Machine code for the few loops that numpy cannot express, compiled once on a machine and kept beside the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
T = TypeVar("T")


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """`function` as machine code, without Python's lock while it runs, compiled at its first call.

    Importing numba takes 0.3 s: import modules that use this only inside the functions that need them. The kept code
    is renewed when the file of `function` changes, not when another file does: what it calls must stand in the same
    file. Arithmetic is IEEE's, step by step (no `fastmath`): the same bits on every machine.
    """
    try:
        code: Callable[P, T] = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # there is no folder that it could be kept in: every process compiles anew
        code = numba.njit(nogil=True)(function)
    return code

"""Inspection points by compliance: tick circle, half-filled diamond, crossed square, dashed ring."""

from __future__ import annotations

from layers.map_layer import MapLayer
from layers.tokens import tokens


class PointMarks(MapLayer):
    """Symbols in pixels; the rare states are larger than the common one."""

    layer_name = "points"

    def __init__(self) -> None:
        every = tokens()
        super().__init__(states=every["point_status"], halo=every["symbol_halo"])

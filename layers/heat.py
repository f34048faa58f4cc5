"""Kernel density of issues in metres, as a picture laid over the map."""

from __future__ import annotations

from layers.map_layer import MapLayer
from layers.tokens import both_themes, tokens


class Heat(MapLayer):
    """Colour stop = (value / cap) ^ value_exponent; alpha is 0 where the density is 0."""

    layer_name = "heat"

    def __init__(self) -> None:
        heat = tokens()["heat"]
        super().__init__(colours=both_themes("heat"), alpha=heat["alpha"], value_exponent=heat["value_exponent"])

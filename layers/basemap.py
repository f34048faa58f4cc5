"""The offline base map: outside, land, subdistrict borders, roads, district line."""

from __future__ import annotations

from layers.map_layer import MapLayer
from layers.tokens import both_themes


class Basemap(MapLayer):
    """Drawn from the city's own layers; solid is real, dashed is approximate or schematic."""

    layer_name = "basemap"

    def __init__(self) -> None:
        super().__init__(
            colours=both_themes("map"),
            border_dash_px=[4, 3],
            road_width_px={"major": 5.0, "secondary": 3.6, "minor": 2.6},
            district_width_px=1.6,
            glow_width_px=7.0,
        )

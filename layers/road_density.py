"""Issues per kilometre of each road segment, told twice: by width and by colour."""

from __future__ import annotations

from layers.map_layer import MapLayer
from layers.tokens import both_themes, tokens


class RoadDensity(MapLayer):
    """Land-coloured halo, casing, colour; dense segments drawn last. Widths in pixels at zoom 15."""

    layer_name = "roads"

    def __init__(self) -> None:
        road = tokens()["road_density"]
        super().__init__(
            colours=both_themes("road_density"),
            casing=road["casing"],
            casing_extra_px=road["casing_extra_px"],
            halo_extra_px=5,
            width_px=road["width_px_at_z15"],
            width_factor_by_zoom=road["width_factor_by_zoom"],
            wall_factor=road["wall_factor"],
        )

"""Issues per square kilometre of each subdistrict, as five classes of colour."""

from __future__ import annotations

from layers.map_layer import MapLayer
from layers.tokens import both_themes, tokens


class SubdistrictDensity(MapLayer):
    """A choropleth at full opacity, so that the legend's colours are the map's colours."""

    layer_name = "subdistricts"

    def __init__(self) -> None:
        sequential = tokens()["sequential"]
        super().__init__(
            colours=both_themes("sequential"),
            label_colours=sequential["label_on_class"],
            fill_opacity=sequential["fill_opacity"],
            fill_opacity_over_tiles=sequential["fill_opacity_over_tiles"],
        )

"""Who answers for each subdistrict, road and point: hatched or hollow for nobody, pale for one, dark for several."""

from __future__ import annotations

from layers.map_layer import MapLayer
from layers.tokens import THEMES, tokens


class Responsibility(MapLayer):
    """The ink is the number of owners, so the ramp of the densities says it; nobody is a gap, as missing data is."""

    layer_name = "responsibility"

    def __init__(self) -> None:
        every = tokens()
        ramp, road = every["sequential"], every["road_density"]
        super().__init__(
            area={theme: {"one": ramp[theme][0], "several": ramp[theme][3]} for theme in THEMES},
            line={theme: {"one": ramp[theme][2], "several": ramp[theme][4]} for theme in THEMES},
            land={theme: every["map"][theme]["land"] for theme in THEMES},
            casing=road["casing"],
            width_px={"one": 3, "several": 7, "none": 7},
            mark_px=6,
        )

"""An optional basemap of foreign tiles, moved to where they belong when it is drawn: the store stays in WGS-84."""

from __future__ import annotations

from dataclasses import dataclass

from geo.city import City
from geo.crs import from_wgs84
from layers.map_layer import MapLayer


@dataclass(frozen=True, slots=True)
class Tiles:
    """Where tiles come from: a template with {z}, {x}, {y}, and the datum they are drawn in (wgs84, gcj02, bd09)."""

    url: str
    datum: str = "wgs84"


class TileBasemap(MapLayer):
    """Raster tiles under everything, shifted by one vector for the whole city.

    Their address is not among the options, since branca would evaluate braces in it on the server: the page carries it
    as an attribute. Within a district the shift of GCJ-02 or BD-09 varies by a few metres: about a pixel at zoom 15.
    """

    layer_name = "tiles"

    def __init__(self, tiles: Tiles, city: City) -> None:
        super().__init__(shift_degrees=list(datum_shift(city, tiles.datum)))


def datum_shift(city: City, datum: str) -> tuple[float, float]:
    """How far (degrees lon, lat) `datum` writes the middle of the city from its WGS-84 position; 0, 0 for WGS-84.

    Raises DatumError for a datum that this city may not use.
    """
    west, south, east, north = city.boundary.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    x, y = from_wgs84([lon], [lat], datum, mainland_china=city.mainland_china)
    return round(float(x[0]) - lon, 7), round(float(y[0]) - lat, 7)

"""Makes Wuhan's synthetic areas anew: grid cells of about a square kilometre over its road network."""

from __future__ import annotations

import json
from pathlib import Path
from string import ascii_uppercase

import numpy as np
import shapely

from data.city_folder.geojson import read_layer
from geo.crs import geometries_to_metric, metric_to_lonlat

CITY = Path(__file__).parents[1] / "cities" / "wuhan"
METRIC_CRS = "EPSG:4547"
SIDE_M = 1_000.0
MARGIN_M = 100.0
DECIMALS = 7


def main() -> None:
    """Write grid_areas.geojson. Squares in the metric CRS, numbered like a chessboard from the south-west."""
    roads = read_layer(CITY / "roads.geojson.gz", "line")
    west, south, east, north = shapely.total_bounds(geometries_to_metric(roads.geometry, METRIC_CRS))
    columns, rows = (int(np.ceil((high - low + 2 * MARGIN_M) / SIDE_M)) for low, high in ((west, east), (south, north)))
    x = np.floor(west - MARGIN_M) + SIDE_M * np.arange(columns + 1)
    y = np.floor(south - MARGIN_M) + SIDE_M * np.arange(rows + 1)
    grid_x, grid_y = np.meshgrid(x, y)
    lon, lat = (np.round(side, DECIMALS) for side in metric_to_lonlat(grid_x, grid_y, METRIC_CRS))
    features = []
    for row in range(rows):
        for column in range(columns):
            corners = ((row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column), (row, column))
            ring = [[float(lon[corner]), float(lat[corner])] for corner in corners]
            cell = f"{ascii_uppercase[row]}{column + 1}"
            properties = {
                "code": f"WH-{ascii_uppercase[row]}{column + 1:02d}",
                "name": f"网格{cell}",
                "name_en": f"Grid {cell}",
            }
            geometry = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    (CITY / "grid_areas.geojson").write_text(text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n", "utf-8")


if __name__ == "__main__":
    main()

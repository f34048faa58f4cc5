"""Reduces Chicago's original files to what the city uses: `python -m data.demo.chicago_reduce FOLDER_OF_ORIGINALS`.

Kept: the columns that become issues, points and visits, and the city's own Community_Area for comparison; rows in their
order, so that row numbers hold. Dropped: every other column. Coordinates are rounded to 6 decimals (0.1 m). The same
originals give the same rows; only a different zlib may pack them otherwise.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

import orjson
import shapely

CITY = Path(__file__).parents[1] / "cities" / "chicago"
COMPLAINTS = (
    "Creation_Date",
    "Status",
    "Completion_Date",
    "Service_Request_Number",
    "What_is_the_Nature_of_this_Code_Violation",
    "Street_Address",
    "Community_Area",
    "Latitude",
    "Longitude",
)
INSPECTIONS = (
    "Inspection_ID",
    "License",
    "DBA_Name",
    "Facility_Type",
    "Inspection_Date",
    "Results",
    "Latitude",
    "Longitude",
)
NAMES = {"MCKINLEY PARK": "McKinley Park", "OHARE": "O'Hare"}


def reduce_table(content: bytes, columns: tuple[str, ...]) -> bytes:
    """The named columns of a CSV file, in every row; coordinates to 6 decimals; lines end in LF."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")):
        kept = {column: " ".join(row[column].split()) for column in columns}
        for column in ("Latitude", "Longitude"):
            if kept[column]:
                kept[column] = f"{float(kept[column]):.6f}"
        writer.writerow(kept)
    return out.getvalue().encode("utf-8")


def reduce_areas(content: bytes) -> bytes:
    """The community areas by number, with code and name only, coordinates to 6 decimals."""
    areas: dict[int, bytes] = {}
    for feature in orjson.loads(content)["features"]:
        own = feature["properties"]["COMMUNITY"]
        code = feature["properties"]["AREA_NUMBE"]
        properties = orjson.dumps({"code": code, "name": NAMES.get(own, own.title())})
        exact = shapely.from_geojson(orjson.dumps(feature["geometry"]))
        geometry = shapely.to_geojson(shapely.set_precision(exact, 1e-6)).encode()  # keeps it valid, unlike rounding
        areas[int(code)] = b'{"type":"Feature","properties":%b,"geometry":%b}' % (properties, geometry)
    features = b",".join(areas[code] for code in sorted(areas))
    return b'{"type":"FeatureCollection","features":[%b]}' % features


def main(originals: Path) -> None:
    """Writes the three reduced files into the city's folder."""
    for name, columns in (("sanitation_complaints_311", COMPLAINTS), ("food_inspections", INSPECTIONS)):
        content = gzip.decompress((originals / f"{name}.csv.gz").read_bytes())
        _write(CITY / f"{name}.csv.gz", reduce_table(content, columns))
    areas = gzip.decompress((originals / "community_areas.geojson.gz").read_bytes())
    _write(CITY / "community_areas.geojson.gz", reduce_areas(areas))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m data.demo.chicago_reduce FOLDER_OF_ORIGINALS")
    main(Path(sys.argv[1]))

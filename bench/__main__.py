"""`make bench`: times every row, prints the table, writes var/bench.json; exit code 1 where answers differ."""

from __future__ import annotations

import gc
import shutil
import sys
import tempfile
from pathlib import Path

from bench import (
    delivery,
    drawn,
    geojson_export,
    nearest_road,
    scale,
    staff,
    start,
    subdistrict_densities,
    ten_million,
    viewers,
    writers,
)
from bench.row import Row, table, write_json
from data.city_folder.load import load_city
from data.runtime import open_runtime
from data.settings import Settings
from tests.browser.app_server import running_app

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Chicago and the synthetic city go into stores that are thrown away; the start is timed on Yunyan's demo."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        print("Loading Chicago …", flush=True)
        settings = Settings(
            database_url=f"sqlite:///{folder}/chicago.db", city_folder=ROOT / "data" / "cities" / "chicago"
        )
        runtime = open_runtime(settings)
        try:
            snapshot = runtime.snapshot
            rows += subdistrict_densities.rows(snapshot)
            rows += nearest_road.rows()
            rows += geojson_export.rows(snapshot)
            rows += writers.rows(snapshot.city)
            rows += writers.rows_beside_postgis(snapshot.city)
        finally:
            runtime.close()
        print("Delivery at a million issues …", flush=True)
        demo = Settings(database_url=f"sqlite:///{folder}/yunyan.db", city_folder=ROOT / "data" / "cities" / "yunyan")
        runtime = open_runtime(demo)
        try:
            rows += delivery.rows(runtime.snapshot)
        finally:
            runtime.close()
    print("Loading a million issues …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        rows += scale.rows(Path(folder))
        print("Two hundred viewers, then fifty staff sessions …", flush=True)
        store = f"sqlite:///{folder}/many.db"
        gc.collect()
        gc.freeze()  # the viewers live in this process: what it holds already is not gone through again meanwhile
        with running_app(Path(folder), city=str(viewers.WUHAN), url=store) as app:
            rows += viewers.rows(app, scale.MANY)
            rows += staff.rows(app, scale.MANY)
            rows += drawn.rows(app, load_city(scale.WUHAN), scale.MANY, "synthetic", "E0102")
    print("A report on an open map …", flush=True)
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as app:
        n = app.get("/api/summary")["issues"]["total"]
        rows += drawn.rows(app, load_city(demo.city_folder), n, "supervision", "E0501")
    if shutil.disk_usage(tempfile.gettempdir()).free < ten_million.ROOM:
        print(f"Left out: ten million issues, which need {ten_million.ROOM >> 30} GB for temporary files.", flush=True)
    else:
        print("Loading ten million issues …", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            rows += ten_million.rows(Path(folder))
    print("Starting the app …", flush=True)
    rows += start.rows(repeats=5)
    print(table(rows))
    write_json(rows, ROOT / "var" / "bench.json")
    print("Written: var/bench.json")
    return 1 if any(row.equal is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

"""A million issues of the synthetic city: any filter beside DuckDB, Polars and a spatial join; start, memory."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb
import geopandas
import numpy as np
import polars
import shapely
from numpy.typing import NDArray

from bench.delivery import viewport_bytes
from bench.row import Row, compared, median_ms
from data.city_folder.load import load_city
from data.demo.wuhan_issues import WuhanIssues
from data.runtime import Runtime
from data.settings import Settings
from data.snapshot import Snapshot
from data.store.bulk_load import load_blocks
from data.store.database import open_store
from geo.cells import cell_counts, cell_size_m
from geo.city import City
from geo.clock import NEVER, to_us
from geo.density import counts_of, road_density, subdistrict_density
from geo.filter import IssueFilter
from geo.filter_query import parse_filter
from geo.issue import IssueDraft
from geo.lifecycle import Status
from geo.selection import CLOSED, REJECTED, chosen_stages
from geo.summary import issue_totals

SEED: Final = 20211231
MANY: Final = 1_000_000
FEW: Final = 10_000
QUESTIONS: Final = 24
_CELL_M: Final = cell_size_m(14)
WUHAN: Final = Path(__file__).resolve().parents[1] / "data" / "cities" / "wuhan"

Counts = dict[str, NDArray[np.int64]]


def rows(folder: Path) -> list[Row]:
    """Loads the city twice into stores under `folder`, with MANY issues and with FEW."""
    city = load_city(WUHAN)
    answers: list[Row] = []
    many, starts = opened(city, folder / "many.db", MANY)
    answers.append(starts)
    few, _ = opened(city, folder / "few.db", FEW)
    try:
        snapshot = many.snapshot
        answers.append(memory(snapshot))
        answers += viewport_bytes(snapshot)
        answers += beside_engines(snapshot)
        answers.append(_beside_a_spatial_join(snapshot))
        answers += _after_changes(many, few)
    finally:
        many.close()
        few.close()
    return answers


def opened(city: City, file: Path, n: int) -> tuple[Runtime, Row]:
    """The running program on a store of `n` issues, and how its start from the kept columns compares with one from
    the tables."""
    url = f"sqlite:///{file}"
    store = open_store(url, city)
    load_blocks(store, city, WuhanIssues(city).blocks(n), actor="bench")
    store.close()

    def start() -> tuple[Runtime, float]:
        begun = time.perf_counter()
        runtime = Runtime(Settings(database_url=url), city, open_store(url, city), with_demo=False)
        return runtime, time.perf_counter() - begun

    first, from_tables = start()
    before = {name: values.copy() for name, values in first.snapshot.arrays.items()}
    first.close()
    again, from_columns = start()
    equal = all(np.array_equal(again.snapshot.arrays[name], values) for name, values in before.items())
    row = compared("start to ready", n, from_columns, from_tables, "read from the tables", equal=equal, unit="s")
    return again, row


def memory(snapshot: Snapshot) -> Row:
    """Bytes an issue of the tables in memory."""
    n = len(snapshot.issues)
    return Row("memory of a snapshot", n, round(snapshot.nbytes / n, 1), None, None, "B/issue", None, None)


# Any filter, beside the engines


def beside_engines(snapshot: Snapshot) -> list[Row]:
    """Summary, both densities and viewport cells of seeded filters, and of the one that everybody asks first."""
    n = len(snapshot.issues)
    questions = _seeded(snapshot.city)
    peers: dict[str, Callable[[IssueFilter], Counts]] = {"DuckDB": _Duck(snapshot).ask, "Polars": _Polars(snapshot).ask}
    equal = all(_same(_ours(snapshot, question), peer(question)) for question in questions for peer in peers.values())
    times = {name: _times(peer, questions) for name, peer in peers.items()}
    ours = _times(lambda question: _ours(snapshot, question), questions)
    best = min(times, key=lambda name: statistics.median(times[name]))
    worst = min(times, key=lambda name: _p95(times[name]))
    everything = _question(snapshot.city)
    kept = median_ms(lambda: _kept(snapshot, everything), 50)
    engine = min((median_ms(lambda p=peer: p(everything), 7), name) for name, peer in peers.items())
    return [
        compared("any filter: summary, densities, cells", n, statistics.median(ours),
                 statistics.median(times[best]), f"{best}, same stored ids", equal=equal),
        compared("… the slowest in twenty (p95)", n, _p95(ours), _p95(times[worst]), worst, equal=equal),
        compared("a common filter: summary, densities", n, kept, engine[0], engine[1], equal=equal),
    ]  # fmt: skip


def _ours(snapshot: Snapshot, question: IssueFilter) -> Counts:
    """Worked out anew: nothing that was kept is used."""
    table, city = snapshot.issues_at(question.as_of), snapshot.city
    stages = chosen_stages(table, city, question)
    counts = counts_of(table, city, stages)
    issue_totals(counts)
    subdistrict_density(counts, city)
    road_density(counts, city)
    cells, _ = cell_counts(table, stages, _CELL_M, most=10**9)
    return {
        "stage": counts.by_stage,
        "subdistrict": counts.area[:, 0].astype(np.int64),
        "segment": counts.segment[:, 0].astype(np.int64),
        "cell": np.sort(cells.count).astype(np.int64),
    }


def _kept(snapshot: Snapshot, question: IssueFilter) -> None:
    counts = snapshot.counts(question)
    issue_totals(counts)
    subdistrict_density(counts, snapshot.city)
    road_density(counts, snapshot.city)


def _columns(snapshot: Snapshot) -> dict[str, NDArray[np.integer]]:
    """What the peers are given: our stored ids, the state with its deadline, and the cell, worked out beforehand."""
    table = snapshot.issues
    return {
        "type": table.type,
        "task": table.task,
        "subdistrict": table.subdistrict,
        "segment": table.segment,
        "status": table.status,
        "reported_us": table.reported_us,
        "due_us": np.where(table.due_us == NEVER, np.iinfo(np.int64).max, table.due_us),
        "lon_e7": table.lon_e7,
        "lat_e7": table.lat_e7,
        "cell": _cell(table.y_cm) * 1_000_000 + _cell(table.x_cm),
    }


def _cell(cm: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.floor(cm / (_CELL_M * 100)).astype(np.int64)


class _Peer:
    """An engine with a table of the stored ids."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._city = snapshot.city

    def _terms(self, f: IssueFilter) -> list[tuple[str, str, object]]:
        """The filter as (column, operator, value)."""
        catalogue, city = self._city.catalogue, self._city
        terms: list[tuple[str, str, object]] = []
        if f.types:
            terms.append(("type", "in", [catalogue.position("type", code) for code in f.types]))
        if f.tasks:
            terms.append(("task", "in", [catalogue.position("task", code) for code in f.tasks]))
        if f.subdistricts:
            terms.append(("subdistrict", "in", [city.areas.index[code] for code in f.subdistricts]))
        if f.statuses:
            terms.append(("status", "in", [Status[name].value for name in f.statuses]))
        if f.since is not None:
            terms.append(("reported_us", ">=", to_us(f.since)))
        if f.until is not None:
            terms.append(("reported_us", "<", to_us(f.until)))
        if f.bbox is not None:
            west, south = (int(np.ceil(edge * 1e7)) for edge in f.bbox[:2])
            east, north = (int(np.floor(edge * 1e7)) for edge in f.bbox[2:])
            terms += [("lon_e7", ">=", west), ("lon_e7", "<=", east), ("lat_e7", ">=", south), ("lat_e7", "<=", north)]
        return terms

    def _counts(self, by_state: dict[tuple[int, bool], int], places: dict[str, dict[int, int]]) -> Counts:
        stage = np.zeros(5, np.int64)
        for (status, late), count in by_state.items():
            stage[_stage(status, late=late)] += count
        sizes = {"subdistrict": len(self._city.areas.codes), "segment": len(self._city.roads.segment_codes)}
        counts: Counts = {"stage": stage, "cell": np.sort(np.array(list(places["cell"].values()), np.int64))}
        for name, size in sizes.items():
            counts[name] = np.zeros(size, np.int64)
            for place, count in places[name].items():
                if place >= 0:
                    counts[name][place] = count
        return counts


class _Duck(_Peer):
    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._base = duckdb.connect()
        frame = polars.DataFrame(_columns(snapshot)).to_arrow()  # noqa: F841 - DuckDB finds it by its name
        self._base.execute("CREATE TABLE issue AS SELECT * FROM frame")

    def ask(self, f: IssueFilter) -> Counts:
        where = " AND ".join(
            f"{name} {operator} {tuple(value) if len(value) > 1 else f'({value[0]})'}"
            if isinstance(value, list)
            else f"{name} {operator} {value}"
            for name, operator, value in self._terms(f)
        )
        chosen = f"FROM issue WHERE {where or 'TRUE'}"
        counted = f"{chosen} AND status != {Status.REJECTED.value}"
        late = f"due_us < {to_us(f.as_of)}"
        by_state = self._base.execute(f"SELECT status, {late} AS late, count(*) {chosen} GROUP BY ALL").fetchall()
        places = {
            name: dict(self._base.execute(f"SELECT {name}, count(*) {counted} GROUP BY ALL").fetchall())
            for name in ("subdistrict", "segment", "cell")
        }
        return self._counts({(status, late): n for status, late, n in by_state}, places)


class _Polars(_Peer):
    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._frame = polars.DataFrame(_columns(snapshot))

    def ask(self, f: IssueFilter) -> Counts:
        terms = [polars.lit(value=True)]
        for name, operator, value in self._terms(f):
            column = polars.col(name)
            terms.append(
                column.is_in(value) if operator == "in" else column >= value if operator == ">=" else
                column <= value if operator == "<=" else column < value
            )  # fmt: skip
        chosen = self._frame.lazy().filter(polars.all_horizontal(terms)).collect()
        late = (polars.col("due_us") < to_us(f.as_of)).alias("late")
        by_state = chosen.group_by("status", late).len()
        counted = chosen.filter(polars.col("status") != Status.REJECTED.value)
        places = {name: dict(counted.group_by(name).len().iter_rows()) for name in ("subdistrict", "segment", "cell")}
        return self._counts({(status, over): n for status, over, n in by_state.iter_rows()}, places)


def _stage(status: int, *, late: bool) -> int:
    if status == Status.CLOSED:
        return CLOSED
    if status == Status.REJECTED:
        return REJECTED
    return 2 if late else 1 if status == Status.VERIFYING else 0


def _same(one: Counts, two: Counts) -> bool:
    return all(np.array_equal(one[name], two[name]) for name in ("stage", "subdistrict", "segment", "cell"))


def _beside_a_spatial_join(snapshot: Snapshot) -> Row:
    """Densities by area of everything: a pass over stored ids, and what it would be without them."""
    table, city, everything = snapshot.issues, snapshot.city, _question(snapshot.city)
    points = geopandas.GeoDataFrame(geometry=shapely.points(*table.lonlat(np.arange(len(table)))), crs=4326)
    areas = geopandas.GeoDataFrame({"code": city.areas.codes}, geometry=city.areas.geometry, crs=4326)
    kept = chosen_stages(table, city, everything)
    mask = (kept >= 0) & (kept < REJECTED)

    def ours() -> NDArray[np.float64]:
        return counts_of(table, city, chosen_stages(table, city, everything)).area[:, 0]

    def peer() -> NDArray[np.int64]:
        joined = geopandas.sjoin(points[mask], areas, predicate="intersects").sort_values("index_right", kind="stable")
        joined = joined[~joined.index.duplicated()]  # a point on a border belongs to the first of its areas
        return joined.groupby("code").size().reindex(city.areas.codes, fill_value=0).to_numpy()

    equal = np.array_equal(ours(), peer())
    return compared("densities by area", MANY, median_ms(ours, 9), median_ms(peer, 1), "geopandas.sjoin", equal=equal)


def _after_changes(many: Runtime, few: Runtime) -> list[Row]:
    """One filter right after each of a hundred reports, and the reports with it: how much more a hundred times the
    issues cost. The filter was asked for before, as by every map that is open."""
    rng = np.random.default_rng(SEED)
    question = _question(many.city)
    times: dict[int, list[float]] = {MANY: [], FEW: []}
    taking_in: dict[int, list[float]] = {MANY: [], FEW: []}
    equal = True
    for runtime, n in ((few, FEW), (many, MANY)):
        runtime.snapshot.counts(question)
        runtime.snapshot.cells(question, _CELL_M, most=5_000)
        runtime.snapshot.heat(question)
        west, south, east, north = runtime.city.boundary.bounds
        for _ in range(100):
            at = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
            before = time.process_time()
            runtime.submit([IssueDraft("synthetic", "E0102", at, id=str(uuid.uuid4()))], actor="bench")
            begun = time.perf_counter()
            _kept(runtime.snapshot, question)
            cells, _ = runtime.snapshot.cells(question, _CELL_M, most=5_000)
            times[n].append((time.perf_counter() - begun) * 1e3)
            taking_in[n].append((time.process_time() - before) * 1e3)
        anew = counts_of(runtime.snapshot.issues, runtime.city, runtime.snapshot.stages(question))
        equal &= bool(np.array_equal(anew.by_stage, runtime.snapshot.counts(question).by_stage))
        found, _ = cell_counts(runtime.snapshot.issues, runtime.snapshot.stages(question), _CELL_M, most=5_000)
        equal &= bool(np.array_equal(found.x_m, cells.x_m) and np.array_equal(found.count, cells.count))
    return [
        compared(name, MANY, statistics.median(of[MANY]), statistics.median(of[FEW]), "the same at 10 k", equal=equal)
        for name, of in (
            ("a filter right after a change (aim ≤ 5 × of 10 k)", times),
            ("… with the change taken in (CPU)", taking_in),
        )
    ]


def _times(ask: Callable[[IssueFilter], Counts], questions: Sequence[IssueFilter]) -> list[float]:
    """Milliseconds of each question, the median of five."""
    return [median_ms(lambda q=question: ask(q), 5) for question in questions]


def _p95(times: Sequence[float]) -> float:
    return float(np.percentile(times, 95))


def _seeded(city: City) -> list[IssueFilter]:
    """Filters of one to four keys, as planners put them together."""
    rng = np.random.default_rng(SEED)
    types = [entry.code for entry in city.catalogue.types]
    tasks = [entry.code for entry in city.catalogue.tasks]
    west, south, east, north = city.boundary.bounds
    base, questions = _question(city), []
    for _ in range(QUESTIONS):
        f = base
        for key in rng.choice(
            ["types", "tasks", "subdistricts", "statuses", "period", "bbox"], rng.integers(1, 5), False
        ):
            if key == "bbox":
                x, y = rng.uniform(west, (west + east) / 2), rng.uniform(south, (south + north) / 2)
                f = replace(f, bbox=(x, y, x + (east - west) / 3, y + (north - south) / 3))
            elif key == "period":
                month = int(rng.integers(1, 11))
                days = [("since", f"2022-{month:02}-01"), ("until", f"2022-{month + 2:02}-28")]
                dated = parse_filter(days, city, now=lambda campaign: campaign.clock)
                f = replace(f, since=dated.since, until=dated.until)
            else:
                of = {
                    "types": types,
                    "tasks": tasks,
                    "subdistricts": city.areas.codes,
                    "statuses": ["CLOSED", "HANDLING"],
                }
                f = replace(f, **{key: tuple(sorted({str(code) for code in rng.choice(of[key], 3)}))})
        questions.append(f)
    return questions


def _question(city: City) -> IssueFilter:
    return parse_filter([], city, now=lambda campaign: campaign.clock)

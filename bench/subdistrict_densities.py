"""Densities of Chicago's complaints by its 77 areas: group-by on stored ids beside a geopandas spatial join."""

from __future__ import annotations

from datetime import UTC, datetime

import geopandas
import numpy as np

from bench.row import Row, compared, median_ms
from data.snapshot import Snapshot
from geo.density import counts_of
from geo.filter import IssueFilter
from geo.filter_query import parse_filter
from geo.selection import chosen_stages, counted

SEED = 20210824
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def rows(snapshot: Snapshot) -> list[Row]:
    """Everything at once, and twelve seeded questions (a type, or a period) one after another."""
    issues, city = snapshot.issues, snapshot.city
    places = geopandas.points_from_xy(*issues.lonlat(np.arange(len(issues))))
    points = geopandas.GeoDataFrame(geometry=places, crs=4326)
    areas = geopandas.GeoDataFrame({"code": city.areas.codes}, geometry=city.areas.geometry, crs=4326)

    def ours(chosen: IssueFilter) -> np.ndarray:
        return counts_of(issues, city, chosen_stages(issues, city, chosen)).area[:, 0]  # nothing that was kept

    def peer(mask: np.ndarray) -> np.ndarray:
        joined = geopandas.sjoin(points[mask], areas, predicate="intersects")
        joined = joined.sort_values("index_right", kind="stable")
        joined = joined[~joined.index.duplicated()]  # a point on a border belongs to the first of its areas
        return joined.groupby("code").size().reindex(city.areas.codes, fill_value=0).to_numpy()

    answers = []
    for name, questions in {"densities by 77 areas, all": _all(snapshot), "… with a filter": _seeded(snapshot)}.items():
        masks = [counted(chosen_stages(issues, city, question)) for question in questions]
        equal = all(np.array_equal(ours(q), peer(mask)) for q, mask in zip(questions, masks, strict=True))
        repeats = 9 if len(questions) == 1 else 3
        time_ours = median_ms(lambda q=questions: [ours(one) for one in q], repeats * 3) / len(questions)
        time_peer = median_ms(lambda m=masks: [peer(mask) for mask in m], repeats) / len(questions)
        size = int(np.mean([mask.sum() for mask in masks]))
        answers.append(compared(name, size, time_ours, time_peer, "geopandas.sjoin", equal=equal))
    return answers


def _all(snapshot: Snapshot) -> list[IssueFilter]:
    return [_question(snapshot)]


def _seeded(snapshot: Snapshot) -> list[IssueFilter]:
    dice = np.random.default_rng(SEED)
    types = [entry.code for entry in snapshot.city.catalogue.types]
    years = range(2011, 2015)
    by_type = [_question(snapshot, ("type", str(code))) for code in dice.choice(types, 6)]
    by_year = [
        _question(snapshot, ("since", f"{year}-{month:02}-01"), ("until", f"{year}-{month + 2:02}-28"))
        for year, month in zip(dice.choice(years, 6), dice.integers(1, 11, 6), strict=True)
    ]
    return by_type + by_year


def _question(snapshot: Snapshot, *pairs: tuple[str, str]) -> IssueFilter:
    return parse_filter(pairs, snapshot.city, now=lambda _: NOW)

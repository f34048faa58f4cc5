"""The synthetic city for scale: deterministic, extensible, and in bulk just what the ordinary way in would write."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from sqlalchemy import inspect, select

from data.city_folder.catalogue import read_catalogue
from data.city_folder.load import load_city
from data.commands.cli import main
from data.demo.wuhan import DEFAULT_ISSUES, load_wuhan
from data.demo.wuhan_issues import BLOCK, WuhanIssues
from data.intake.point_block import PointBlock, checked_block, drafts_of
from data.runtime import Runtime
from data.store.bulk_load import load_blocks
from data.store.database import Store, open_store, read_events, set_meta
from data.store.schema import ISSUE, ISSUE_SHARE, TRANSITION
from data.store.verify import problems
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, StoreError
from geo.lifecycle import Status
from tests.stores import Stores, settings_of

CITIES = Path(__file__).parents[2] / "data" / "cities"
FOLDER = CITIES / "wuhan"


@pytest.fixture(scope="module")
def wuhan() -> City:
    return load_city(FOLDER)


@pytest.fixture(scope="module")
def issues(wuhan: City) -> WuhanIssues:
    return WuhanIssues(wuhan)


def only_block(issues: WuhanIssues, count: int) -> PointBlock:
    (block,) = issues.blocks(count)
    return block


# The city


def test_the_city_is_real_roads_under_synthetic_areas_and_says_so(wuhan: City) -> None:
    assert wuhan.roads is not None
    assert len(wuhan.roads.segment_codes) == 13_594
    assert wuhan.roads.quality == "real"
    assert wuhan.areas.quality == wuhan.boundary_quality == "approximate"
    assert wuhan.areas.area_km2 == pytest.approx(np.ones(110), abs=1e-3)
    assert wuhan.areas.area_km2.sum() == pytest.approx(110, abs=1e-3)
    assert wuhan.mainland_china
    words = " ".join(text.en for text in (*wuhan.attribution, *wuhan.sources, wuhan.name, wuhan.campaign().name))
    assert "OpenStreetMap" in words
    assert "ODbL" in words
    assert words.lower().count("synthetic") >= 4


def test_every_metre_of_road_lies_in_an_area(wuhan: City) -> None:
    assert wuhan.roads is not None
    assert wuhan.roads.inside_m.sum() == pytest.approx(803_903, abs=1)


def test_the_catalogue_is_that_of_yunyan() -> None:
    assert read_catalogue(FOLDER / "catalogue.toml") == read_catalogue(CITIES / "yunyan" / "catalogue.toml")


# The issues


def columns_of(block: PointBlock) -> list[Any]:
    values = (getattr(block, field.name) for field in dataclasses.fields(block))
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


def test_the_first_issues_are_the_same_however_many_follow(issues: WuhanIssues) -> None:
    few, many = only_block(issues, 700), next(issues.blocks(3 * BLOCK))
    assert len(many) == BLOCK
    steps = int(many.first_step[700])
    for field in dataclasses.fields(PointBlock):
        one, other = getattr(few, field.name), getattr(many, field.name)
        if isinstance(one, np.ndarray):
            length = {"first_step": 701}.get(field.name, steps if field.name.startswith("step_") else 700)
            assert one.tolist() == other[:length].tolist(), field.name
    assert list(few.ids) == list(many.ids[:700])


def test_another_seed_makes_other_issues_and_the_same_seed_the_same(wuhan: City, issues: WuhanIssues) -> None:
    first = only_block(issues, 50)
    assert columns_of(only_block(WuhanIssues(wuhan), 50)) == columns_of(first)
    other = only_block(WuhanIssues(wuhan, seed=1), 50)
    assert not set(other.ids) & set(first.ids)
    assert not np.array_equal(other.lon, first.lon)


def test_the_issues_are_plausible(wuhan: City, issues: WuhanIssues) -> None:
    block = next(issues.blocks(BLOCK))
    now = to_us(wuhan.campaign().clock)
    steps = np.diff(block.first_step)
    assert steps.max() == 6
    assert 2.5 < steps.mean() < 4
    state = np.append(block.step_status, 0)[block.first_step[1:] - 1]
    state[steps == 0] = Status.REPORTED
    open_ = (state != Status.CLOSED) & (state != Status.REJECTED)
    assert 0.02 < open_.mean() < 0.06
    overdue = open_ & (block.due_us < now)
    assert 0.2 < overdue.sum() / open_.sum() < 0.6
    assert block.step_at_us.max() <= now
    assert block.reported_us.max() <= now
    assert len(set(block.ids)) == BLOCK
    kinds = Counter(block.type.tolist())
    assert len(kinds) == len(wuhan.catalogue.types)
    assert max(kinds.values()) > 5 * min(kinds.values())


def test_no_one_verifies_what_he_reported(issues: WuhanIssues) -> None:
    block = only_block(issues, 2_000)
    owner = np.repeat(np.arange(2_000), np.diff(block.first_step))
    closed = block.step_status == Status.CLOSED
    assert closed.any()
    assert (block.step_actor[closed] != block.reporter[owner[closed]]).all()


@pytest.mark.slow
def test_issues_crowd_at_hot_spots_and_lie_along_roads(wuhan: City, issues: WuhanIssues) -> None:
    from geo.placement import Locator

    block = next(issues.blocks(BLOCK))
    placed = Locator(wuhan, grid_from=0).locate_points(block.lon, block.lat)
    assert 0.95 < (placed.segment >= 0).mean() < 1
    assert np.nanmedian(placed.distance_m) < 15
    counts = np.sort(np.bincount(placed.subdistrict[placed.subdistrict >= 0], minlength=110))[::-1]
    assert counts[0] > 4 * np.median(counts)
    assert (counts > 0).sum() > 80


# The bulk load beside the ordinary way in


def rows_of(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store.reading() as connection:
        tables = {
            table.name: [
                dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in (ISSUE, ISSUE_SHARE, TRANSITION)
        }
        tables["event"] = [
            event._asdict() | {"payload": orjson.loads(event.payload)} for event in read_events(connection)
        ]
    return tables


def test_the_bulk_load_writes_what_the_ordinary_way_in_would(wuhan: City, issues: WuhanIssues, stores: Stores) -> None:
    """All columns, every event: alike but for when they were recorded, which the bulk load leaves out of the log."""
    block = only_block(issues, 300)
    url = stores.fresh()
    runtime = Runtime(settings_of(url), wuhan, open_store(url, wuhan), with_demo=False)
    try:
        runtime.submit(drafts_of(block, wuhan), actor="demo", imported=True)
        ordinary = rows_of(runtime.store)
    finally:
        runtime.close()
    store = open_store(stores.fresh(), wuhan)
    try:
        assert load_blocks(store, wuhan, [block], actor="demo") == 300
        bulk = rows_of(store)
    finally:
        store.close()
    for row in ordinary["issue"]:
        row["recorded_us"] = row["reported_us"]
    for event in ordinary["event"]:
        event["payload"]["recorded_at"] = event["payload"]["reported_at"]
    for event in (*ordinary["event"], *bulk["event"]):  # the chain follows from the payloads
        event.pop("hash"), event.pop("prev_hash")
    assert len(bulk["issue"]) == len(bulk["event"]) == 300
    for name in ordinary:
        assert bulk[name] == ordinary[name], name


def test_a_bulk_loaded_store_is_sound_and_the_same_every_time(wuhan: City, issues: WuhanIssues, stores: Stores) -> None:
    halves = [only_block(issues, 400), *WuhanIssues(wuhan, seed=7).blocks(300)]  # two transactions
    last = []
    for _ in range(2):
        store = open_store(stores.fresh(), wuhan)
        try:
            heard: list[int] = []
            assert load_blocks(store, wuhan, halves, actor="demo", tell=heard.append) == 700
            assert heard == [400, 700]
            with store.reading() as connection:
                assert problems(connection, wuhan) == []
                last.append([event.hash for event in read_events(connection)][-1])
        finally:
            store.close()
    assert last[0] == last[1]


def test_the_demo_refuses_a_store_that_is_not_empty(wuhan: City, issues: WuhanIssues, url: str) -> None:
    store = open_store(url, wuhan)
    try:
        load_blocks(store, wuhan, [only_block(issues, 5)], actor="demo")
        with pytest.raises(StoreError, match="not empty"):
            load_blocks(store, wuhan, [only_block(issues, 5)], actor="demo")
    finally:
        store.close()


def test_a_load_that_breaks_off_leaves_the_whole_blocks_before(wuhan: City, issues: WuhanIssues, url: str) -> None:
    good = only_block(issues, 20)
    (other,) = WuhanIssues(wuhan, seed=7).blocks(20)
    bad = dataclasses.replace(other, lon=np.where(np.arange(20) == 19, np.nan, other.lon))
    store = open_store(url, wuhan)
    try:
        with pytest.raises(BadValueError):
            load_blocks(store, wuhan, [good, bad], actor="demo")
        with store.reading() as connection:
            assert problems(connection, wuhan) == []
        assert len(rows_of(store)["issue"]) == 20
    finally:
        store.close()


def test_a_load_stops_where_another_process_writes_in_between(wuhan: City, issues: WuhanIssues, url: str) -> None:
    first = only_block(issues, 10)
    (second,) = WuhanIssues(wuhan, seed=7).blocks(10)
    store = open_store(url, wuhan)

    def blocks() -> Iterator[PointBlock]:
        yield first
        with store.writing() as connection:
            set_meta(connection, revision=9)
        yield second

    try:
        with pytest.raises(StoreError, match="another process"):
            load_blocks(store, wuhan, blocks(), actor="demo")
        assert len(rows_of(store)["issue"]) == 10
    finally:
        store.close()


def indexes(store: Store) -> set[str]:
    with store.reading() as connection:
        found = inspect(connection).get_indexes(ISSUE.name)
    return {str(index["name"]) for index in found if not str(index["name"]).startswith(("sqlite_", "issue_id_key"))}


def test_all_indexes_are_there_after_a_load_and_after_one_that_broke_off(
    wuhan: City, issues: WuhanIssues, stores: Stores
) -> None:
    first = only_block(issues, 10)
    (second,) = WuhanIssues(wuhan, seed=7).blocks(10)
    whole = {str(index.name) for index in ISSUE.indexes}
    store = open_store(stores.fresh(), wuhan)
    try:
        assert whole <= indexes(store)
        load_blocks(store, wuhan, [first, second], actor="demo")
        assert whole <= indexes(store)
    finally:
        store.close()

    def broken() -> Iterator[PointBlock]:
        yield first
        yield second
        raise KeyboardInterrupt

    url = stores.fresh()
    store = open_store(url, wuhan)
    try:
        with pytest.raises(KeyboardInterrupt):
            load_blocks(store, wuhan, broken(), actor="demo")
        assert whole - indexes(store) == {"issue_register"}
    finally:
        store.close()
    store = open_store(url, wuhan)
    try:
        assert whole <= indexes(store)
        assert len(rows_of(store)["issue"]) == 20
    finally:
        store.close()


def spoilt(block: PointBlock, **changes: Any) -> PointBlock:
    return dataclasses.replace(block, **changes)


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("register", lambda b: {"register": "nowhere"}),
        ("id", lambda b: {"ids": [b.ids[0].upper(), *b.ids[1:]]}),
        ("type", lambda b: {"type": b.type + 1_000}),
        ("task", lambda b: {"task": b.task - 100}),
        ("description", lambda b: {"descriptions": [*b.descriptions, "x" * 3_000]}),
        ("description", lambda b: {"description": b.description - 10_000}),
        ("address", lambda b: {"addresses": ["a\x00b", *b.addresses[1:]]}),
        ("reporter", lambda b: {"people": [" ", *b.people[1:]]}),
        ("note", lambda b: {"notes": ["x" * 3_000, *b.notes[1:]]}),
        ("history", lambda b: {"step_status": b.step_status + 100}),
        ("history", lambda b: {"step_at_us": b.step_at_us - 10**15}),
        ("history", lambda b: {"step_at_us": b.step_at_us[::-1]}),
        ("reported_at", lambda b: {"reported_us": b.reported_us + 10**15}),
        ("due_at", lambda b: {"due_us": b.reported_us - 1}),
        ("geometry", lambda b: {"lon": b.lon + 3.0}),
        ("geometry", lambda b: {"lat": b.lat + 1e-9}),
        ("geometry", lambda b: {"lat": np.where(np.arange(50) == 7, np.nan, b.lat)}),
    ],
)
def test_a_block_that_breaks_a_rule_of_intake_is_refused(wuhan: City, issues: WuhanIssues, key, change) -> None:
    block, campaign = only_block(issues, 50), wuhan.campaign()
    assert checked_block(block, wuhan, campaign, campaign.clock) is block
    with pytest.raises(BadValueError) as caught:
        checked_block(spoilt(block, **change(block)), wuhan, campaign, campaign.clock)
    assert caught.value.key == key


# The doors


def test_the_empty_store_demo_is_the_beginning_of_the_large_one(wuhan: City, issues: WuhanIssues) -> None:
    drafts = load_wuhan(wuhan).drafts
    assert len(drafts) == DEFAULT_ISSUES
    assert drafts[123] == drafts_of(only_block(issues, 200), wuhan)[123]
    assert all(draft.synthetic and draft.approximate for draft in drafts)
    assert max(draft.reported_at for draft in drafts) < wuhan.campaign().clock + timedelta(days=1)


@pytest.mark.slow
def test_the_command_loads_as_many_as_asked_for_and_verify_agrees(tmp_path: Path, capsys, soak: bool) -> None:
    count = 100_000 if soak else 1_500
    environment = {"XUNJIE_DATABASE_URL": f"sqlite:///{tmp_path / 'w.db'}"}
    command = ["demo", "--city", "wuhan", "--issues", str(count)]
    assert main(command, environment) == 0
    assert f"{count:,}" in capsys.readouterr().out
    assert main(command, environment) == 1
    assert "not empty" in capsys.readouterr().err
    assert main(["verify"], environment | {"XUNJIE_CITY": str(FOLDER)}) == 0


@pytest.mark.parametrize("arguments", [["--issues", "0"], ["--issues", "10000001"], ["--issues", "many"]])
def test_the_command_takes_one_to_ten_million(tmp_path: Path, arguments: list[str], capsys) -> None:
    environment = {"XUNJIE_DATABASE_URL": f"sqlite:///{tmp_path / 'w.db'}"}
    assert main(["demo", "--city", "wuhan", *arguments], environment) == 2
    assert not (tmp_path / "w.db").exists()


def test_a_number_of_issues_is_for_the_synthetic_city_only(tmp_path: Path, capsys) -> None:
    environment = {"XUNJIE_DATABASE_URL": f"sqlite:///{tmp_path / 'y.db'}"}
    assert main(["demo", "--city", "yunyan", "--issues", "5"], environment) == 2
    assert "yunyan" in capsys.readouterr().err
    assert not (tmp_path / "y.db").exists()


def test_the_log_of_a_seed_is_the_same_on_every_machine(issues: WuhanIssues) -> None:
    """Positions, moments and texts are made by sums and products: one digest on every processor and Python."""
    block = only_block(issues, 5_000)
    digest = hashlib.sha256(orjson.dumps(columns_of(block))).hexdigest()
    assert digest == DIGEST


DIGEST = "707987e94f6ecf107811f40765c0f1ca6273e39eb8931103490f6fbeb3cda264"

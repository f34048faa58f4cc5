"""The log: moments are written exactly, and a chain shows every change, gap and swap."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.events import GENESIS, Event, Kind, Pending, chained, checked, event_hash, iso_utc, us_of_iso
from geo.clock import to_us
from geo.errors import StoreError

MOMENTS = st.integers(to_us(datetime(1900, 1, 1, tzinfo=UTC)), to_us(datetime(2200, 1, 1, tzinfo=UTC)))


def made(n: int) -> list[Event]:
    pending = [Pending(f"id-{k}", k * 1_000_000, "实验", Kind.ISSUE_CHANGED, {"note": f"n{k}"}) for k in range(n)]
    return list(chained(pending, last_seq=0, last_hash=GENESIS))


@given(MOMENTS)
def test_a_moment_comes_back_to_the_microsecond(us: int) -> None:
    text = iso_utc(us)
    assert us_of_iso(text) == us == to_us(datetime.fromisoformat(text))
    assert len(text) == len("2021-08-24T10:00:00.000000Z")


def test_another_program_can_check_a_hash() -> None:
    text = '["0",1,null,"2021-08-24T10:00:00.000000Z","甲","point_added","{\\"k\\":1}"]'
    expected = hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert event_hash("0", 1, None, "2021-08-24T10:00:00.000000Z", "甲", "point_added", '{"k":1}') == expected


def test_a_sound_chain_passes_and_goes_on_where_it_ended() -> None:
    events = made(5)
    more = list(chained([Pending(None, 0, "a", Kind.POINT_ADDED, {})], last_seq=5, last_hash=events[-1].hash))
    assert list(checked(events + more)) == events + more
    assert list(checked([])) == []


@pytest.mark.parametrize("field", ["issue_id", "at", "actor", "kind", "payload", "prev_hash", "hash", "seq"])
def test_a_changed_field_is_found(field: str) -> None:
    events = made(5)
    events[2] = events[2]._replace(**{field: 99 if field == "seq" else "x"})
    with pytest.raises(StoreError, match="event log is broken"):
        list(checked(events))


@pytest.mark.parametrize("tamper", ["remove", "swap", "insert", "cut off the start"])
def test_a_log_in_another_order_is_found(tamper: str) -> None:
    events = made(5)
    if tamper == "remove":
        del events[2]
    elif tamper == "swap":
        events[1], events[2] = events[2], events[1]
    elif tamper == "insert":
        events.insert(2, events[1])
    else:
        del events[0]
    with pytest.raises(StoreError, match="event log is broken"):
        list(checked(events))

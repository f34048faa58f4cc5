"""Joining lines: straight on across junctions, within one kind, every line once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.road_chains import chains, joined, node_ids, stretches


def chained(*lines: list[tuple[float, float]], kinds: list[int] | None = None):
    arrays = [np.array(line, float) for line in lines]
    start, end = node_ids(np.array([[line[0], line[-1]] for line in arrays]).reshape(-1, 2), 1.0).reshape(-1, 2).T
    kind = np.array(kinds or [0] * len(arrays))
    found = chains(arrays, start, end, kind)
    return found, [joined(arrays, chain).tolist() for chain in found]


def test_lines_end_to_end_become_one_whichever_way_they_run():
    found, (line,) = chained([(10, 0), (20, 0)], [(10, 0), (0, 0)], [(20, 0), (30, 0)])
    assert found == [[(1, True), (0, False), (2, False)]]
    assert line == [[0, 0], [10, 0], [20, 0], [30, 0]]


def test_at_a_junction_the_straight_way_goes_on_and_the_side_road_ends():
    _, lines = chained([(0, 0), (10, 0)], [(10, 0), (10, 10)], [(10, 0), (20, 1)])
    assert lines == [[[0, 0], [10, 0], [20, 1]], [[10, 0], [10, 10]]]


def test_at_a_crossroads_both_roads_go_straight_on():
    _, lines = chained([(0, 0), (10, 0)], [(10, 0), (20, 0)], [(10, -10), (10, 0)], [(10, 0), (10, 10)])
    assert lines == [[[0, 0], [10, 0], [20, 0]], [[10, -10], [10, 0], [10, 10]]]


def test_nothing_is_joined_across_kinds_but_a_kind_goes_on_where_another_ends():
    found, _ = chained([(0, 0), (10, 0)], [(10, 0), (20, 0)], kinds=[0, 1])
    assert found == [[(0, False)], [(1, False)]]
    found, _ = chained([(0, 0), (10, 0)], [(10, 0), (20, 0)], [(10, 0), (10, 10)], kinds=[0, 0, 1])
    assert found == [[(0, False), (1, False)], [(2, False)]]


def test_where_three_meet_at_wide_angles_none_goes_on():
    found, _ = chained([(10, 10), (20, 10)], [(10, 10), (5, 19)], [(10, 10), (5, 1)])
    assert len(found) == 3


def test_a_ring_begins_at_its_lowest_line_and_comes_round_once():
    found, (line,) = chained([(0, 0), (10, 0)], [(10, 10), (10, 0)], [(10, 10), (0, 0)])
    assert found == [[(0, False), (1, True), (2, False)]]
    assert line == [[0, 0], [10, 0], [10, 10], [0, 0]]


def test_a_loop_on_itself_stays_alone():
    found, _ = chained([(0, 0), (10, 0), (10, 10), (0, 0)], [(0, 0), (-10, 0)])
    assert sorted(line for chain in found for line, _ in chain) == [0, 1]


def test_a_chain_is_cut_between_lines_into_stretches():
    chain = [(line, False) for line in range(5)]
    lengths = np.array([40.0, 40.0, 40.0, 300.0, 10.0])
    assert stretches(chain, lengths, 100.0) == [chain[:2], chain[2:3], chain[3:4], chain[4:]]
    assert stretches(chain, lengths, 1_000.0) == [chain]


corner = st.tuples(st.integers(0, 3), st.integers(0, 3))
lattice = st.lists(st.tuples(corner, corner).filter(lambda ends: ends[0] != ends[1]).map(list), min_size=1, max_size=25)


@given(lines=lattice, kinds=st.lists(st.integers(0, 1), min_size=25, max_size=25))
def test_every_line_is_in_one_chain_and_chains_hang_together(lines, kinds):
    found, drawn = chained(*lines, kinds=kinds[: len(lines)])
    assert sorted(line for chain in found for line, _ in chain) == list(range(len(lines)))
    assert [min(line for line, _ in chain) for chain in found] == sorted(
        min(line for line, _ in chain) for chain in found
    )
    for chain, corners in zip(found, drawn, strict=True):
        assert len({kinds[line] for line, _ in chain}) == 1
        assert len(corners) == len(chain) + 1  # no jump between one line and the next

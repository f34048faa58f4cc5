"""A draw is shared out fairly, cannot be bent after its commitment, and is repeated by anyone with a hash function."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.draw import Frame, allocation, check_commitment, commitment, draw, draw_key, frame_of
from geo.errors import BadValueError, ConflictError

SEED = "0123456789abcdef"
sizes = st.dictionaries(st.sampled_from("ABCDEFGHIJ"), st.integers(1, 60), min_size=1)


def frame_from(counts: dict[str, int]) -> Frame:
    return frame_of((f"{stratum}{n}", stratum) for stratum, count in counts.items() for n in range(count))


def test_shares_by_largest_remainder_are_those_reckoned_by_hand():
    # 317 points, 30 to draw: 30 · 100 / 317 = 9.46, 12.11 and 8.42: the largest remainder has A.
    assert allocation({"A": 100, "B": 128, "C": 89}, 30) == {"A": 10, "B": 12, "C": 8}
    # 10 · 1 / 100 = 0.1: one at least; nine left for 60 and 39 of 99: 5.45 and 3.55.
    assert allocation({"A": 60, "B": 39, "C": 1}, 10) == {"A": 5, "B": 4, "C": 1}


def test_equal_remainders_go_to_the_first_codes_and_empty_strata_get_nothing():
    assert allocation({"C": 1, "B": 1, "A": 1, "D": 0}, 3) == {"A": 1, "B": 1, "C": 1}
    assert allocation({"B": 10, "A": 10}, 3) == {"A": 2, "B": 1}


@given(sizes, st.data())
def test_shares_add_up_hold_one_at_least_and_never_more_than_there_are(counts, data):
    n = data.draw(st.integers(len(counts), sum(counts.values())))
    shares = allocation(counts, n)
    assert sum(shares.values()) == n
    assert all(1 <= shares[stratum] <= size for stratum, size in counts.items())


@given(sizes, st.data())
def test_a_larger_stratum_never_gets_less(counts, data):
    shares = allocation(counts, data.draw(st.integers(len(counts), sum(counts.values()))))
    ordered = sorted(counts, key=lambda stratum: counts[stratum])
    assert all(
        shares[small] <= shares[large] or counts[small] == counts[large] for small, large in itertools.pairwise(ordered)
    )


@pytest.mark.parametrize("n", [0, 1, 4])
def test_a_sample_too_small_for_its_strata_or_larger_than_the_whole_is_refused(n):
    with pytest.raises(BadValueError):
        allocation({"A": 2, "B": 1}, n)


@given(sizes, st.data())
def test_a_draw_is_the_same_again_and_keeps_its_allocation(counts, data):
    frame = frame_from(counts)
    n = data.draw(st.integers(len(counts), len(frame)))
    drawn = draw(frame, n, seed=SEED)
    shuffled = data.draw(st.permutations(list(zip(frame.ids, frame.strata, strict=True))))
    assert draw(Frame(*map(tuple, zip(*shuffled, strict=True))), n, seed=SEED) == drawn
    assert len({entry.id for entry in drawn}) == n
    assert Counter(entry.stratum for entry in drawn) == allocation(counts, n)
    assert {entry.id for entry in drawn} <= set(frame.ids)


@given(sizes)
def test_a_draw_of_everything_draws_everything(counts):
    frame = frame_from(counts)
    assert {entry.id for entry in draw(frame, len(frame), seed=SEED)} == set(frame.ids)


def test_anyone_repeats_it_with_a_hash_function_alone():
    frame = frame_from({"A": 20, "B": 5})
    by_hand = {
        stratum: sorted(
            (name for name in frame.ids if name[0] == stratum),
            key=lambda name: hashlib.sha256(f"{SEED}\nword\n{name}\n".encode()).hexdigest(),
        )[:count]
        for stratum, count in {"A": 8, "B": 2}.items()
    }
    drawn = draw(frame, 10, seed=SEED, word="word")
    assert [entry.id for entry in drawn] == by_hand["A"] + by_hand["B"]
    lines = sorted(f"{name[0]}\t{name}\n" for name in frame.ids)
    assert frame.hash == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert commitment(SEED, frame.hash) == hashlib.sha256(f"{SEED}\n{frame.hash}\n".encode()).hexdigest()


def test_keys_are_even_every_id_has_the_same_chance():
    frame = frame_from({"A": 10})
    hits = Counter(entry.id for n in range(3_000) for entry in draw(frame, 3, seed=f"{SEED}{n}"))
    # 900 expected of each; the standard deviation is 25: six of them either way.
    assert len(hits) == 10
    assert all(750 < count < 1_050 for count in hits.values())


def test_a_seed_or_frame_other_than_announced_is_refused():
    frame = frame_from({"A": 4, "B": 4})
    announced = commitment(SEED, frame.hash)
    check_commitment(announced, seed=SEED, frame=frame, frame_hash=frame.hash)
    with pytest.raises(ConflictError, match="seed"):
        check_commitment(announced, seed=SEED[::-1], frame=frame, frame_hash=frame.hash)
    with pytest.raises(ConflictError, match="announce a new draw"):
        check_commitment(announced, seed=SEED, frame=frame_from({"A": 4, "B": 5}), frame_hash=frame.hash)


@pytest.mark.parametrize("seed", ["short", "0123456789abcde\n", "种子种子种子种子种子种子种子种子", "x" * 201])
def test_a_seed_that_can_be_guessed_or_misread_is_refused(seed):
    with pytest.raises(BadValueError):
        commitment(seed, "0" * 64)


@pytest.mark.parametrize("ids", [("a", "a"), ("a\tb", "c"), ("", "c")])
def test_a_frame_whose_lines_could_be_read_two_ways_is_refused(ids):
    with pytest.raises(BadValueError):
        Frame(ids, ("s", "s"))


def test_the_word_changes_the_sample():
    frame = frame_from({"A": 40})
    assert draw(frame, 8, seed=SEED, word="one") != draw(frame, 8, seed=SEED, word="two")
    assert draw_key(SEED, "", "a") != draw_key(SEED, "a", "")

"""Arrays that grow: older views stay as they were, whatever is added, replaced or moved."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.growing import Growing

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(st.integers(-99, 99), max_size=2_000)),
        st.tuples(st.just("replace"), st.integers(0, 50)),
        st.tuples(st.just("room"), st.none()),
    ),
    max_size=12,
)


@given(st.lists(st.integers(-99, 99), max_size=5), STEPS, st.booleans())
def test_views_grow_like_lists_and_older_ones_never_change(first, steps, read_only):
    values = np.array(first, np.int64)
    values.flags.writeable = not read_only  # as a file that is mapped into memory
    growing, view, expected = Growing(values), values, list(first)
    older = [(view, list(expected))]
    for step, content in steps:
        if step == "append":
            view = growing.append(view, np.array(content, np.int64))
            expected = expected + content
        elif step == "replace" and expected:
            row = content % len(expected)
            view = growing.replaced(view, np.array([row]), np.array([content + 1_000]))
            expected = [*expected[:row], content + 1_000, *expected[row + 1 :]]
        elif step == "room":
            growing.make_room(view)
        assert view.tolist() == expected
        older.append((view, list(expected)))
    for view, content in older:
        assert view.tolist() == content


def test_what_a_failed_attempt_left_in_the_room_is_written_over():
    growing = Growing(np.arange(3))
    view = growing.append(np.arange(3), np.array([3]))
    growing.append(view, np.array([9, 9]))  # never given out
    assert growing.append(view, np.array([4])).tolist() == [0, 1, 2, 3, 4]


def test_adding_does_not_move_what_is_there_while_there_is_room():
    growing = Growing(np.arange(10))
    growing.make_room(np.arange(10))
    view = growing.append(np.arange(10), np.array([10]))
    assert growing.append(view, np.array([11])).base is view.base

"""Folding of search text: what meets what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.search import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("YY-02364", "yy-02364"),
        ("ＹＹ－０２３６４", "yy-02364"),
        ("  文昌\u3000北路 \n", "文昌 北路"),
        ("Straße", "strasse"),
        ("İstanbul", "i̇stanbul"),
        ("e\u0301", "é"),
        ("a\u200d\u202eb\x00c", "abc"),
        ("\u200e", ""),
    ],
)
def test_texts_that_look_alike_meet(text, folded):
    assert fold(text) == folded


@given(st.text() | st.text("ǅßİſΐᾳﬃﷺ\u0345\u200d\u00ad \t", max_size=12))
def test_folding_twice_changes_nothing(text):
    once = fold(text)
    assert fold(once) == once

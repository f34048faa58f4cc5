"""No value can become markup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.markup import Html, join, tag


@given(st.text())
def test_a_plain_value_is_escaped_as_child_and_as_attribute(value: str) -> None:
    made = tag("p", value, title=value)
    body = made.removeprefix("<p").removesuffix("</p>")
    assert made.startswith("<p")
    assert made.endswith("</p>")
    assert body.count("<") == 0
    assert body.count(">") == 1
    assert body.count('"') == 2


def test_markup_of_ours_is_nested_unescaped_and_none_leaves_an_attribute_out() -> None:
    assert tag("b", "a<b") == "<b>a&lt;b</b>"
    assert (
        tag("p", tag("b", "x"), 3, cls="y", aria_label="z", title=None) == '<p class="y" aria-label="z"><b>x</b>3</p>'
    )
    assert join(["<", Html("<br>")]) == "&lt;<br>"

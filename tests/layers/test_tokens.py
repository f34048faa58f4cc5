"""Tests of the design tokens: every colour reaches CSS in both themes."""

from __future__ import annotations

import re

import pytest

from layers.tokens import THEMES, both_themes, custom_properties, stylesheet, tokens


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_of_page_and_map_becomes_a_custom_property(theme):
    properties = custom_properties(theme)
    assert properties["--primary"] == tokens()["color"][theme]["primary"]
    assert properties["--map-sub-border"] == tokens()["map"][theme]["subBorder"]
    assert properties["--point-first-ok"] == tokens()["point_status"]["first_ok"][theme]
    assert len(properties) > 40


def test_both_themes_define_the_same_properties():
    assert set(custom_properties("light")) == set(custom_properties("dark"))


def test_colours_are_hex_and_nothing_else_slips_into_the_stylesheet():
    for theme in THEMES:
        for name, value in custom_properties(theme).items():
            if name != "--elevation":
                assert re.fullmatch(r"#[0-9A-F]{6}", value), name


def test_stylesheet_has_a_block_for_each_theme():
    css = stylesheet()
    assert ":root {" in css
    assert ':root[data-theme="dark"] {' in css
    assert css.count("{") == css.count("}")


def test_density_has_five_classes_in_both_themes():
    for name in ("sequential", "road_density"):
        assert {theme: len(colours) for theme, colours in both_themes(name).items()} == {"light": 5, "dark": 5}

"""Folium is loaded without pandas, and pandas stays usable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from layers.folium_alone import hidden

ROOT = Path(__file__).resolve().parents[2]


def test_the_map_page_does_not_load_pandas_and_pandas_can_be_loaded_after_it() -> None:
    program = (
        "import sys, layers.map_page; print('pandas' in sys.modules); import pandas; print(pandas.Series([1]).sum())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1"]


def test_a_hidden_package_cannot_be_imported_until_the_block_ends() -> None:
    sys.modules.pop("this", None)
    with hidden("this"), pytest.raises(ImportError):
        import this  # noqa: F401
    assert "this" not in sys.modules


def test_a_package_that_is_loaded_already_is_not_hidden() -> None:
    before = sys.modules["json"]
    with hidden("json"):
        import json

        assert json is before
    assert sys.modules["json"] is before

"""The demo of Yunyan through the commands: loaded once, sound, and the same after a journey through a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.commands.cli import main
from tests.stores import Stores


@pytest.mark.slow
def test_the_demo_survives_a_journey_through_a_file(
    stores: Stores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = stores.fresh()
    assert main(["demo"], {"XUNJIE_DATABASE_URL": first}) == 0
    assert main(["demo"], {"XUNJIE_DATABASE_URL": first}) == 1
    assert "not empty" in capsys.readouterr().err
    assert main(["verify"], {"XUNJIE_DATABASE_URL": first}) == 0
    for name in ("a.geojson", "a.csv"):
        assert main(["export", str(tmp_path / name)], {"XUNJIE_DATABASE_URL": first}) == 0
    for name in ("a.geojson", "a.csv"):
        second = stores.fresh()
        assert main(["import", str(tmp_path / name)], {"XUNJIE_DATABASE_URL": second}) == 0
        assert main(["export", str(tmp_path / f"b.{name}")], {"XUNJIE_DATABASE_URL": second}) == 0
        assert (tmp_path / f"b.{name}").read_bytes() == (tmp_path / name).read_bytes()

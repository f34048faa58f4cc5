"""A city with more codes than the tables can number is refused in one sentence when its folder is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from data.city_folder.load import load_city
from geo.errors import CityError
from geo.tables import MOST_CODES, IssueTable
from tests.data.city_folder.test_load import CATALOGUE_TOML, CITY_TOML, collection, feature, square, write

NAME = 'name = { zh = "名", en = "Name" }'
NOTE = 'note = { zh = "注", en = "Note" }'


def entries(n: int, rest: str) -> str:
    """`n` inline tables with codes of their own."""
    return "[\n" + ",\n".join(f'{{ code = "x{i}", {rest} }}' for i in range(n)) + "\n]\n"


def catalogue(kind: str, n: int) -> str:
    """A catalogue with `n` entries of `kind`."""
    if kind == "types":
        groups = CATALOGUE_TOML.partition("types =")[0]
        return groups + "types = " + entries(n, f'group = "g", {NAME}')
    return CATALOGUE_TOML + f"{kind} = " + entries(n, NAME)


def campaign(code: str, registers: int) -> str:
    """A further campaign with that many registers, in which nothing but their number is remarkable."""
    dates = "start = 2022-01-01\nend = 2022-02-01"
    tables = f'[[campaigns]]\ncode = "{code}"\n{NAME}\n{dates}\ndefault_register = "{code}0"\n'
    return tables + "".join(f'[[campaigns.registers]]\ncode = "{code}{i}"\n{NAME}\n{NOTE}\n' for i in range(registers))


def refusal(folder: Path) -> str:
    """The one sentence of the CityError that loading `folder` raises."""
    with pytest.raises(CityError) as caught:
        load_city(folder)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert str(MOST_CODES) in sentence
    return sentence


def test_the_limit_is_what_the_tables_can_number() -> None:
    assert np.iinfo(np.int16).max == MOST_CODES
    for column in ("campaign", "register", "type", "task", "subdistrict"):
        assert "int16" in str(IssueTable.__annotations__[column])


@pytest.mark.parametrize("kind", ["types", "tasks", "site_classes"])
def test_too_many_entries_of_the_catalogue_are_refused(tmp_path: Path, kind: str) -> None:
    write(tmp_path, catalogue=catalogue(kind, MOST_CODES + 1))
    sentence = refusal(tmp_path)
    assert "catalogue.toml" in sentence
    assert f"{kind} has {MOST_CODES + 1} entries" in sentence


def test_as_many_types_as_can_be_numbered_are_taken(tmp_path: Path) -> None:
    write(tmp_path, catalogue=catalogue("types", MOST_CODES))
    city = load_city(tmp_path)
    assert city.catalogue.position("type", f"x{MOST_CODES - 1}") == MOST_CODES - 1 <= np.iinfo(np.int16).max


def test_too_many_registers_of_one_campaign_are_refused(tmp_path: Path) -> None:
    write(tmp_path, city=CITY_TOML + campaign("c", MOST_CODES + 1))
    assert f"registers has {MOST_CODES + 1} entries" in refusal(tmp_path)


@pytest.mark.slow
def test_too_many_registers_of_all_campaigns_together_are_refused(tmp_path: Path) -> None:
    half = MOST_CODES // 2 + 1
    write(tmp_path, city=CITY_TOML + campaign("a", half) + campaign("b", half))
    assert f"{2 * half + 1} registers" in refusal(tmp_path)


@pytest.mark.slow
def test_too_many_subdistricts_are_refused(tmp_path: Path) -> None:
    column = [
        feature("Polygon", square(106.0 + (i % 200) / 100, 26.0 + i // 200 / 100, 0.01), code=f"A{i}", name="区")
        for i in range(MOST_CODES + 1)
    ]
    write(tmp_path, areas=json.dumps(collection(*column)))
    sentence = refusal(tmp_path)
    assert "areas.geojson" in sentence
    assert f"has {MOST_CODES + 1} subdistricts" in sentence

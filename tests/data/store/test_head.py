"""An exported head: a log that was cut or made anew is found by it, though its own hashes fit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from data.commands.cli import main
from data.store.database import open_store
from data.store.head import Head, head_of, head_problem, read_head, write_head
from data.store.schema import EVENT
from data.store.verify import problems
from geo.city import City
from geo.errors import StoreError
from tests.data.conftest import runtime_of
from tests.data.store.test_damaged_store import altered, fill, found, rechained, tampering
from tests.data.test_runtime import draft
from tests.stores import environment_of

CUT = (
    "DELETE FROM transition WHERE issue_row = 3; DELETE FROM issue_share WHERE issue_row = 3; "
    "DELETE FROM issue WHERE row = 3; DELETE FROM event WHERE seq = 3"
)


def taken(url: str, city: City) -> Head:
    store = open_store(url, city, writing=False)
    with store.reading() as connection:
        head = head_of(connection)
    store.close()
    return head


def missed(url: str, city: City, head: Head) -> str | None:
    store = open_store(url, city, writing=False)
    with store.reading() as connection:
        fault = head_problem(connection, head)
    store.close()
    return fault


def test_a_log_that_goes_on_agrees_with_its_earlier_heads(url: str, city: City) -> None:
    live = runtime_of(city, url)
    heads = [taken(url, city)]
    for _ in range(3):
        live.submit([draft()], actor="a")
        heads.append(taken(url, city))
    live.close()
    assert [head.seq for head in heads] == [0, 1, 2, 3]
    assert [missed(url, city, head) for head in heads] == [None] * 4


def test_a_cut_tail_is_found_though_nothing_else_shows_it(url: str, city: City) -> None:
    fill(url, city)
    head = taken(url, city)
    altered(url, CUT)
    assert found(url, city) == "", "whoever cuts cleanly leaves a sound store"
    assert "the event log is cut off at event 3" in str(missed(url, city, head))


def test_a_cut_tail_that_was_written_over_is_found(url: str, city: City) -> None:
    fill(url, city)
    head = taken(url, city)
    altered(url, CUT)
    live = runtime_of(city, url)
    live.submit([draft()], actor="b")
    live.submit([draft()], actor="b")
    live.close()
    assert found(url, city) == ""
    assert "was made anew" in str(missed(url, city, head))


def test_a_chain_that_was_made_anew_is_found(url: str, city: City) -> None:
    fill(url, city)
    head = taken(url, city)
    rechained(url, lambda row: row.__setitem__(3, "somebody else"))
    with tampering(url) as connection:
        assert connection.execute(select(EVENT.c.actor).where(EVENT.c.seq == 2)).scalar() == "somebody else"
    store = open_store(url, city, writing=False)
    with store.reading() as connection:
        assert problems(connection, city) == []
    store.close()
    assert "was made anew" in str(missed(url, city, head))
    assert "of the city" in str(missed(url, city, replace(head, city="x")))


def test_the_command_writes_a_head_and_holds_the_log_against_it(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = environment_of(url)
    assert main(["demo"], environment) == 0
    file = tmp_path / "head.json"
    assert main(["verify", "--export-head", str(file)], environment) == 0
    assert set(json.loads(file.read_text())) == {"city", "seq", "hash", "revision", "at"}
    assert main(["verify", "--export-head", str(file)], environment) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["verify", "--head", str(file)], environment) == 0
    assert "nothing was cut off" in capsys.readouterr().out
    file.write_text(json.dumps({**json.loads(file.read_text()), "hash": "0" * 64}))
    assert main(["verify", "--head", str(file)], environment) == 1
    assert "was made anew" in capsys.readouterr().err
    assert main(["verify", "--head", str(file), "--backup", "x.zip"], environment) == 2


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"city": "a", "seq": "1", "hash": "", "revision": 1, "at": ""}'])
def test_a_file_that_is_no_head_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "head.json"
    file.write_text(content)
    with pytest.raises(StoreError, match="holds no head"):
        read_head(file)
    with pytest.raises(StoreError, match="cannot read"):
        read_head(tmp_path / "none.json")
    with pytest.raises(StoreError, match="exists already"):
        write_head(file, Head("a", 0, "", 0, ""))

"""Personal data stand apart from the log, and can be forgotten without breaking it."""

from __future__ import annotations

import io
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from data.backup.backup_file import backup_read
from data.backup.restoring import check_backup, restore_backup
from data.backup.taking import take_backup
from data.notices.addresses import add_address
from data.runtime import Runtime
from data.store.database import open_store, read_events
from data.store.personal import reference
from data.store.verify import problems, verify_store
from geo.city import City
from geo.errors import BadValueError, NotFoundError
from tests.data.conftest import runtime_of
from tests.data.store.test_damaged_store import altered, found
from tests.data.test_runtime import draft

NAME, PHONE = "王小明-canary", "13900001111-canary"


def reported(live: Runtime, **changes: object) -> str:
    return live.submit([draft(reporter_name=NAME, reporter_phone=PHONE, **changes)], actor="web")[0].id


def test_the_log_holds_a_reference_only(live: Runtime) -> None:
    issue = reported(live)
    ref = reference(issue)
    assert live.snapshot.events(0)[0].actor == ref
    assert live.persons([ref, "p-unknown"]) == {ref: {"name": NAME, "phone": PHONE}}
    assert live.references_of(PHONE) == [ref]
    with live.store.reading() as connection:
        assert not any("canary" in "".join(map(str, event)) for event in read_events(connection))
        assert problems(connection, live.city) == []


def test_the_same_report_again_is_the_same_whoever_is_named(live: Runtime) -> None:
    first = draft(reporter_name=NAME)
    [receipt] = live.submit([first], actor="web")
    for again in (first, replace(first, reporter_name="other"), replace(first, reporter_name=None)):
        assert live.submit([again], actor="web")[0] == replace(receipt, created=False)
    assert live.persons([reference(receipt.id)]) == {reference(receipt.id): {"name": NAME}}


def test_a_person_is_forgotten_and_everything_else_stays(live: Runtime, tmp_path: Path) -> None:
    issue, other = reported(live), reported(live)
    before = live.snapshot.head
    receipt = live.erase_person(reference(issue), actor="a-1", note="asked for")
    assert (receipt.revision, receipt.created) == (3, True)
    assert live.persons([reference(issue)]) == {reference(issue): {"name": None, "phone": None}}
    assert live.references_of(PHONE) == [reference(other)]
    assert not live.erase_person(reference(issue), actor="a-1").created
    with pytest.raises(NotFoundError):
        live.erase_person("p-unknown", actor="a-1")
    with live.store.reading() as connection:
        events = list(read_events(connection))
        assert problems(connection, live.city) == []
    assert (len(events), events[2].prev_hash, events[2].kind) == (3, before, "person_erased")
    assert len(live.snapshot.issues) == 2
    take_backup(live.store, tmp_path / "b.zip")


def test_the_bytes_are_gone_from_the_file(tmp_path: Path, city: City) -> None:
    file = tmp_path / "store.db"
    live = runtime_of(city, f"sqlite:///{file}")
    issue = reported(live)
    live.close()
    assert NAME.encode() in file.read_bytes()
    live = runtime_of(city, f"sqlite:///{file}")
    live.erase_person(reference(issue), actor="a-1")
    live.close()
    assert b"canary" not in file.read_bytes()
    assert verify_store(f"sqlite:///{file}", city).sealed


def test_the_bytes_are_gone_while_the_program_runs_on(tmp_path: Path, city: City) -> None:
    """Of a reporter, a photo and an address, from the write-ahead log too; who reads for long only puts it off."""
    file = tmp_path / "store.db"

    def holds(word: bytes) -> bool:
        return any(word in kept.read_bytes() for kept in tmp_path.glob("store.db*"))

    live = runtime_of(city, f"sqlite:///{file}")
    try:
        issue = reported(live)
        picture, exif = io.BytesIO(), Image.Exif()
        exif[0x0110] = "cameracanary"
        Image.new("RGB", (40, 30), (90, 120, 30)).save(picture, "JPEG", exif=exif)
        photo = live.photos.add(picture.getvalue(), uploader="a-1").photo.sha256
        with live._writer.between_groups() as connection:
            add_address(connection, "D01", "mailcanary@d.example", 1)
        assert all(map(holds, (NAME.encode(), b"cameracanary", b"mailcanary")))
        live.erase_person(reference(issue), actor="a-1")
        assert not holds(NAME.encode())
        live.photos.erase(photo)
        assert not holds(b"cameracanary")
        live.notices.remove_address("D01", "mailcanary@d.example", by="a-1")
        assert not holds(b"mailcanary")
        other = reported(live)
        with live.store.reading() as connection:
            assert problems(connection, city) == []
            assert live.erase_person(reference(other), actor="a-1").created, "a reader holds nothing up for good"
        assert live.erase_person(reference(issue), actor="a-1").created is False
        assert not holds(NAME.encode())
    finally:
        live.close()


def test_what_was_forgotten_stays_so_in_a_backup(live: Runtime, city: City, tmp_path: Path) -> None:
    issue, other = reported(live), reported(live)
    live.erase_person(reference(issue), actor="a-1")
    take_backup(live.store, tmp_path / "b.zip")
    target = open_store(f"sqlite:///{tmp_path / 'restored.db'}", city)
    with backup_read(tmp_path / "b.zip") as backup:
        check_backup(backup, city)
        restore_backup(backup, target)
    with target.reading() as connection:
        assert problems(connection, city) == []
    target.close()
    restored = runtime_of(city, f"sqlite:///{tmp_path / 'restored.db'}")
    known = restored.persons([reference(issue), reference(other)])
    assert (known[reference(issue)]["name"], known[reference(other)]["name"]) == (None, NAME)
    restored.close()


@pytest.mark.parametrize(
    "script",
    [
        "DELETE FROM personal WHERE kind = 'phone'",
        "UPDATE personal SET value = NULL WHERE kind = 'phone'",
        "UPDATE personal SET value = NULL, erased_us = 1 WHERE kind = 'phone'",
        "UPDATE personal SET ref = 'p-other' WHERE kind = 'phone'",
        "INSERT INTO personal VALUES ('p-other', 'name', 'x', NULL)",
    ],
)
def test_a_datum_that_went_without_an_event_is_found(url: str, city: City, script: str) -> None:
    live = runtime_of(city, url)
    reported(live)
    live.close()
    altered(url, script)
    assert "the table personal" in found(url, city)


@pytest.mark.parametrize(
    ("field", "value"), [("reporter_name", "x" * 81), ("reporter_phone", "\0"), ("reporter_phone", 7)]
)
def test_what_is_no_name_or_phone_is_named(live: Runtime, field: str, value: object) -> None:
    with pytest.raises(BadValueError) as bad:
        live.submit([draft(**{field: value}, id=str(uuid.uuid4()))], actor="web")
    assert bad.value.key == field

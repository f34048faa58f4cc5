"""Photos in a store: exactly once, files and rows in step through every crash, found by likeness, blurred, erased."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from sqlalchemy import select, text, update

from data.photos.book import PhotoBook
from data.photos.checking import photo_file_problems, photo_row_problems
from data.photos.files import PhotoFiles
from data.photos.rights import may_see_photo
from data.photos.rows import Photo, photo_of
from data.runtime import Runtime
from data.store.photo_tables import PHOTO, PHOTO_UPLOAD
from data.store.verify import problems
from geo.access import Role, Viewer
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotFoundError, PhotoError, StoreError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of
from tests.data.photos.scenes import encoded, exif, photo, scene
from tests.data.test_connection_loss import within
from tests.data.test_runtime import draft
from tests.postgres_server import PostgresServer

HERE = (106.705, 26.605)
NOTHING = "f" * 64


@pytest.fixture
def book(live: Runtime, tmp_path: Path) -> PhotoBook:
    """The photos of an empty store, in a folder of their own."""
    return PhotoBook(live.store, live.city, PhotoFiles(tmp_path / "photos"), live._writer.between_groups)


@pytest.fixture
def issues(live: Runtime, city: City) -> list[str]:
    kind, register = city.catalogue.types[0].code, city.campaign().default_register
    drafts = [IssueDraft(register, kind, shapely.Point(HERE), description=name) for name in ("甲", "乙")]
    return [receipt.id for receipt in live.submit(drafts, actor="a")]


def attached(live: Runtime, issue: str, sha256: str, kind: str) -> None:
    row = np.array([live.snapshot.row(issue)])
    version = int(live.snapshot.records.of(row).version[0])
    fields = {"photo": sha256, "kind": kind}
    live.amend(issue, version, "attach", fields, actor="inspector", client_uuid=str(uuid.uuid4()))


def rows_of(live: Runtime) -> tuple[list[str], list[tuple[str, str]]]:
    with live.store.reading() as connection:
        photos = list(connection.execute(select(PHOTO.c.sha256)).scalars())
        uploads = connection.execute(select(PHOTO_UPLOAD.c.sha256, PHOTO_UPLOAD.c.uploader)).all()
    return sorted(photos), sorted((row.sha256, row.uploader) for row in uploads)


def found_by_verify(live: Runtime, book: PhotoBook) -> list[str]:
    with live.store.reading() as connection:
        return problems(connection, live.city) + photo_file_problems(connection, book.files)


def test_what_is_sent_is_kept_under_the_hash_of_what_is_served(live: Runtime, book: PhotoBook) -> None:
    sent = photo(1, time="2021:08:20 09:30:00", place=HERE)
    uploaded = book.add(sent, uploader="anna")
    kept = uploaded.photo
    assert uploaded.created
    assert hashlib.sha256(book.jpeg(kept)).hexdigest() == kept.sha256
    assert hashlib.sha256(book.thumb(kept)).hexdigest() == kept.thumb_sha256
    assert (kept.width, kept.height, kept.bytes, kept.row) == (320, 240, len(book.jpeg(kept)), 1)
    assert kept.taken_us == 1_629_423_000_000_000
    assert (kept.lon, kept.lat) == (pytest.approx(HERE[0], abs=1e-6), pytest.approx(HERE[1], abs=1e-6))
    assert kept.camera == "Maker Model 1"
    assert book.get(kept.sha256) == kept
    assert book.uploaders_of(kept) == {"anna"}
    assert found_by_verify(live, book) == []


def test_the_same_photo_is_there_once_whoever_sends_it(
    live: Runtime, book: PhotoBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = book.add(photo(1), uploader="anna").photo
    again = book.add(photo(1, time="2022:01:01 00:00:00"), uploader="ben")  # another file of the same pixels
    assert (again.created, again.photo) == (False, first)
    monkeypatch.setattr("data.photos.book.read_photo", lambda _content: pytest.fail("read again"))
    assert not book.add(photo(1), uploader="anna").created
    assert not book.add(photo(1), uploader="carla").created
    assert not book.add(book.jpeg(first), uploader="carla").created  # our own file sent back
    photos, uploads = rows_of(live)
    assert photos == [first.sha256]
    assert {uploader for _, uploader in uploads} == {"anna", "ben", "carla"}


def test_many_send_one_photo_at_one_time(live: Runtime, book: PhotoBook, soak: bool) -> None:
    sent, answers = photo(1), []
    threads = [
        threading.Thread(target=lambda name=f"user{k}": answers.append(book.add(sent, uploader=name)))
        for k in range(24 if soak else 6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer.created for answer in answers) == 1
    assert len({answer.photo.sha256 for answer in answers}) == 1
    photos, uploads = rows_of(live)
    assert (len(photos), len(uploads)) == (1, len(threads))
    assert len(list(book.files.names())) == 2
    assert found_by_verify(live, book) == []


def test_what_is_refused_leaves_nothing(live: Runtime, book: PhotoBook) -> None:
    with pytest.raises(PhotoError):
        book.add(b"<svg/>", uploader="anna")
    assert rows_of(live) == ([], [])
    assert not list(book.files.names())


class PowerCutError(Exception):
    """Stands for the end of the program."""


@contextmanager
def broken_off(book: PhotoBook) -> Iterator[None]:
    """The program ends once files are written, before their row is."""

    @contextmanager
    def never() -> Iterator[None]:
        raise PowerCutError
        yield

    alone, book._alone = book._alone, never  # type: ignore[assignment]
    try:
        with pytest.raises(PowerCutError):
            yield
    finally:
        book._alone = alone


def test_files_without_a_row_are_collected_once_they_have_settled(live: Runtime, book: PhotoBook) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    with broken_off(book):
        book.add(photo(2), uploader="anna")
    (book.files.folder / kept.sha256[:2] / ".new-1").write_bytes(b"half")
    assert len(list(book.files.names())) == 4
    assert found_by_verify(live, book) == []
    assert book.collect() == 0  # its row may be on the way
    assert book.collect(settled_s=-1) == 3
    assert sorted(book.files.names()) == sorted([kept.sha256, kept.thumb_sha256])
    assert not list(book.files.folder.glob("*/.new-*"))
    assert book.add(photo(2), uploader="anna").created
    assert found_by_verify(live, book) == []


def test_an_upload_that_the_collector_overtakes_has_its_files(live: Runtime, book: PhotoBook) -> None:
    alone = book._alone

    @contextmanager
    def collected_first() -> Iterator[object]:
        book._alone = alone
        book.collect(settled_s=-1)
        with alone() as connection:
            yield connection

    book._alone = collected_first  # type: ignore[assignment]
    kept = book.add(photo(1), uploader="anna").photo
    assert book.jpeg(kept)
    assert book.thumb(kept)
    assert found_by_verify(live, book) == []


def test_a_start_collects_what_a_crash_left(live: Runtime, city: City, tmp_path: Path) -> None:
    live.photos.files.folder = tmp_path / "left"
    name = live.photos.files.put(b"\xff\xd8 left behind")
    old = time.time() - 7_200
    os.utime(live.photos.files.path(name), (old, old))
    live._collect_photos()
    assert not live.photos.files.has(name)


def test_every_flipped_byte_of_a_file_is_found_and_never_served(live: Runtime, book: PhotoBook, soak: bool) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    rng = np.random.default_rng(1)
    for name in (kept.sha256, kept.thumb_sha256):
        path = book.files.path(name)
        whole = path.read_bytes()
        for at in rng.integers(0, len(whole), 200 if soak else 10):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << int(rng.integers(8))
            path.write_bytes(damaged)
            [problem] = photo_problems(live, book)
            assert "is damaged: its hash does not fit" in problem
            with pytest.raises(StoreError, match="damaged"):
                book.files.read(name)
        path.unlink()
        [problem] = photo_problems(live, book)
        assert "is missing" in problem
        path.write_bytes(whole)
    assert photo_problems(live, book) == []


def photo_problems(live: Runtime, book: PhotoBook) -> list[str]:
    with live.store.reading() as connection:
        return photo_file_problems(connection, book.files)


def test_what_was_lost_on_disk_comes_back_by_sending_it_again(live: Runtime, book: PhotoBook) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    book.files.path(kept.sha256).unlink()
    assert not book.add(photo(1), uploader="anna").created
    assert photo_problems(live, book) == []


@pytest.mark.parametrize(
    "change",
    [
        *({"taken_us": 1}, {"lon": 1.5}, {"camera": "x"}, {"reviewed_us": 5}, {"phash": 3}, {"row": 7}),
        *({"width": 1}, {"erased_us": 1}, {"taken_us": None}),
    ],
)
def test_a_row_that_was_changed_is_found(live: Runtime, book: PhotoBook, change: dict[str, object]) -> None:
    book.add(photo(1, place=HERE), uploader="anna")
    with live._writer.between_groups() as connection:
        connection.execute(update(PHOTO).values(change))
    with live.store.reading() as connection:
        assert len(photo_row_problems(connection)) == 1
        assert problems(connection, live.city)


def test_a_changed_upload_and_a_lost_photo_are_found(live: Runtime, book: PhotoBook, issues: list[str]) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    attached(live, issues[0], kept.sha256, "before")
    with live._writer.between_groups() as connection:
        connection.execute(update(PHOTO_UPLOAD).values(uploader="ben"))
    with live.store.reading() as connection:
        assert "photo_upload" in photo_row_problems(connection)[0]
    with live._writer.between_groups() as connection:
        connection.execute(text("DELETE FROM photo"))
    with live.store.reading() as connection:
        assert any("in no row of photo" in problem for problem in photo_row_problems(connection))


def test_only_what_is_there_can_be_attached_and_once(live: Runtime, book: PhotoBook, issues: list[str]) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    attached(live, issues[0], kept.sha256, "before")
    with pytest.raises(ConflictError, match="already attached"):
        attached(live, issues[0], kept.sha256, "before")
    for bad in ("x", kept.sha256.upper(), kept.sha256[:-1]):
        with pytest.raises(BadValueError):
            attached(live, issues[0], bad, "before")
    with pytest.raises(BadValueError):
        attached(live, issues[0], kept.sha256, "during")
    with pytest.raises(NotFoundError):
        attached(live, issues[0], NOTHING, "before")
    book.erase(kept.sha256)
    with pytest.raises(NotFoundError):
        attached(live, issues[1], kept.sha256, "before")


def test_the_photos_of_an_issue_come_with_what_was_noticed(live: Runtime, book: PhotoBook, issues: list[str]) -> None:
    before = book.add(photo(1, time="2022:08:20 10:00:00", place=HERE), uploader="anna").photo
    after = book.add(photo(2, time="2022:08:20 09:00:00", place=(106.705, 26.615)), uploader="ben").photo
    alike = book.add(encoded(scene(1).resize((160, 120))), uploader="ben").photo
    assert codes(book, before, issues[0], "before") == []
    attached(live, issues[0], before.sha256, "before")
    attached(live, issues[0], after.sha256, "after")
    attached(live, issues[1], before.sha256, "before")
    attached(live, issues[1], alike.sha256, "before")
    first, second = book.of_issue(issues[0])
    assert (first.attached.kind, first.photo, [flag.code for flag in first.flags]) == ("before", before, [])
    assert first.distance_m == pytest.approx(0, abs=0.2)
    assert [flag.code for flag in second.flags] == ["far", "older_than_before"]
    assert second.distance_m == pytest.approx(1_108, abs=2)
    third, fourth = book.of_issue(issues[1])
    [flag] = third.flags
    assert (flag.code, flag.figures["issue"], flag.figures["number"]) == ("used_before", issues[0], "SC-00001")
    assert [flag.code for flag in fourth.flags] == ["near_same", "no_time", "no_place"]
    assert fourth.flags[0].figures["number"] == "SC-00001"
    with pytest.raises(NotFoundError):
        book.flags(before, "nowhere", "before")


def codes(book: PhotoBook, kept: Photo, issue: str, kind: str) -> list[str]:
    return [flag.code for flag in book.flags(kept, issue, kind)]


def test_likeness_is_found_among_many_and_not_after_erasing(live: Runtime, book: PhotoBook, issues: list[str]) -> None:
    kept = [book.add(photo(seed, place=HERE), uploader="anna").photo for seed in range(6)]
    for one in kept:
        attached(live, issues[0], one.sha256, "before")
    again = book.add(encoded(scene(3), quality=40, exif=exif(place=HERE)), uploader="ben").photo
    [flag] = book.flags(again, issues[1], "before")
    assert (flag.code, flag.figures["photo"]) == ("near_same", kept[3].sha256)
    book.erase(kept[3].sha256)
    assert codes(book, again, issues[1], "before") == []


def test_two_dark_photos_are_not_alike(live: Runtime, book: PhotoBook, issues: list[str]) -> None:
    dark = [book.add(encoded(Image.new("RGB", (300, 200), (k, k, k)), quality=90), uploader="a").photo for k in (0, 3)]
    attached(live, issues[0], dark[0].sha256, "before")
    assert codes(book, dark[1], issues[1], "before") == ["no_time", "no_place"]


# Blurring.


def test_a_blurred_photo_is_another_one_in_which_nothing_can_be_read(live: Runtime, book: PhotoBook) -> None:
    plate = Image.new("RGB", (640, 480), (90, 120, 60))
    for x in range(200, 400, 8):  # black and white stripes: as hard to hide as a plate
        plate.paste((255, 255, 255) if x % 16 else (0, 0, 0), (x, 200, x + 8, 260))
    source = book.add(encoded(plate, quality=95, exif=exif(place=HERE)), uploader="anna").photo
    made = book.blur(source.sha256, [(190, 190, 220, 80)], actor="ben")
    assert made.created
    assert (made.photo.blurred_from, made.photo.is_reviewed) == (source.sha256, False)
    fields = ("taken_us", "lon", "lat", "camera", "width", "height")
    assert [getattr(made.photo, name) for name in fields] == [getattr(source, name) for name in fields]
    was, now = (np.asarray(Image.open(io.BytesIO(book.jpeg(one)))).astype(float) for one in (source, made.photo))
    assert was[205:255, 205:395].std() > 100
    stripes = now[205:255, 205:395].mean(axis=(0, 2))
    assert np.abs(np.diff(stripes)).max() < 12  # smooth: no edge of a stripe is left
    assert np.abs(was[300:] - now[300:]).mean() < 2  # and nothing else was touched
    assert np.asarray(Image.open(io.BytesIO(book.thumb(made.photo))))[100:125, 103:197].std() < 40
    again = book.blur(source.sha256, [(190, 190, 220, 80)], actor="ben")
    assert (again.created, again.photo) == (False, made.photo)
    assert found_by_verify(live, book) == []


@pytest.mark.parametrize(
    "rectangles",
    [
        *([], [(0, 0, 1, 1)] * 51, [(-1, 0, 5, 5)], [(0, 0, 0, 5)], [(0, 0, 5, -5)], [(310, 0, 11, 5)]),
        [(0, 239, 5, 2)],
    ],
)
def test_rectangles_lie_in_the_photo(book: PhotoBook, rectangles: list[tuple[int, int, int, int]]) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    with pytest.raises(BadValueError):
        book.blur(kept.sha256, rectangles, actor="ben")


def test_a_photo_and_what_was_blurred_from_it_are_one(live: Runtime, book: PhotoBook, issues: list[str]) -> None:
    source = book.add(photo(1, place=HERE), uploader="anna").photo
    made = book.blur(source.sha256, [(10, 10, 20, 20)], actor="anna").photo
    twice = book.blur(made.sha256, [(50, 50, 20, 20)], actor="anna").photo
    attached(live, issues[0], source.sha256, "before")
    assert book.issues_of(twice) == book.issues_of(source) == {issues[0]}
    assert codes(book, twice, issues[0], "before") == []
    assert codes(book, twice, issues[1], "before") == ["used_before"]
    [shown] = book.of_issue(issues[0])
    assert shown.blurred == (made,)


def test_the_review_is_noted_and_taken_back(live: Runtime, book: PhotoBook) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    assert not kept.is_reviewed
    noted = book.review(kept.sha256, reviewer="carla")
    assert (noted.is_reviewed, noted.reviewer) == (True, "carla")
    assert book.review(kept.sha256, reviewer="dora") == noted == book.get(kept.sha256)
    assert book.review(kept.sha256, reviewer="dora", reviewed=False).reviewer is None
    assert found_by_verify(live, book) == []
    with pytest.raises(NotFoundError):
        book.review(NOTHING, reviewer="carla")


# Erasing.


def test_erasing_leaves_the_hash_and_nothing_else(live: Runtime, book: PhotoBook, issues: list[str]) -> None:
    kept = book.add(photo(1, place=HERE), uploader="anna").photo
    made = book.blur(kept.sha256, [(10, 10, 20, 20)], actor="anna").photo
    attached(live, issues[0], kept.sha256, "before")
    assert book.erase(kept.sha256) == [made]
    with live.store.reading() as connection:
        left = photo_of(connection, kept.sha256)
        assert book.uploaders_of(kept) == frozenset()
    assert left is not None
    assert left.is_erased
    assert {left.phash, left.taken_us, left.lon, left.lat, left.camera, left.reviewer} == {None}
    assert not book.files.has(kept.sha256)
    assert not book.files.has(kept.thumb_sha256)
    for asking in (lambda: book.get(kept.sha256), lambda: book.erase(kept.sha256)):
        with pytest.raises(NotFoundError):
            asking()
    assert book.of_issue(issues[0]) == []
    assert book.jpeg(made)
    assert found_by_verify(live, book) == []


def test_what_was_erased_is_not_taken_again(live: Runtime, book: PhotoBook) -> None:
    kept = book.add(photo(1), uploader="anna").photo
    book.erase(kept.sha256)
    for sent in (photo(1), photo(1, time="2022:01:01 00:00:00")):
        with pytest.raises(ConflictError, match="erased"):
            book.add(sent, uploader="anna")
    assert not book.files.has(kept.sha256)
    book.collect(settled_s=-1)
    assert not list(book.files.names())
    assert found_by_verify(live, book) == []


def test_two_programs_on_one_server_share_what_is_put_attached_and_erased(postgres: PostgresServer, city: City) -> None:
    with postgres.database() as url:
        one, two = runtime_of(city, url), runtime_of(city, url)
        assert one.photos.files.folder == two.photos.files.folder
        sent, answers = [photo(n) for n in range(3)], []
        threads = [
            threading.Thread(
                target=lambda live=live, content=content: answers.append(live.photos.add(content, uploader="a"))
            )
            for content in sent
            for live in (one, two)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = {answer.photo.sha256 for answer in answers}
        assert (len(kept), sum(answer.created for answer in answers)) == (3, 3)
        [issue] = [receipt.id for receipt in one.submit([draft()], actor="a")]
        within(5, lambda: len(two.snapshot.issues) == 1)
        first, second, _ = sorted(kept)
        attached(two, issue, first, "before")
        within(5, lambda: one.snapshot.revision == two.snapshot.revision)
        assert [shown.photo.sha256 for shown in one.photos.of_issue(issue)] == [first]
        one.photos.erase(first)
        for live in (one, two):
            assert live.photos.of_issue(issue) == []
            with pytest.raises(NotFoundError):
                live.photos.get(first)
        with pytest.raises(NotFoundError):
            attached(two, issue, first, "after")
        attached(one, issue, second, "after")
        assert one.photos.collect(settled_s=-1) == 0
        for live in (one, two):
            assert found_by_verify(live, live.photos) == []
            live.close()


# Rights.


def viewer(account: str, *roles: Role) -> Viewer:
    return Viewer(account, account, frozenset(roles))


@pytest.mark.parametrize(
    ("who", "reviewed", "sees"),
    [
        (viewer("anna", Role.INSPECTOR), False, True),
        (viewer("ben", Role.INSPECTOR), False, False),
        (viewer("ben", Role.DEPARTMENT), True, False),
        (viewer("of the issue", Role.DEPARTMENT), False, True),
        (viewer("of the issue", Role.PUBLIC), False, False),
        (viewer("of the issue", Role.PUBLIC), True, True),
        (viewer("anna", Role.PUBLIC), True, False),
        (viewer("of the issue"), False, False),
    ],
)
def test_who_may_see_a_photo(book: PhotoBook, who: Viewer, reviewed: bool, sees: bool) -> None:
    kept = replace(book.add(photo(1), uploader="anna").photo, reviewed_us=1 if reviewed else None)
    asked = {
        "issues": {"i"},
        "uploaders": {"anna"},
        "may_see_issue": lambda viewer, issue: viewer.account == "of the issue" and issue == "i",
    }
    assert may_see_photo(who, kept, **asked) is sees  # type: ignore[arg-type]
    assert not may_see_photo(who, replace(kept, erased_us=to_us(None)), **asked)  # type: ignore[arg-type]

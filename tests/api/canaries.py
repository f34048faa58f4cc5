"""The campaign's other books over the places of `people.fill`, every text in them a canary.

Photos, organisation, visits, draws, plans, the record's books, links, addresses; each canary says who may be told it.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Final

import numpy as np
import shapely
from PIL import Image

from data.documents.agenda_book import DUTIES, JUNCTIONS, MEETINGS, Junction, duty_content, junction_content
from data.documents.exposure_book import EXPOSURES
from data.documents.organisation import COLLECTION, CURRENT
from data.documents.plan_book import DayPlan
from data.documents.tally_book import TALLIES
from data.inspecting.checklists import checklist_for
from data.inspecting.drawing import announce_draw, make_draw, record_check
from data.inspecting.planning import keep_plan
from data.inspecting.visiting import VisitDraft
from data.recording.tallies import enter_tally
from data.runtime import Runtime
from geo.access import WHOLE, Subject
from geo.agenda import Duty
from geo.checklist import Answer
from geo.clock import from_us
from geo.iso_time import local_iso
from geo.issue import IssueDraft
from geo.permissions import Action
from geo.tally import TallyEntry
from geo.visit_plan import Reason, Stop
from tests.api.people import RULED, RULED_AT, UNIT, Place
from tests.data.photos.scenes import encoded, exif, scene

TALLY: Final = "vending_cleared"
SEED: Final = "0123456789abcdef0123"
DAY: Final = date(2021, 8, 24)
EVERYWHERE: Final = Subject("*", "*", "*")
"""What belongs to no part of the campaign: whoever may do the action at all is told of it."""


@dataclass
class Secret:
    """Who may be told a text: whose reach of `action` holds one of `subjects`, who sees issues of one of `seen_with`
    (whoever acted on an issue is named there), and the accounts of `own` (logins). Without an action nobody else may.
    """

    action: Action | None = Action.SEE_ISSUES
    subjects: list[Subject] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    seen_with: set[Subject] = field(default_factory=set)


@dataclass
class Books:
    """What was filled in: canaries, and what requests ask for by name."""

    secrets: dict[str, Secret] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)  # by hash: the original that was sent
    served: dict[str, bytes] = field(default_factory=dict)  # by hash: the file that is served
    thumbs: dict[str, str] = field(default_factory=dict)  # by hash: that of the thumbnail
    taken: dict[str, str] = field(default_factory=dict)  # by hash: when it was taken, as routes would say it
    draws: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)  # issues that were drawn
    answers: dict[str, str] = field(default_factory=dict)  # of a visit, to every item of the checklist
    webhook: str = ""

    def hide(self, words: Iterable[str], *subjects: Subject, action: Action | None = Action.SEE_ISSUES) -> None:
        """These words are secrets of `subjects`; a word that is one already is told to those of these too."""
        for word in words:
            self.secrets.setdefault(word, Secret(action)).subjects += subjects


def fresh() -> str:
    return str(uuid.uuid4())


def fill_books(current: Runtime, places: list[Place]) -> Books:
    """Fill every book of the campaign with canaries of each place."""
    books = Books()
    for place in places:
        for word, subject in place.canaries.items():
            books.hide([word], subject)
    _close_the_last(current, places)
    for at, place in enumerate(places):
        _named_reporter(current, books, place)
        _photo(current, books, places, at)
        _visit(current, books, place)
    _link(current, places)
    _organisation(current, books, places)
    _plans(current, books, places)
    _draws(current, books, places)
    _record_books(current, books, places)
    _addresses(current, books)
    return books


def _version(current: Runtime, identity: str) -> int:
    at = np.array([current.snapshot.row(identity)])
    return int(current.snapshot.records.of(at).version[0])


def _amend(current: Runtime, identity: str, act: str, note: str = "", **fields: object) -> None:
    version = _version(current, identity)
    current.amend(identity, version, act, fields, actor="commander", client_uuid=fresh(), note=note)


def _close_the_last(current: Runtime, places: list[Place]) -> None:
    """The last issue of each place is closed, its steps' words canaries."""
    for place in places:
        identity, word = place.ids[-1], f"canary{place.code}x{len(place.ids) - 1}"
        for n, status in enumerate(("FILED", "DISPATCHED", "HANDLING", "VERIFYING", "CLOSED")):
            wish = {"note": f"{word}step", "evidence": f"{word}proof"}
            version = _version(current, identity)
            current.change(identity, version, status, actor=f"hand {n}", client_uuid=fresh(), **wish)


def _named_reporter(current: Runtime, books: Books, place: Place) -> None:
    """Somebody reports under their name and phone, which no route hands out."""
    word = f"canary{place.code}named"
    names = {"reporter_name": f"{word}name", "reporter_phone": f"{word}phone"}
    here = shapely.Point(place.lon + 2e-4, place.lat)
    draft = IssueDraft("supervision", current.city.catalogue.types[0].code, here, description=word, **names)
    [receipt] = current.submit([draft], actor="operator")
    books.hide(names.values(), action=None)
    books.hide((word, receipt.id, receipt.number), Subject(place.code))


def _photo(current: Runtime, books: Books, places: list[Place], at: int) -> None:
    """A photo of the first and third issue of a place, and of the third of the next place: the same one used again."""
    place, after = places[at], places[(at + 1) % len(places)]
    camera = f"canary{place.code}camera"
    about = exif(time=f"2021:08:2{at} 0{at + 1}:23:45", place=(place.lon, place.lat), make=camera, model=camera)
    content = encoded(scene(at + 1, 64, 48), exif=about, quality=90)
    photo = current.photos.add(content, uploader="operator").photo
    for identity in (place.ids[0], place.ids[2], after.ids[2]):
        _amend(current, identity, "attach", photo=photo.sha256, kind="before")
    subjects = [Subject(place.code, UNIT), Subject(place.code), Subject(after.code)]
    taken = from_us(photo.taken_us or 0)
    assert taken is not None
    books.photos[photo.sha256], books.served[photo.sha256] = content, current.photos.jpeg(photo)
    books.thumbs[photo.sha256] = photo.thumb_sha256
    books.taken[photo.sha256] = local_iso(taken, current.city.time_zone)
    books.hide((photo.sha256, photo.thumb_sha256), *subjects)
    books.hide((books.taken[photo.sha256],), *subjects, action=Action.SEE_PROTECTED)
    books.hide((camera,), action=None)


def _visit(current: Runtime, books: Books, place: Place) -> None:
    """A visit with its answer sheet fails, and reports what was unmet."""
    code, word = place.points[1], f"canary{place.code}visit"
    checklist = checklist_for(current.snapshot, current.snapshot.point_row(code), DAY)
    assert checklist is not None
    reported = next(item.code for item in checklist.items if item.issue_type)
    unmet = {reported, *(item.code for item in checklist.items if item.critical)}
    answers = {item.code: Answer.UNMET if item.code in unmet else Answer.MET for item in checklist.items}
    books.answers = {item: str(answer) for item, answer in answers.items()}
    draft = VisitDraft(fresh(), code, "unannounced", answers=answers, note=f"{word}note", report=(reported,))
    receipt = current.record_visit(draft, actor="operator")
    assert not receipt.compliant
    books.hide((f"{word}note", receipt.id, *receipt.issues), Subject(place.code))


def _link(current: Runtime, places: list[Place]) -> None:
    """The second issue of each place is linked to that of the next one: each story names an issue of elsewhere."""
    for at, place in enumerate(places[:-1]):
        _amend(current, place.ids[1], "link", duplicate_of=places[at + 1].ids[1])
    _amend(current, places[0].ids[1], "unlink")


def _organisation(current: Runtime, books: Books, places: list[Place]) -> None:
    """An office, a leader, groups and a steward of each place, named by canaries; departments and a group that are met
    everywhere."""
    units = [{"code": UNIT, "kind": "department", "name": {"zh": "市政", "en": "Works"}}]
    units += [{"code": "D02", "kind": "department", "name": {"zh": "城管", "en": "Order"}}]
    units.append({"code": "all", "kind": "site_group", "name": {"zh": "全部", "en": "Everywhere"}})
    for place in places:
        word, own = f"canary{place.code}unit", {"subdistricts": [place.code]}
        for kind in ("office", "leader"):
            name = {"zh": f"{word}{kind}", "en": f"{word}{kind}en"}
            units.append({"code": f"{kind}.{place.code}", "kind": kind, "name": name, **own})
        for code in (f"group.{place.code}", f"of.{place.code}"):
            name = {"zh": f"canary{code}.", "en": f"canary{code}.en"}
            units.append({"code": code, "kind": "site_group", "name": name, **own})
            books.hide((f"canary{code}.",), Subject(place.code, group=code))
        name = {"zh": f"{word}steward", "en": f"{word}stewarden"}
        units.append({"code": f"S.{place.code}", "kind": "steward", "name": name, "points": place.points})
        books.hide((word,), Subject(place.code))
    # No issue here is of the one type that the rules give to the first department; of that of the second, one a place.
    types = [kind.code for kind in current.city.catalogue.types]
    rules = [
        {"code": "works", "unit": UNIT, "types": [types[-1]]},
        {"code": "ruled", "unit": RULED, "types": [types[RULED_AT]]},
        {"code": "rest", "unit": None},
    ]
    content = {"units": units, "rules": rules}
    current.put_document(COLLECTION, CURRENT, content, client_uuid=fresh(), actor="operator")


def _plans(current: Runtime, books: Books, places: list[Place]) -> None:
    """A plan that goes through all places, and one of each."""
    every = tuple(Stop(place.points[0], Reason.OTHER, 10.0) for place in places)
    books.hide(("canaryplanofall",), Subject())
    plans = [DayPlan("all", DAY, every, tuple(place.code for place in places), "canaryplanofall")]
    for place in places:
        word = f"canary{place.code}plan"
        stops = tuple(Stop(code, Reason.OTHER, 10.0) for code in place.points[:2])
        plans.append(DayPlan(f"group.{place.code}", DAY, stops, (place.code,), word))
        books.hide((word,), Subject(place.code))
    for plan in plans:
        keep_plan(current, current.snapshot, plan, version=0, client_uuid=fresh(), actor="operator")


def _draws(current: Runtime, books: Books, places: list[Place]) -> None:
    """A draw of points and one of issues, both made; what was found of a drawn issue is told by a word."""
    for subject, n in (("points", 6), ("issues", 3)):
        register = current.city.campaign().default_register if subject == "issues" else None
        wish = {"seed": SEED, "subject": subject, "by": "subdistrict", "n": n, "as_of": current.now()}
        announced, _ = announce_draw(
            current, current.snapshot, client_uuid=fresh(), actor="operator", register=register, title=subject, **wish
        )
        drawn, _ = make_draw(
            current, current.snapshot, announced.id, client_uuid=fresh(), actor="operator", seed=SEED, word="3",
            at=current.now(),
        )  # fmt: skip
        assert {stratum for _, stratum in drawn.drawn} == {place.code for place in places}
        books.draws.append(drawn.id)
        if subject == "issues":
            for name, stratum in drawn.drawn:
                word = f"canary{stratum}check"
                record_check(
                    current, current.snapshot, drawn.id, name, holds=True, note=word, client_uuid=fresh(), actor="o"
                )
                books.hide((word,), Subject(stratum))
            books.drawn += [name for name, _ in drawn.drawn]


def _record_books(current: Runtime, books: Books, places: list[Place]) -> None:
    """Exposures, tallies, meetings, junctions and their watch."""
    now = current.now()
    meeting = {"kind": "meeting", "day": DAY.isoformat(), "title": "canarymeeting"}
    current.put_document(MEETINGS, "m1", meeting, client_uuid=fresh(), actor="operator")
    books.hide(("canarymeeting",), EVERYWHERE)
    units = [(place.code, f"canary{place.code}tally", Subject(place.code)) for place in places]
    units += [(current.city.code, "canarytallyofall", Subject()), ("canarysquad", "canarysquadnote", Subject())]
    books.hide(("canarysquad",), Subject())
    for unit, word, subject in units:
        entry = TallyEntry("", TALLY, unit, DAY - timedelta(days=6), DAY, 7, note=word)
        enter_tally(current, current.snapshot, entry, version=0, client_uuid=fresh(), actor="operator")
        books.hide((word,), subject)
    assert len(current.documents(TALLIES)) == len(units)
    for at, place in enumerate(places):
        word, unit = f"canary{place.code}shown", UNIT if at == 0 else "D02"
        item = {"issue": place.ids[2], "title": word, "shown_at": now.isoformat()}
        current.put_document(EXPOSURES, f"e-{place.code}", item, client_uuid=fresh(), actor="operator")
        books.hide((word,), Subject(place.code))
        word = f"canary{place.code}junction"
        junction = Junction(f"j-{place.code}", word, place.lon, place.lat, checkpoint=True, watch=((time(7), time(9)),))
        duty = Duty(
            "", junction.id, unit, DAY - timedelta(days=9), DAY, frozenset(range(1, 8)), time(7), time(8), people=2
        )
        for collection, name, content in (
            (JUNCTIONS, junction.id, junction_content(junction)),
            (DUTIES, f"d-{place.code}", duty_content(duty)),
        ):
            current.put_document(collection, name, content, client_uuid=fresh(), actor="operator")
        books.hide((word, junction.id), Subject(place.code, unit))


def _addresses(current: Runtime, books: Books) -> None:
    """A unit's address, and a webhook that is switched off."""
    current.notices.add_address(UNIT, "canarymail@canary.example", by="operator")
    made, secret = current.notices.add_webhook(
        by="operator", url="http://127.0.0.1:9/canaryhook", codes=None, scope=WHOLE
    )
    current.notices.change_webhook(made.id, by="operator", active=False)
    books.webhook = made.id
    books.hide(("canarymail", "canaryhook"), EVERYWHERE, action=Action.MANAGE_NOTICES)
    books.hide((secret,), action=None)


def tiny(seed: int) -> bytes:
    """A photo that nobody has sent."""
    file = io.BytesIO()
    Image.new("RGB", (16, 12), (seed % 256, seed // 256 % 256, 90)).save(file, "JPEG")
    return file.getvalue()

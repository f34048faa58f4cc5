"""Which drafts may come in: codes of the catalogue, lengths, characters, and times that can be true."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from geo.campaign import Campaign
from geo.catalogue import Catalogue
from geo.city import City
from geo.errors import BadValueError, TransitionError
from geo.iso_time import FIRST_YEAR, LAST_YEAR
from geo.issue import MAX_ADDRESS, MAX_DESCRIPTION, MAX_NUMBER, IssueDraft, Transition
from geo.lifecycle import Status, change_between
from geo.working_days import deadline

MAX_NAME: Final = 80
MAX_PHONE: Final = 40
MAX_NOTE: Final = 2_000
AHEAD: Final = timedelta(days=1)
"""How far a moment may lie after now: clocks of phones and of other systems differ."""

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def checked_text(key: str, value: object, limit: int, *, required: bool = False) -> str:
    """`value` unchanged, if it is text that can be kept: BadValueError for another type, for control characters
    other than new line and tab, for half a surrogate pair, and for more than `limit` characters."""
    if not isinstance(value, str):
        raise BadValueError(key, value, "text", "text")
    if len(value) > limit:
        n = len(value)
        raise BadValueError(key, value, f"at most {limit} characters, not {n}", "too_long", limit=limit, n=n)
    if _FORBIDDEN.search(value):
        expected = "text without control characters other than new line and tab"
        raise BadValueError(key, value, expected, "control")
    if required and not value.strip():
        raise BadValueError(key, value, "text that is not empty", "not_empty")
    return value


def checked_uuid(key: str, value: object) -> str:
    """A UUID in its canonical writing (lower case, hyphens)."""
    if isinstance(value, str) and len(value) <= 45:
        try:
            return str(uuid.UUID(value))
        except ValueError:
            pass
    raise BadValueError(key, value, "a UUID such as 0d6d8a52-5f5e-4c1e-9d53-2f0a6ad4c1de", "uuid")


def is_uuid(value: str) -> bool:
    """Whether `value` is a UUID in its canonical writing, rather than a number that people say."""
    try:
        return checked_uuid("id", value) == value
    except BadValueError:
        return False


def checked_code(catalogue: Catalogue, kind: str, value: object) -> str:
    """A code that the catalogue has in its list `kind` (type, task, site_class)."""
    if not isinstance(value, str) or not catalogue.has(kind, value):
        raise BadValueError(kind, value, f"a {kind} code of this city's catalogue", "no_code", kind=kind)
    return value


def checked_department(value: object) -> str:
    """The code of a department. Raises BadValueError for text that can be none."""
    code = checked_text("department", value, MAX_NAME, required=True)
    if code != code.strip() or code == "-":
        raise BadValueError("department", code, "the code of a department", "department")
    return code


def checked_person(draft: IssueDraft) -> dict[str, str]:
    """The personal data that a draft brings, by kind; empty text is none."""
    given = (("name", draft.reporter_name, MAX_NAME), ("phone", draft.reporter_phone, MAX_PHONE))
    said = {kind: checked_text(f"reporter_{kind}", value, limit) for kind, value, limit in given if value is not None}
    return {kind: value for kind, value in said.items() if value.strip()}


def checked_moment(key: str, value: object, *, latest: datetime | None = None) -> datetime:
    """An aware moment of years 1900 to 2200, in UTC, not after `latest`."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadValueError(key, value, "a time with its offset from UTC", "moment")
    if not FIRST_YEAR < value.year < LAST_YEAR:
        expected = f"a year between {FIRST_YEAR} and {LAST_YEAR}"
        raise BadValueError(key, value.isoformat(), expected, "year", first=FIRST_YEAR, last=LAST_YEAR)
    if latest is not None and value > latest:
        at = latest.isoformat(timespec="seconds")
        raise BadValueError(key, value.isoformat(), f"a time not after {at}", "not_after", at=at)
    return value.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft whose every field but its geometry was found good, with the defaults filled in."""

    id: str | None
    campaign: str
    reported_at: datetime
    due_at: datetime | None
    history: tuple[Transition, ...]
    person: dict[str, str]


def campaign_of(city: City, draft: IssueDraft) -> Campaign:
    """The campaign that a draft belongs to: the one it names, else the current one if it has the register, else the
    one that has. Raises BadValueError for a campaign or register that is not there."""
    if draft.campaign is not None:
        if not isinstance(draft.campaign, str) or draft.campaign not in city.campaign_index:
            raise BadValueError("campaign", draft.campaign, "one of " + ", ".join(city.campaign_index))
        choice = [city.campaign(draft.campaign)]
    else:
        choice = [city.campaign(), *city.campaigns]
    for campaign in choice:
        if draft.register in campaign.register_codes:
            return campaign
    raise BadValueError("register", draft.register, "one of " + ", ".join(choice[0].register_codes))


def checked_draft(city: City, draft: IssueDraft, now: datetime, campaign: Campaign, *, ours: bool) -> CheckedDraft:
    """`draft` checked against the city and `now` (of `campaign`). Raises BadValueError for the first field that fails.

    `ours` True asks that every step of the history is one that the life of an issue allows.
    """
    catalogue = city.catalogue
    checked_code(catalogue, "type", draft.type)
    if draft.task is not None:
        checked_code(catalogue, "task", draft.task)
    checked_text("description", draft.description, MAX_DESCRIPTION)
    checked_text("address", draft.address, MAX_ADDRESS)
    checked_text("reporter", draft.reporter, MAX_NAME, required=True)
    if draft.number is not None:
        checked_text("number", draft.number, MAX_NUMBER, required=True)
    if draft.visit is not None:
        checked_text("visit", draft.visit, MAX_NAME)
    if draft.department is not None:
        checked_department(draft.department)
    latest = now + AHEAD
    reported = now if draft.reported_at is None else checked_moment("reported_at", draft.reported_at, latest=latest)
    if draft.due_at is not None:
        due: datetime | None = checked_moment("due_at", draft.due_at)
        if due is not None and due < reported:
            raise BadValueError("due_at", draft.due_at.isoformat(), f"a time not before {reported.isoformat()}")
    else:
        rule = catalogue.deadline_of(draft.type)
        due = None if rule is None else deadline(reported, rule, city.calendar, city.time_zone)
    return CheckedDraft(
        id=None if draft.id is None else checked_uuid("id", draft.id),
        campaign=campaign.code,
        reported_at=reported,
        due_at=due,
        history=_checked_history(draft.history, reported, latest, ours=ours),
        person=checked_person(draft),
    )


def _checked_history(
    history: tuple[Transition, ...], reported: datetime, latest: datetime, *, ours: bool
) -> tuple[Transition, ...]:
    before, earliest = Status.REPORTED, reported
    for step in history:
        at = checked_moment("history", step.at, latest=latest)
        if at < earliest:
            raise BadValueError("history", step.at.isoformat(), f"a time not before {earliest.isoformat()}")
        checked_text("actor", step.actor, MAX_NAME, required=True)
        checked_text("note", step.note, MAX_NOTE)
        checked_text("evidence", step.evidence, MAX_NOTE)
        if ours:
            try:
                change_between(before, step.status)
            except TransitionError as error:
                raise BadValueError("history", step.status.name, str(error)) from None
        before, earliest = step.status, at
    return history

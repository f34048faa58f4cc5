"""Checklists as documents: later versions than the city's own file has, and which of all is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from data.documents.fields import Fields
from geo.checklist import MOST_WEIGHT, Checklist, Checklists, Item
from geo.city import City
from geo.errors import BadValueError

CHECKLISTS: Final = "checklists"
MOST_ITEMS: Final = 60


def checklist_id(site_class: str, version: int) -> str:
    """What the document of a version is called."""
    return f"{site_class}.v{version}"


def checked_checklist(content: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    """The content of one version of a checklist, its codes known to the city."""
    return content_of(_checklist(content, city))


def book_of(city: City, documents: Iterable[Mapping[str, Any]]) -> Checklists:
    """All versions: the city's own and those of `documents` (contents), which follow them class by class.

    A version of the file that a document has too is the document's. One that does not follow the last one is left
    out, with all after it: the checker of one document cannot see the others.
    """
    own = {(c.site_class, c.version): c for s in city.checklists.site_classes for c in city.checklists.versions(s)}
    for content in documents:
        found = _checklist(content, city)
        own[found.site_class, found.version] = found
    book = Checklists()
    for _, checklist in sorted(own.items()):
        try:
            book = book.with_version(checklist)
        except BadValueError:
            continue
    return book


def content_of(checklist: Checklist) -> dict[str, Any]:
    """A checklist as the content of its document."""
    return {
        "site_class": checklist.site_class,
        "version": checklist.version,
        "since": checklist.since.isoformat(),
        "pass_mark": checklist.pass_mark,
        "recheck_days": checklist.recheck_days,
        "assumed": checklist.assumed,
        "items": [
            {
                "code": item.code,
                "text": {"zh": item.text.zh, "en": item.text.en},
                "weight": item.weight,
                "critical": item.critical,
                "may_not_apply": item.may_not_apply,
                "issue_type": item.issue_type,
            }
            for item in checklist.items
        ],
    }


def _checklist(content: Mapping[str, Any], city: City) -> Checklist:
    fields = Fields(content)
    site_class = fields.code("site_class")
    if not city.catalogue.has("site_class", site_class):
        raise BadValueError("site_class", site_class, "a site_class code of this city's catalogue")
    found = Checklist(
        site_class=site_class,
        version=fields.whole("version", low=1),
        since=fields.day("since"),
        pass_mark=fields.whole("pass_mark", high=100),
        recheck_days=fields.whole("recheck_days", low=1, high=366),
        items=tuple(_item(entry, city) for entry in fields.inners("items", most=MOST_ITEMS)),
        assumed=fields.flag("assumed", default=False),
    )
    fields.done()
    return found


def _item(fields: Fields, city: City) -> Item:
    item = Item(
        code=fields.code("code"),
        text=fields.both("text"),
        weight=fields.whole("weight", low=1, high=MOST_WEIGHT),
        critical=fields.flag("critical", default=False),
        may_not_apply=fields.flag("may_not_apply", default=False),
        issue_type=fields.text("issue_type") if fields.has("issue_type") else None,
    )
    if item.issue_type is not None and not city.catalogue.has("type", item.issue_type):
        raise BadValueError(fields.key("issue_type"), item.issue_type, "a type code of this city's catalogue")
    fields.done()
    return item

"""Turns a city's file of checklists into the domain's: every version of every site class, checked against its codes."""

from __future__ import annotations

from pathlib import Path

from data.city_folder.catalogue import refuse_twins
from data.city_folder.section import Section, read_toml
from geo.catalogue import Catalogue
from geo.checklist import Checklist, Checklists, Item
from geo.errors import BadValueError, CityError


def read_checklists(path: Path, catalogue: Catalogue) -> Checklists:
    """The checklists in `path`; CityError where it is missing, malformed or names a code that the catalogue lacks."""
    file = read_toml(path)
    sections = file.sections("checklists", required=True)
    file.done()
    try:
        return Checklists(tuple(_checklist(section, catalogue) for section in sections))
    except BadValueError as error:
        raise CityError(f"{path}: {error}; correct that checklist") from error


def _checklist(section: Section, catalogue: Catalogue) -> Checklist:
    site_class = section.code("site_class")
    if not catalogue.has("site_class", site_class):
        section.fail("site_class", f"is {site_class!r}", "write the code of one of the catalogue's [[site_classes]]")
    items = section.sections("items", required=True)
    checklist = Checklist(
        site_class=site_class,
        version=section.integer("version"),
        since=section.day("since"),
        pass_mark=section.integer("pass_mark"),
        recheck_days=section.integer("recheck_days"),
        items=tuple(_item(item, catalogue) for item in items),
        assumed=section.boolean("assumed", default=False),
    )
    refuse_twins(items, (item.code for item in checklist.items))
    section.done()
    return checklist


def _item(section: Section, catalogue: Catalogue) -> Item:
    item = Item(
        code=section.code("code"),
        text=section.both("text"),
        weight=section.integer("weight"),
        critical=section.boolean("critical", default=False),
        may_not_apply=section.boolean("may_not_apply", default=False),
        issue_type=section.optional_text("issue_type"),
    )
    if item.issue_type is not None and not catalogue.has("type", item.issue_type):
        section.fail("issue_type", f"is {item.issue_type!r}", "write the code of one of the catalogue's [[types]]")
    section.done()
    return item

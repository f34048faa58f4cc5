"""Answer sheets as documents: what was found of each item at one visit, and the version it was answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from data.documents.fields import Fields
from geo.checklist import Answer, Checklist
from geo.city import City
from geo.errors import BadValueError

SHEETS: Final = "answer_sheets"


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The answers of one visit; the document's id is the visit's. Score and verdict are worked out from it."""

    point: str
    site_class: str
    version: int
    answers: Mapping[str, Answer]


def checked_sheet(content: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    """The content of one sheet. That the answers fit their checklist is checked where the visit is recorded."""
    sheet = read_sheet(content)
    if not city.catalogue.has("site_class", sheet.site_class):
        raise BadValueError("site_class", sheet.site_class, "a site_class code of this city's catalogue")
    return sheet_content(sheet.point, sheet.site_class, sheet.version, sheet.answers)


def read_sheet(content: Mapping[str, Any]) -> AnswerSheet:
    """The sheet in a document's content."""
    fields = Fields(content)
    sheet = AnswerSheet(
        point=fields.text("point"),
        site_class=fields.code("site_class"),
        version=fields.whole("version", low=1),
        answers=read_answers(fields.take("answers", "an object: item → met, unmet or not_applicable")),
    )
    fields.done()
    return sheet


def read_answers(value: object) -> dict[str, Answer]:
    """Answers by item; BadValueError for what is none."""
    fields = Fields(value, "answers")
    assert isinstance(value, Mapping)
    return {str(code): Answer(fields.choice(str(code), [answer.value for answer in Answer])) for code in value}


def sheet_content(point: str, site_class: str, version: int, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """A sheet as the content of its document."""
    return {
        "point": point,
        "site_class": site_class,
        "version": version,
        "answers": {code: answer.value for code, answer in sorted(answers.items())},
    }


def content_for(checklist: Checklist, point: str, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """The sheet of a visit answered with `checklist`."""
    return sheet_content(point, checklist.site_class, checklist.version, answers)

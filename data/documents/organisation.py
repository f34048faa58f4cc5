"""The collection `organisation`: one document holds all units and assignment rules, so that they always fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from data.city_folder.section import is_code
from data.documents.document import Document
from data.intake.draft_checks import MAX_NAME, checked_text
from geo.assignment import AssignmentRule, check_rule
from geo.city import City
from geo.errors import BadValueError
from geo.organisation import DUTY_LISTS, Organisation, Unit, UnitKind, check_unit
from geo.organisation_edits import Book
from geo.tables import MOST_CODES
from geo.text import Text

COLLECTION: Final = "organisation"
CURRENT: Final = "current"
"""The id of the one document. While there is none, the city's own file holds."""

MOST_UNITS: Final = 2_000
MOST_RULES: Final = 1_000
_RULE_LISTS: Final = ("types", "subdistricts", "tasks")


def check(content: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    """`content` as it is kept; BadValueError naming the unit or rule and the field that cannot be taken."""
    _only(content, ("units", "rules"), "content")
    units = tuple(
        _unit(entry, f"units[{number}]") for number, entry in enumerate(_list(content, "units", MOST_UNITS), 1)
    )
    roads = () if city.roads is None else city.roads.road_codes
    for unit in units:
        check_unit(unit, subdistricts=city.areas.index, roads=roads, catalogue=city.catalogue)
    organisation = Organisation(units)
    rules = tuple(
        _rule(entry, f"rules[{number}]") for number, entry in enumerate(_list(content, "rules", MOST_RULES), 1)
    )
    for number, rule in enumerate(rules, 1):
        if rule.code in {earlier.code for earlier in rules[: number - 1]}:
            raise BadValueError(f"rules[{number}].code", rule.code, "every code once")
        check_rule(rule, organisation, catalogue=city.catalogue, subdistricts=city.areas.codes)
    return written(Book(organisation, rules))


def written(book: Book) -> dict[str, Any]:
    """A book as the content of its document."""
    return {
        "units": [
            {
                "code": unit.code,
                "kind": unit.kind.value,
                "name": {"zh": unit.name.zh, "en": unit.name.en},
                "synthetic": unit.synthetic,
                "part_of": unit.part_of,
                **{key: list(getattr(unit, key)) for key in DUTY_LISTS},
                "retired": unit.retired,
            }
            for unit in book.organisation.units
        ],
        "rules": [
            {"code": rule.code, "unit": rule.unit, **{key: list(getattr(rule, key)) for key in _RULE_LISTS}}
            for rule in book.rules
        ],
    }


def read(content: Mapping[str, Any]) -> Book:
    """The book that a kept document holds."""
    units = tuple(_unit(entry, "units") for entry in content["units"])
    return Book(Organisation(units), tuple(_rule(entry, "rules") for entry in content["rules"]))


def assignable_units(documents: Iterable[Document], city: City) -> frozenset[str]:
    """Codes of the units to which issues are given, by the latest of `documents` of this collection, else by the
    city's own file. None at all where a city keeps no organisation."""
    current = next((document for document in documents if document.id == CURRENT and not document.retired), None)
    if current is None:
        return frozenset(unit.code for unit in city.organisation.units if unit.takes_issues)
    return frozenset(unit.code for unit in read(current.content).organisation.units if unit.takes_issues)


def _unit(entry: Any, place: str) -> Unit:
    _only(entry, ("code", "kind", "name", "synthetic", "part_of", *DUTY_LISTS, "retired"), place)
    kind = entry.get("kind")
    if kind not in tuple(known.value for known in UnitKind):
        raise BadValueError(f"{place}.kind", kind, "one of " + ", ".join(UnitKind))
    part_of = entry.get("part_of")
    return Unit(
        code=_code(entry.get("code"), f"{place}.code"),
        kind=UnitKind(kind),
        name=_name(entry.get("name"), f"{place}.name"),
        synthetic=_flag(entry, "synthetic", place),
        part_of=None if part_of is None else _code(part_of, f"{place}.part_of"),
        retired=_flag(entry, "retired", place),
        **{key: _codes(entry, key, place) for key in DUTY_LISTS},
    )


def _rule(entry: Any, place: str) -> AssignmentRule:
    _only(entry, ("code", "unit", *_RULE_LISTS), place)
    unit = entry.get("unit")
    return AssignmentRule(
        code=_code(entry.get("code"), f"{place}.code"),
        unit=None if unit is None else _code(unit, f"{place}.unit"),
        **{key: _codes(entry, key, place) for key in _RULE_LISTS},
    )


def _only(entry: Any, known: Iterable[str], place: str) -> None:
    if not isinstance(entry, Mapping):
        raise BadValueError(place, entry, "an object with named fields")
    for key in entry:
        if key not in set(known):
            raise BadValueError(f"{place}.{key}"[:200], entry[key], "one of the fields " + ", ".join(known))


def _list(content: Mapping[str, Any], key: str, most: int) -> list[Any]:
    values = content.get(key)
    if not isinstance(values, list) or len(values) > most:
        raise BadValueError(key, values, f"a list of at most {most:,} objects")
    return values


def _codes(entry: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    values = entry.get(key, [])
    if not isinstance(values, list) or len(values) > MOST_CODES:
        raise BadValueError(f"{place}.{key}", values, f"a list of at most {MOST_CODES:,} codes")
    return tuple(dict.fromkeys(_code(value, f"{place}.{key}") for value in values))


def _code(value: Any, place: str) -> str:
    if not isinstance(value, str) or not is_code(value):
        raise BadValueError(place, value, "a code of letters, digits, _ . - (at most 40)")
    return value


def _flag(entry: Mapping[str, Any], key: str, place: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise BadValueError(f"{place}.{key}", value, "true or false")
    return value


def _name(value: Any, place: str) -> Text:
    _only(value, ("zh", "en"), place)
    zh, en = (checked_text(f"{place}.{key}", value.get(key), MAX_NAME, required=True) for key in ("zh", "en"))
    return Text(zh, en)

"""Who did something, as people know them: the log keeps references, which accounts and units have names for."""

from __future__ import annotations

from data.access.demo_persons import PERSONS
from data.duties import duties_in_force
from data.runtime import Runtime
from data.store.personal import is_reference
from geo.errors import NotFoundError
from geo.text import LANGUAGES, Text
from i18n import translate


def actor_name(served: Runtime, reference: str) -> Text | None:
    """The name of the account, of the person of the demo, or of the unit that `reference` stands for; None for another,
    as other ledgers have them. A protected person is not named. Raises StoreError."""
    if is_reference(reference):
        return _said("case.reporter_actor")
    if served.settings.access.is_on:
        try:
            name = served.access.account(reference).name
            return Text(name, name)
        except NotFoundError:
            return unit_name(served, reference)
    person = reference.removeprefix("demo-")
    if person != reference and person in PERSONS:
        return _said(f"people.demo_{person}")
    return unit_name(served, reference)


def unit_name(served: Runtime, code: str) -> Text | None:
    """The name of a unit of the organisation in force, of a retired one with that word; None for an unknown one."""
    organisation = duties_in_force(served.snapshot).organisation
    at = organisation.index.get(code)
    if at is None:
        return None
    unit = organisation.units[at]
    return _said("organisation.retired_name", name=unit.name) if unit.retired else unit.name


def _said(key: str, **values: Text) -> Text:
    zh, en = ({k: text.in_language(language) for k, text in values.items()} for language in LANGUAGES)
    return Text(translate(key, "zh-CN", **zh), translate(key, "en", **en))

"""Tally entries as documents: what one unit reports of one tally for one period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, get_args

from data.documents.fields import Fields
from geo.campaign import Bound, Campaign
from geo.city import City
from geo.errors import BadValueError
from geo.tally import TallyEntry

TALLIES: Final = "tally_entries"
BOUNDS: Final[tuple[Bound, ...]] = get_args(Bound)


def entry_id(code: str, unit: str, first: date) -> str:
    """What the document of an entry is called: a unit reports a tally once from one day on."""
    return f"{code}.{unit}.{first.isoformat()}"


def checked_entry(content: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    """The content of one entry; its code is that of a tally of the city, its period within two years."""
    entry = read_entry("", content)
    known = [tally.code for campaign in city.campaigns for tally in campaign.tallies]
    if entry.code not in known:
        raise BadValueError("code", entry.code, "one of " + (", ".join(known) or "none: this city has no tallies"))
    if (entry.last - entry.first).days > 731:
        raise BadValueError("last", entry.last.isoformat(), "a day within two years of the first")
    return entry_content(entry)


def read_entry(identity: str, content: Mapping[str, Any]) -> TallyEntry:
    """The entry in a document."""
    fields = Fields(content)
    code, unit = fields.code("code"), fields.text("unit")
    first, last = fields.days()
    value, bound = fields.whole("value"), fields.choice("bound", BOUNDS, default="eq")
    entry = TallyEntry(
        id=identity,
        code=code,
        unit=unit,
        first=first,
        last=last,
        value=value,
        bound=next(known for known in BOUNDS if known == bound),
        synthetic=fields.flag("synthetic", default=False),
        note=fields.note(),
    )
    fields.done()
    return entry


def entry_content(entry: TallyEntry) -> dict[str, Any]:
    """An entry as the content of its document."""
    return {
        "code": entry.code,
        "unit": entry.unit,
        "first": entry.first.isoformat(),
        "last": entry.last.isoformat(),
        "value": entry.value,
        "bound": entry.bound,
        "synthetic": entry.synthetic,
        "note": entry.note,
    }


def entries_of(contents: Mapping[str, Mapping[str, Any]], campaign: Campaign) -> dict[str, list[TallyEntry]]:
    """The entries of a campaign's tallies, by code in its order; those without entries are left out.

    An entry belongs to the campaign that has its code and in whose period its first day lies: campaigns may share
    codes. `contents` are documents' contents by id.
    """
    found: dict[str, list[TallyEntry]] = {}
    for identity, content in contents.items():
        entry = read_entry(identity, content)
        if campaign.start <= entry.first <= campaign.end:
            found.setdefault(entry.code, []).append(entry)
    return {tally.code: found[tally.code] for tally in campaign.tallies if tally.code in found}


def refuse_overlap(entry: TallyEntry, others: Iterable[TallyEntry]) -> None:
    """Raises BadValueError where the unit has reported a day of this period already, in another entry."""
    for other in others:
        if entry.overlaps(other):
            raise BadValueError(
                "first",
                entry.first.isoformat(),
                f"days not reported yet by {entry.unit} (it has {other.first} to {other.last}); change that entry",
            )

"""The tallies of a campaign as sums of their entries; where a city keeps no entries, as they were published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.documents.checking import DocumentPut
from data.documents.desk import DocumentDesk
from data.documents.document import Shelf
from data.documents.tally_book import TALLIES, entries_of, entry_content, entry_id, read_entry, refuse_overlap
from data.intake.draft_checks import MAX_NAME
from data.snapshot import Snapshot
from data.store.putting import DocumentReceipt
from geo.campaign import Bound, Campaign, Tally
from geo.errors import BadValueError
from geo.tally import Sum, TallyEntry, add_up, agrees


@dataclass(frozen=True, slots=True)
class TallyState:
    """One tally: what was published, its entries and their sum. Without entries the published figure stands alone."""

    published: Tally
    entries: Sequence[TallyEntry]
    sum: Sum

    @property
    def figures(self) -> tuple[tuple[int, Bound], ...]:
        """The figures to be shown: the sum of the entries, else what was published."""
        return self.sum.figures if self.entries else ((self.published.value, self.published.bound),)

    @property
    def agrees(self) -> bool | None:
        """Whether the entries are what was published; None without entries."""
        return agrees(self.sum, self.published) if self.entries else None

    @property
    def synthetic(self) -> bool:
        """Whether any entry is invented."""
        return any(entry.synthetic for entry in self.entries)


_KEPT: dict[tuple[str, str], tuple[Shelf, list[TallyState]]] = {}
"""By city and campaign: the shelf that was read last, which stays the same object until an entry is put."""


def tallies_of(snapshot: Snapshot, campaign: Campaign) -> list[TallyState]:
    """Every tally of the campaign, in its order; worked out once for as long as the book stays as it is."""
    shelf, key = snapshot.documents.of(TALLIES), (snapshot.city.code, campaign.code)
    kept = _KEPT.get(key)
    if kept is not None and kept[0] is shelf and [s.published for s in kept[1]] == list(campaign.tallies):
        return kept[1]
    entries = entries_of({name: document.content for name, document in shelf.items()}, campaign)
    states = [TallyState(t, tuple(entries.get(t.code, ())), add_up(entries.get(t.code, ()))) for t in campaign.tallies]
    _KEPT[key] = shelf, states
    return states


def enter_tally(
    desk: DocumentDesk, snapshot: Snapshot, entry: TallyEntry, *, version: int, client_uuid: str, actor: str
) -> DocumentReceipt:
    """Put an entry, exactly once; `version` 0 for a new one, else the version seen of the entry that it replaces.

    An entry is known by its tally, unit and first day. Raises BadValueError for what cannot be taken, also for days
    that the unit has reported in another entry; StaleError where someone else was quicker.
    """
    identity = entry_id(entry.code, entry.unit, entry.first)
    if len(identity) > MAX_NAME:
        raise BadValueError("unit", entry.unit, f"a shorter name: with code and day at most {MAX_NAME} characters")
    shelf = snapshot.documents.of(TALLIES)
    others = (read_entry(name, d.content) for name, d in shelf.items() if name != identity)
    put = TallyEntry(
        identity,
        entry.code,
        entry.unit,
        entry.first,
        entry.last,
        entry.value,
        entry.bound,
        entry.synthetic,
        entry.note,
    )
    refuse_overlap(put, others)
    [receipt] = desk.put_documents(
        [DocumentPut(TALLIES, identity, entry_content(put), client_uuid, version)], actor=actor
    )
    return receipt

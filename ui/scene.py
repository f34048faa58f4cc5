"""What one run of a page looks at: the snapshot, the filter of the address, and the issues it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from data.runtime import Runtime, runtime
from data.snapshot import Snapshot
from geo.access import WHOLE, Scope, Viewer
from geo.campaign import Campaign, Register
from geo.city import City
from geo.clock import to_us
from geo.density import Counts
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.filter_query import MAX_VALUE, filter_pairs, parse_filter
from geo.lifecycle import Stage
from geo.look_ups import areas_within
from geo.permissions import Action, may, reach
from geo.selection import REJECTED, Stages, counted, issues_within, meant
from geo.summary import IssueTotals, issue_totals
from geo.tables import Bools, IssueTable
from geo.text import Language, Text
from i18n import translate
from layers.tokens import Theme
from ui import address, figures
from ui.kept import kept
from ui.viewer import sign_in_again, viewer_of

NOTHING: Final = Scope(subdistricts=frozenset())


@dataclass(frozen=True, eq=False)
class Scene:
    """One run's inputs, frozen: every figure on the page comes from the same snapshot, moment and filter."""

    runtime: Runtime
    snapshot: Snapshot
    filter: IssueFilter
    moment: datetime  # the campaign's now, in the city's zone
    language: Language
    theme: Theme
    viewer: Viewer
    bad_key: str = ""  # a key of the address that could not be read

    @property
    def city(self) -> City:
        """The city served."""
        return self.snapshot.city

    @cached_property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.city.time_zone)

    @property
    def campaign(self) -> Campaign:
        """The campaign the filter names."""
        return self.city.campaign(self.filter.campaign)

    @property
    def register(self) -> Register:
        """The one register the filter names."""
        return self.campaign.register(self.filter.register)

    @property
    def as_of(self) -> datetime:
        """The moment the figures are for, in the city's zone."""
        return self.filter.as_of.astimezone(self.zone)

    @property
    def as_of_us(self) -> int:
        """The same in microseconds."""
        return to_us(self.filter.as_of)

    @cached_property
    def table(self) -> IssueTable:
        """The issues at `as_of`."""
        return self.snapshot.issues_at(self.filter.as_of)

    @cached_property
    def stages(self) -> Stages:
        """The stage of each that the filter means, −1 for the others."""
        return self.snapshot.stages(self.filter)

    @cached_property
    def mask(self) -> Bools:
        """Which of them the filter means."""
        return meant(self.stages, self.filter)

    @cached_property
    def meant(self) -> int:
        """How many those are."""
        by_stage = self.snapshot.counts(self.filter).by_stage
        counts = by_stage if self.filter.statuses or self.filter.stages else by_stage[:REJECTED]
        return int(counts.sum())

    @cached_property
    def meant_synthetic(self) -> bool:
        """Whether any of those was invented."""
        return kept(self.snapshot, ("synthetic", self.filter), lambda: bool(self.table.synthetic[self.mask].any()))

    @cached_property
    def totals(self) -> IssueTotals:
        """Counts of those."""
        return issue_totals(self.snapshot.counts(self.filter))

    @cached_property
    def whole(self) -> IssueFilter:
        """The same register and moment without any other condition: what "of 2,366" refers to."""
        return self.whole_of(self.filter.register)

    def whole_of(self, register: str) -> IssueFilter:
        """All of a register that the viewer sees, at the same moment."""
        f = self.filter
        return IssueFilter(campaign=f.campaign, register=register, as_of=f.as_of, within=f.within)

    def published(self, register: str) -> IssueFilter:
        """All of a register, whoever looks: what is compared with the campaign's published figures."""
        return replace(self.whole_of(register), within=WHOLE)

    def may(self, action: Action) -> bool:
        """Whether the viewer may do it at all."""
        return may(self.viewer, action)

    def sees(self, rows: NDArray[np.integer[Any]]) -> Bools:
        """Which issues at `rows` the viewer sees."""
        return issues_within(self.table, rows, self.city, self.filter.within)

    @cached_property
    def areas_seen(self) -> Bools:
        """Which subdistricts (position + 1; 0: none) the viewer sees."""
        return areas_within(self.city, self.filter.within)

    @cached_property
    def whole_total(self) -> int:
        """How many `whole` has."""
        return self.snapshot.counts(self.whole).total

    @cached_property
    def has_synthetic(self) -> bool:
        """Whether anything of `whole` was invented."""

        def any_synthetic() -> bool:
            return bool(self.table.synthetic[counted(self.snapshot.stages(self.whole))].any())

        return kept(self.snapshot, ("synthetic of all", self.whole), any_synthetic)

    @property
    def is_whole(self) -> bool:
        """Whether nothing but register, campaign and moment is asked for."""
        return self.filter == self.whole

    @property
    def is_now(self) -> bool:
        """Whether the moment asked about is the present one."""
        return self.filter.as_of == self.moment.astimezone(UTC)

    def counts(self, issue_filter: IssueFilter) -> Counts:
        """What another filter means at the same moment, added up."""
        return self.snapshot.counts(replace(issue_filter, as_of=self.filter.as_of))

    def pairs(self, issue_filter: IssueFilter | None = None) -> list[tuple[str, str]]:
        """The canonical writing of a filter (this one by default)."""
        return filter_pairs(issue_filter or self.filter, self.city, now=lambda _: self.moment)

    def say(self, key: str, /, **values: Any) -> str:
        """A sentence of the catalogue in the page's language."""
        return translate(key, self.language, **values)

    def name(self, text: Text) -> str:
        """A name in the page's language."""
        return text.in_language(self.language)

    def day(self, value: date) -> str:
        """A day in running text, in the page's language; with its year where the campaign goes over several."""
        several = self.campaign.start.year != self.campaign.end.year
        return figures.day(value, self.language, with_year=several)

    def when(self, moment: datetime) -> str:
        """A moment in the same way, by the city's clocks."""
        local = moment.astimezone(self.zone)
        return f"{self.day(local)} {local:%H:%M}"

    def go(self, issue_filter: IssueFilter | None = None, **changes: str | None) -> None:
        """Put another filter (or other view keys) into the address."""
        address.go(None if issue_filter is None else self.pairs(issue_filter), changes)


def open_scene() -> Scene:
    """The scene of this run, from the runtime and the address.

    What the address says wrongly is left out and named in `bad_key`; StoreError where no runtime is open. The run ends
    here for whom nobody is signed in: callbacks come by here before they do anything.
    """
    served = runtime()
    viewer = viewer_of(served)
    if viewer is None:
        sign_in_again(address.language("zh-CN"))
        st.stop()
    snapshot = served.snapshot
    city = snapshot.city
    moments: dict[str, datetime] = {}

    def now(campaign: Campaign) -> datetime:
        return moments.setdefault(campaign.code, served.now(campaign.code))

    asked, bad_key = _read(city, now)
    sight = Action.SEE_ISSUES if may(viewer, Action.SEE_ISSUES) else Action.SEE_AGGREGATES
    asked = replace(asked, within=reach(viewer, sight) or NOTHING)
    if asked.text and sight is not Action.SEE_ISSUES:
        asked, bad_key = replace(asked, text=""), "q"  # a count would tell what stands in texts
    language = address.language("zh-CN" if city.mainland_china else "en")
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    moment = now(city.campaign(asked.campaign)).astimezone(ZoneInfo(city.time_zone))
    return Scene(served, snapshot, asked, moment, language, theme, viewer, bad_key)


def _read(city: City, now: Callable[[Campaign], datetime]) -> tuple[IssueFilter, str]:
    """The filter of the address, less the keys that cannot be read; the first of those is named."""
    pairs, bad_key = address.pairs(), ""
    while True:
        try:
            return parse_filter(pairs, city, now=now), bad_key
        except BadValueError as error:
            bad_key = bad_key or error.key
            fewer = [pair for pair in pairs if pair[0][:MAX_VALUE] != error.key]
            if len(fewer) == len(pairs):
                raise
            pairs = fewer


def without(issue_filter: IssueFilter, field: str, value: str | None = None) -> IssueFilter:
    """The filter less one condition: one `value` of a list field, or the whole field."""
    current = getattr(issue_filter, field)
    if isinstance(current, tuple) and field != "bbox" and value is not None:
        kept: Any = tuple(entry for entry in current if entry != value)
        return replace(issue_filter, **{field: kept})
    empty: Any = None if field in ("since", "until", "bbox") else "" if field == "text" else ()
    return replace(issue_filter, **{field: empty})


OPEN_STAGES = (Stage.HANDLING, Stage.VERIFYING, Stage.OVERDUE)
"""The stages of an issue in progress."""

"""Acts on single issues within one transaction: from which version, by which rule, and each UUID only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import Connection, func, select

from data.campaign_clock import campaign_now
from data.documents.organisation import COLLECTION as ORGANISATION
from data.documents.organisation import assignable_units
from data.intake.amendments import CheckedAmendment
from data.intake.changes import CheckedChange
from data.intake.placing import Placer
from data.photos.attaching import check_attach
from data.store.act_effects import amended, changed, stale
from data.store.acted_rows import known_acts, records_of, write_acted
from data.store.documents import latest_documents
from data.store.events import Kind, Pending, iso_utc
from data.store.past import ISSUE_PAST
from data.store.projection import IssueRecord, change_columns
from geo.access import Subject
from geo.asking import asking_after
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotFoundError, XunjieError
from geo.lifecycle import Act, Amendment, Change, check_viewer, photos_named
from geo.plural import numbered

CheckedAct = CheckedChange | CheckedAmendment


@dataclass(frozen=True, slots=True)
class ChangeReceipt:
    """What a client is told of its act: the issue's version after it. `created` False: it had been made before."""

    id: str
    issue_id: str
    version: int
    revision: int
    created: bool


@dataclass(frozen=True, slots=True)
class CheckedActs:
    """Acts that are made all or not at all, in their order, each an event of its own."""

    acts: tuple[CheckedAct, ...]


class RefusedTogetherError(ConflictError):
    """Of several acts that were to be made together some are refused, so none was made. `refusals`: by position."""

    def __init__(self, refusals: dict[int, XunjieError]) -> None:
        self.refusals = refusals
        first, error = next(iter(refusals.items()))
        n, at = len(refusals), first + 1
        super().__init__(
            f"{numbered(n, 'of the acts is', 'of the acts are')} refused and none was made; number {at}: {error}",
            "together", n=n, at=at, why=error,
        )  # fmt: skip


class Acting:
    """The issues that a transaction may act on, as they stand in it: by UUID, among them the new ones of the same
    transaction (`known_from_now_on`)."""

    def __init__(self, connection: Connection, city: City, placer: Placer, works: Iterable[CheckedAct]) -> None:
        acts = list(works)
        self._connection, self._city, self._placer = connection, city, placer
        self._stored = records_of(connection, [act.issue_id for act in acts])
        self._new: dict[str, IssueRecord] = {}
        self._receipts = {
            known.id: (content, ChangeReceipt(known.id, known.issue_id, known.version, known.revision, created=False))
            for known, content in known_acts(connection, [act.id for act in acts])
        }
        self._touched: dict[str, IssueRecord] = {}
        self._steps = {identity: len(record.steps) for identity, record in self._stored.items()}
        self._rows: list[dict[str, Any]] = []
        self._pasts: list[dict[str, Any]] = []
        self._units: frozenset[str] | None = None

    def known_from_now_on(self, records: Sequence[IssueRecord], actor: str) -> None:
        """Issues that are new in this transaction, reported by `actor`, can be acted on in it too."""
        for record in records:
            record.first_actor = actor
            self._new[record.columns["id"]] = record

    def take(
        self, acts: Sequence[CheckedAct], *, revision: int, wall_us: int
    ) -> tuple[list[ChangeReceipt], list[Pending]]:
        """Receipts of `acts`, and the events of those that had not been made before: all of them or none.

        A single act raises ConflictError for a known UUID with other content, NotFoundError for an unknown issue,
        StaleError where the issue is at another version, NotAllowedError and what the rules of `geo.lifecycle` raise;
        of several that are refused RefusedTogetherError tells.
        """
        forks: dict[str, IssueRecord] = {}
        receipts: list[ChangeReceipt] = []
        taken: list[tuple[ChangeReceipt, CheckedAct, Pending]] = []
        refusals: dict[int, XunjieError] = {}
        left: list[dict[str, Any]] = []
        for position, act in enumerate(acts):
            try:
                known = self._known(act, taken)
                if known is None:
                    known, event = self._make(act, forks, left, revision, wall_us)
                    taken.append((known, act, event))
                receipts.append(known)
            except XunjieError as error:
                refusals[position] = error
        if refusals:
            raise RefusedTogetherError(refusals) if len(acts) > 1 else refusals[0]
        for identity, fork in forks.items():
            record = self._record(identity)
            assert record is not None
            record.become(fork)
            self._touched[identity] = record
        for receipt, act, _ in taken:
            told = ChangeReceipt(act.id, act.issue_id, receipt.version, revision, created=False)
            self._receipts[act.id] = act.content, told
            columns = change_columns(self._touched[act.issue_id], act.id, revision=revision, content=act.content)
            self._rows.append(columns | {"version": receipt.version})
        self._pasts += left
        return receipts, [event for _, _, event in taken]

    def write(self) -> None:
        """Let the rows of the stored issues follow, and write what all of them left behind; new issues of this
        transaction are written by the group, as they are now."""
        last_past = (self._connection.execute(select(func.max(ISSUE_PAST.c.row))).scalar() or 0) if self._pasts else 0
        for was in self._pasts:
            last_past += 1
            was["row"] = last_past
        there = [identity for identity in self._touched if identity in self._stored]
        stored = [(self._stored[identity], self._steps[identity]) for identity in there]
        write_acted(self._connection, self._placer, stored, list(self._touched.values()), self._pasts, self._rows)

    def _known(
        self, act: CheckedAct, taken: Sequence[tuple[ChangeReceipt, CheckedAct, Pending]]
    ) -> ChangeReceipt | None:
        """The receipt of an act that was made before, by an earlier one of the same call too."""
        content, receipt = self._receipts.get(act.id, (None, None))
        for made, same, _ in taken:
            if same.id == act.id:
                content = same.content
                receipt = ChangeReceipt(made.id, made.issue_id, made.version, made.revision, created=False)
        if receipt is not None and content != act.content:
            raise ConflictError(
                f"the change {act.id} is known with other content; send it as a new UUID",
                "uuid_act", id=act.id,
            )  # fmt: skip
        return receipt

    def _make(
        self,
        act: CheckedAct,
        forks: dict[str, IssueRecord],
        left: list[dict[str, Any]],
        revision: int,
        wall_us: int,
    ) -> tuple[ChangeReceipt, Pending]:
        before = forks.get(act.issue_id) or self._record(act.issue_id)
        if before is None:
            raise NotFoundError("issue", act.issue_id)
        if before.columns["version"] != act.expected:
            raise stale(before, act)
        now_us = to_us(campaign_now(self._city.campaign(before.columns["campaign"])))
        at_us = max(now_us, before.last_us, before.steps[-1].at_us)
        record = before.copy()
        rule: Change | Amendment
        if isinstance(act, CheckedChange):
            rule, payload = changed(record, act, at_us, self._city)
            for photo in photos_named(act.evidence):
                check_attach(self._connection, photo)
            kind = Kind.ISSUE_CHANGED
        else:
            if act.act is Act.LINK:
                self._must_be_no_circle(act, forks)
            if act.act is Act.ATTACH:
                check_attach(self._connection, act.wanted["photo"])
            if act.act is Act.ASSIGN:
                self._must_be_a_unit(act.wanted["department"])
            rule, payload = amended(record, act, at_us, wall_us)
            kind = Kind.ISSUE_AMENDED
        self._must_be_allowed(rule, act, before)
        record.last_us, record.last_actor = at_us, act.actor
        left += record.past[len(before.past) :]
        if record.columns["wkb"] != before.columns["wkb"]:
            record.columns.pop("subdistrict", None)  # worked out anew with the row, or sooner if it is asked for
        forks[act.issue_id] = record
        payload |= {"id": act.id, "content": act.content, "revision": revision, "recorded_at": iso_utc(wall_us)}
        record.asking = asking_after(before.asking, iso_utc(at_us), act.actor, payload)
        receipt = ChangeReceipt(act.id, act.issue_id, record.columns["version"], revision, created=True)
        return receipt, Pending(act.issue_id, at_us, act.actor, kind, payload)

    def _must_be_allowed(self, rule: Change | Amendment, act: CheckedAct, record: IssueRecord) -> None:
        if act.viewer is not None:
            mine = act.viewer.account in (record.columns["reporter"], record.first_actor)
            check_viewer(rule, act.viewer, self._subject(record), reporter=mine, note=act.note)

    def _subject(self, record: IssueRecord) -> Subject:
        columns = record.columns
        if "subdistrict" not in columns:
            place = self._placer.issues(shapely.from_wkb([columns["wkb"]]), [columns]).columns[0]
            columns["subdistrict"] = place["subdistrict"]
        return Subject(columns["subdistrict"], columns["department"], type=columns["type"], task=columns["task"])

    def _must_be_no_circle(self, act: CheckedAmendment, forks: dict[str, IssueRecord]) -> None:
        """Raises NotFoundError for an unknown target, ConflictError where following the links leads back."""
        target = act.wanted["duplicate_of"]
        seen = {act.issue_id}
        first = True
        while target is not None:
            if target in seen:
                other = act.wanted["duplicate_of"]
                raise ConflictError(f"{other} is, by its own links, a duplicate of this issue", "circle", issue=other)
            seen.add(target)
            record = forks.get(target) or self._record(target)
            if record is None:
                self._stored |= records_of(self._connection, [target])
                record = self._stored.get(target)
                if record is not None:
                    self._steps[target] = len(record.steps)
            if record is None:
                if first:
                    raise NotFoundError("issue", target)
                return
            target, first = record.columns["duplicate_of"], False

    def _must_be_a_unit(self, code: str | None) -> None:
        """Raises BadValueError for a unit that the organisation of this moment lacks, or to which no issue is given. A
        city that keeps no organisation takes any code."""
        if code is None:
            return
        if self._units is None:
            self._units = assignable_units(latest_documents(self._connection, collection=ORGANISATION), self._city)
        if self._units and code not in self._units:
            expected = "the code of a department or office of the organisation in force"
            raise BadValueError("department", code, expected, "no_unit")

    def _record(self, identity: str) -> IssueRecord | None:
        return self._stored.get(identity) or self._new.get(identity)

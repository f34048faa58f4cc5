"""Acting on issues, one by one or many together, and forgetting a person, as the running program offers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np

from data.intake.amendments import checked_amendment
from data.intake.changes import checked_actor, checked_change
from data.intake.draft_checks import MAX_NAME, MAX_NOTE, checked_text, is_uuid
from data.intake.placing import Placer
from data.issue_story import StoryEntry, story_of
from data.photos.book import PhotoBook
from data.photos.files import is_photo_name
from data.photos.rights import may_see_photo
from data.snapshot import Snapshot
from data.store.acting import Acting, ChangeReceipt, CheckedAct, CheckedActs, RefusedTogetherError
from data.store.asking import askings_of
from data.store.database import Store, read_events
from data.store.personal import Erasure, ErasureReceipt, persons, references_of
from data.store.writer_queue import WriterQueue
from geo.access import Viewer
from geo.asking import Asking
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotAllowedError, NotFoundError, StaleError, XunjieError
from geo.lifecycle import WITHDRAWN, Act, Status
from geo.permissions import Action, reach
from geo.selection import issues_within

ELSEWHERE: Final = "elsewhere"
"""Stands for an issue that is not the asker's to see."""


@dataclass(frozen=True, slots=True)
class IssueAct:
    """One act on an issue (UUID or number) whose author saw `version` of it: a change to `status`, or an amendment
    `act` that sets `fields`. `client_uuid` makes it exactly once."""

    issue: str
    version: int
    client_uuid: str
    status: Status | str | None = None
    act: Act | str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    evidence: str = ""
    until: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """What became, or would become, of one act among many: a receipt, or why it is refused."""

    issue: str
    receipt: ChangeReceipt | None
    refusal: XunjieError | None


class ActDesk:
    """The part of the runtime that is about acts. `actor` is a reference that the log keeps, or the viewer who acts:
    then their roles and scope must allow it."""

    city: City
    store: Store
    _snapshot: Snapshot
    _queue: WriterQueue
    _placer: Placer
    photos: PhotoBook

    def change(
        self,
        issue_id: str,
        version: int,
        status: Status | str,
        *,
        actor: str | Viewer,
        client_uuid: str,
        note: str = "",
        evidence: str = "",
        until: datetime | None = None,
        due_at: datetime | None = None,
    ) -> ChangeReceipt:
        """Change the status of an issue (UUID or number) whose author saw `version` of it; given after the commit.

        A `client_uuid` known with the same content is not made again (`created` False). `until` ends a deferral;
        `due_at` is the deadline of an issue that is reopened (else worked out from its type).

        Raises BadValueError for a field that cannot be taken or lacks what the change must bring, NotFoundError,
        StaleError where the issue is at another version, TransitionError for a step that the life of an issue does not
        have, NotAllowedError, ConflictError for a known UUID with other content, BusyError where too much waits.
        """
        act = IssueAct(issue_id, version, client_uuid, status, note=note, evidence=evidence, until=until, due_at=due_at)
        return self._queue.submit(self._checked(act, actor)).result()  # type: ignore[no-any-return]

    def withdraw(
        self, issue_id: str, version: int, *, actor: str | Viewer, client_uuid: str, note: str = ""
    ) -> ChangeReceipt:
        """Reject an issue that its own reporter takes back, while it is not dispatched yet."""
        said = f"{WITHDRAWN}: {note}" if note.strip() else WITHDRAWN
        return self.change(issue_id, version, Status.REJECTED, actor=actor, client_uuid=client_uuid, note=said)

    def amend(
        self,
        issue_id: str,
        version: int,
        act: Act | str,
        fields: Mapping[str, object],
        *,
        actor: str | Viewer,
        client_uuid: str,
        note: str = "",
    ) -> ChangeReceipt:
        """Amend an issue whose author saw `version` of it (geo.lifecycle.AMENDMENTS says what takes which `fields`).

        Raises what `change` does, and ConflictError where nothing would change or a link would lead back to the issue.
        """
        wished = IssueAct(issue_id, version, client_uuid, act=act, fields=fields, note=note)
        try:
            return self._queue.submit(self._checked(wished, actor)).result()  # type: ignore[no-any-return]
        except StaleError as error:
            self._hide_what_lies_elsewhere(error, actor)
            raise

    def act_many(self, acts: Sequence[IssueAct], *, actor: str | Viewer, preview: bool = False) -> list[ActOutcome]:
        """Make `acts` in their order, each an event of its own, all or none, in one transaction; or only say what would
        become of each by itself (`preview`). Raises RefusedTogetherError where any is refused, BusyError."""
        checked: list[CheckedAct | XunjieError] = []
        for act in acts:
            try:
                checked.append(self._checked(act, actor))
            except XunjieError as error:
                checked.append(error)
        if preview:
            previewed = self._previewed(acts, checked)
            for outcome in previewed:
                self._hide_what_lies_elsewhere(outcome.refusal, actor)
            return previewed
        refused = {at: act for at, act in enumerate(checked) if isinstance(act, XunjieError)}
        if refused:
            raise RefusedTogetherError(refused)
        good = tuple(act for act in checked if not isinstance(act, XunjieError))
        try:
            receipts = self._queue.submit(CheckedActs(good)).result() if good else []
        except (BadValueError, NotFoundError, NotAllowedError, ConflictError) as error:
            refusals = error.refusals if isinstance(error, RefusedTogetherError) else {0: error}  # there was only one
            for refusal in refusals.values():
                self._hide_what_lies_elsewhere(refusal, actor)
            if isinstance(error, RefusedTogetherError):
                raise
            raise RefusedTogetherError({0: error}) from None
        return [ActOutcome(act.issue, receipt, None) for act, receipt in zip(acts, receipts, strict=True)]

    def story(self, issue_id: str) -> list[StoryEntry]:
        """All that happened to an issue (UUID or number), from its log. Raises NotFoundError."""
        identity = self._identity(issue_id)
        with self.store.reading() as connection:
            entries = list(story_of(read_events(connection, issue_id=identity)))
        if not entries:
            raise NotFoundError("issue", issue_id[:80])
        return entries

    def askings(self, issues: Sequence[str], *, as_of: datetime | None = None) -> dict[str, Asking]:
        """The request for more time that is pending on each of `issues` (UUIDs) that has one; as it was at `as_of`."""
        with self.store.reading() as connection:
            return askings_of(connection, issues, as_of_us=None if as_of is None else to_us(as_of))

    def erase_person(self, ref: str, *, actor: str, note: str = "") -> ErasureReceipt:
        """Forget the personal data that `ref` stands for; the log says that it happened, and names the reference only.
        Raises NotFoundError for a reference that is not known."""
        who = checked_actor(actor)[1]
        erasure = Erasure(checked_text("ref", ref, MAX_NAME), who, checked_text("note", note, MAX_NOTE))
        return self._queue.submit(erasure).result()

    def persons(self, refs: Sequence[str]) -> dict[str, dict[str, str | None]]:
        """Personal data by reference and kind (name, phone); None where they were erased. Who asks is to be logged."""
        with self.store.reading() as connection:
            return persons(connection, refs)

    def references_of(self, value: str) -> list[str]:
        """The references under which exactly this name or phone is kept."""
        with self.store.reading() as connection:
            return references_of(connection, value)

    def _checked(self, act: IssueAct, actor: str | Viewer) -> Any:
        if (act.status is None) == (act.act is None):
            raise BadValueError(
                "act", str(act.act), "a status to change to, or an amendment to make, and not both", "one_act"
            )
        identity = self._identity(act.issue)
        given = {"change_id": act.client_uuid, "actor": actor, "note": act.note}
        if act.act is None:
            more = {"evidence": act.evidence, "until": act.until, "due_at": act.due_at}
            return checked_change(identity, act.version, act.status, **given, **more)  # type: ignore[arg-type]
        fields = dict(act.fields)
        target = fields.get("duplicate_of")
        if isinstance(target, str):
            fields["duplicate_of"] = linked = self._identity(target)
            if isinstance(actor, Viewer) and not self._sees(actor, linked):
                raise NotFoundError("issue", target[:80])
        if act.act == Act.ATTACH and isinstance(actor, Viewer):
            self._must_see_photo(actor, fields.get("photo"))
        return checked_amendment(identity, act.version, act.act, fields, self.city, **given)

    def _hide_what_lies_elsewhere(self, error: XunjieError | None, actor: str | Viewer) -> None:
        """Who came too late is told what stands there now; an issue that is linked, and not theirs to see, is not
        named."""
        if isinstance(error, StaleError) and isinstance(actor, Viewer) and "duplicate_of" in error.difference:
            yours, now = error.difference["duplicate_of"]
            if now and not self._sees(actor, now):
                error.difference = {**error.difference, "duplicate_of": (yours, ELSEWHERE)}

    def _must_see_photo(self, viewer: Viewer, sha256: object) -> None:
        """Raises NotFoundError for a photo that the viewer may not see: who knows its hash alone cannot put it where
        they may. What is no hash is refused with the rest."""
        if isinstance(sha256, str) and is_photo_name(sha256):
            photo = self.photos.get(sha256)
            issues, uploaders = self.photos.issues_of(photo), self.photos.uploaders_of(photo)
            if not may_see_photo(viewer, photo, issues=issues, uploaders=uploaders, may_see_issue=self._sees):
                raise NotFoundError("photo", sha256)

    def _sees(self, viewer: Viewer, identity: str) -> bool:
        """Whether the viewer sees that issue (a UUID), as it is now."""
        within, snapshot = reach(viewer, Action.SEE_ISSUES), self._snapshot
        if within is None or within.is_whole:
            return within is not None
        rows = snapshot.rows_of([identity])
        return bool(issues_within(snapshot.issues, rows, self.city, within).all())

    def _identity(self, issue: str) -> str:
        """The UUID of an issue by UUID or number. Raises NotFoundError."""
        identity = issue.lower()
        if is_uuid(identity):
            return identity
        return str(self._snapshot.records.of(np.array([self._snapshot.row(issue)])).id[0])

    def _previewed(self, acts: Sequence[IssueAct], checked: Sequence[CheckedAct | XunjieError]) -> list[ActOutcome]:
        outcomes = []
        with self.store.reading() as connection:
            good = [act for act in checked if not isinstance(act, XunjieError)]
            acting = Acting(connection, self.city, self._placer, good)
            for wished, act in zip(acts, checked, strict=True):
                if isinstance(act, XunjieError):
                    outcomes.append(ActOutcome(wished.issue, None, act))
                    continue
                try:
                    [receipt] = acting.take([act], revision=0, wall_us=0)[0]
                    outcomes.append(ActOutcome(wished.issue, receipt, None))
                except XunjieError as error:
                    outcomes.append(ActOutcome(wished.issue, None, error))
        return outcomes

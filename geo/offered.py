"""What a viewer may do to one issue now: the rows of the life's own table that nothing speaks against."""

from __future__ import annotations

from collections.abc import Collection

from geo.access import Subject, Viewer
from geo.errors import BadValueError, NotAllowedError
from geo.lifecycle import AMENDMENTS, CHANGES, WITHDRAWN, Amendment, Change, Status, check_viewer


def offered(
    viewer: Viewer, subject: Subject, status: Status, *, reporter: bool, handlers: Collection[str]
) -> tuple[tuple[Change, ...], tuple[Amendment, ...]]:
    """The changes and amendments that `viewer` may make of an issue in `status` at `subject`, in the table's order.

    `reporter`: who reported it is they; `handlers` are the accounts that handled it, of which none verifies it.
    """
    changes = tuple(
        change
        for change in CHANGES
        if change.before is status
        and _may(change, viewer, subject, reporter=reporter)
        and not (status is Status.VERIFYING and viewer.account in handlers)
    )
    amendments = tuple(
        rule for rule in AMENDMENTS if status in rule.states and _may(rule, viewer, subject, reporter=reporter)
    )
    return changes, amendments


def is_withdrawal(change: Change, viewer: Viewer, subject: Subject) -> bool:
    """Whether `viewer` may make `change` only because they reported the issue, and so has to say that they take it
    back."""
    return change.by_reporter and not _may(change, viewer, subject, reporter=False)


def _may(rule: Change | Amendment, viewer: Viewer, subject: Subject, *, reporter: bool) -> bool:
    try:
        check_viewer(rule, viewer, subject, reporter=reporter, note=WITHDRAWN)
    except (NotAllowedError, BadValueError):
        return False
    return True

"""Which groups go out to inspect: those of the organisation in force, by the codes that it gives them.

Before, plans were kept under plain numbers (01 to 14). Such a number was never said to be one unit or another, so it is
not translated: those plans are read and shown under it, and may be kept anew; a first plan needs the code of a group.
"""

from __future__ import annotations

from typing import Final

from data.duties import duties_in_force
from data.snapshot import Snapshot
from geo.errors import BadValueError
from geo.organisation import Unit, UnitKind

KINDS: Final = (UnitKind.SITE_GROUP, UnitKind.SECTOR_GROUP, UnitKind.HEADQUARTERS_GROUP)
"""Those that go to the points first."""


def groups_of(snapshot: Snapshot) -> list[Unit]:
    """The groups that are not retired, kind by kind; none where the city keeps no organisation."""
    organisation = duties_in_force(snapshot).organisation
    return [unit for kind in KINDS for unit in organisation.of_kind(kind)]


def must_be_a_group(snapshot: Snapshot, code: str) -> None:
    """Raises BadValueError for a code that is none of theirs."""
    codes = [unit.code for unit in groups_of(snapshot)]
    if code not in codes:
        known = ", ".join(codes) or "of which there are none yet"
        raise BadValueError("group", code, f"the code of a group of the organisation in force ({known})")

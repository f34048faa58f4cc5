"""The exposure column 镜头对准死角 as documents: which item showed which issue, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from data.documents.fields import Fields
from data.intake.draft_checks import checked_uuid
from geo.city import City

EXPOSURES: Final = "exposures"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One item of the column; `issue` is the UUID of the issue it shows, `medium` where it was shown."""

    id: str
    issue: str
    title: str
    shown_at: datetime
    medium: str = ""
    synthetic: bool = False


def checked_exposure(content: Mapping[str, Any], _city: City) -> Mapping[str, Any]:
    """The content of an item. That the issue exists is checked where the item is put (`data.record_desk`)."""
    return exposure_content(read_exposure("", content))


def read_exposure(identity: str, content: Mapping[str, Any]) -> Exposure:
    """The item in a document."""
    fields = Fields(content)
    found = Exposure(
        id=identity,
        issue=checked_uuid("issue", fields.take("issue", "the UUID of an issue")),
        title=fields.text("title", most=200),
        shown_at=fields.moment("shown_at"),
        medium=fields.text("medium", default=""),
        synthetic=fields.flag("synthetic", default=False),
    )
    fields.done()
    return found


def exposure_content(exposure: Exposure) -> dict[str, Any]:
    """An item as the content of its document."""
    return {
        "issue": exposure.issue,
        "title": exposure.title,
        "shown_at": exposure.shown_at.isoformat(),
        "medium": exposure.medium,
        "synthetic": exposure.synthetic,
    }

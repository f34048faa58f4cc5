"""Every collection of documents that a campaign keeps, by name, and what checks the content of its documents.

A checker takes the content that was sent and the city, and gives the content that is kept (defaults filled in, nothing
unknown left); it raises BadValueError naming the field. It is asked at the door only: what the log holds was checked
by the program of its day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from data.documents import (
    agenda_book,
    answer_sheets,
    checklist_book,
    draw_book,
    exposure_book,
    organisation,
    plan_book,
    programme_book,
    tally_book,
)
from geo.city import City

Checker = Callable[[Mapping[str, Any], City], Mapping[str, Any]]

CHECKERS: Final[dict[str, Checker]] = {
    organisation.COLLECTION: organisation.check,
    checklist_book.CHECKLISTS: checklist_book.checked_checklist,
    answer_sheets.SHEETS: answer_sheets.checked_sheet,
    draw_book.DRAWS: draw_book.checked_draw,
    draw_book.DRAW_CHECKS: draw_book.checked_check,
    draw_book.DRAW_FRAMES: draw_book.checked_frame_part,
    plan_book.PLANS: plan_book.checked_plan,
    tally_book.TALLIES: tally_book.checked_entry,
    programme_book.PROGRAMMES: programme_book.checked_programme,
    exposure_book.EXPOSURES: exposure_book.checked_exposure,
    agenda_book.MEETINGS: agenda_book.checked_meeting,
    agenda_book.JUNCTIONS: agenda_book.checked_junction,
    agenda_book.DUTIES: agenda_book.checked_duty,
}
"""Name of the collection → its checker. A new collection is one line here."""

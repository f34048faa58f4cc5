"""What differs between two organisations, in words."""

from __future__ import annotations

from geo.organisation_edits import Book, Difference
from ui.markup import Html, tag
from ui.scene import Scene


def difference_line(scene: Scene, entry: Difference, after: Book, before: Book) -> Html:
    """One difference between two books, as an entry of a list."""
    name = _unit_name(scene, entry.code, after, before) if entry.part == "unit" else entry.code
    fields = [scene.say(f"organisation.field_{field}") for field in entry.fields]
    if entry.part == "unit" and entry.what == "changed" and "retired" in entry.fields:
        retired = after.organisation.unit(entry.code).retired
        words = scene.say("organisation.edit_retired" if retired else "organisation.edit_restored")
    else:
        listed = ("、" if scene.language == "zh-CN" else ", ").join(fields)
        words = scene.say(f"organisation.edit_{entry.what}", fields=listed)
    kind = scene.say(f"organisation.part_{entry.part}")
    return tag("li", f"{kind} ", tag("b", name), " ", words)


def _unit_name(scene: Scene, code: str, *books: Book) -> str:
    for book in books:
        if code in book.organisation.index:
            return scene.name(book.organisation.unit(code).name)
    return code

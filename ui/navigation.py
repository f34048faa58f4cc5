"""Which pages are found where: groups of the rail on a desk, and the first four by role where there is less room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from geo.access import Role

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "watch": ("situation", "explore", "points", "reviews"),
    "act": ("work", "inbox", "report", "inspections"),
    "manage": ("organisation", "record", "people", "account", "about"),
}
"""The pages of each group, in order. A page that stands in none is put at the end of the last."""

UNLISTED: Final = frozenset({"case"})
"""Pages to which other pages lead."""

TABS: Final = 4
_FIRST: Final[tuple[tuple[Role, tuple[str, ...]], ...]] = (
    (Role.COMMANDER, ("situation", "work", "explore", "points")),
    (Role.INSPECTOR, ("work", "report", "inspections", "situation")),
    (Role.DEPARTMENT, ("work", "situation", "explore", "report")),
    (Role.PLANNER, ("explore", "work", "situation", "points")),
    (Role.AUDITOR, ("situation", "explore", "record", "people")),
    (Role.ADMINISTRATOR, ("people", "situation", "explore", "record")),
)
"""What somebody with a role needs first; of several roles the one that stands first here decides."""


def grouped(pages: Collection[str]) -> list[tuple[str, list[str]]]:
    """The groups that have any of `pages`, with those in order."""
    known = {name for names in GROUPS.values() for name in names} | UNLISTED
    groups = [(group, [name for name in names if name in pages]) for group, names in GROUPS.items()]
    groups[-1][1].extend(name for name in pages if name not in known)
    return [(group, names) for group, names in groups if names]


def first_of(pages: Sequence[str], roles: Collection[Role]) -> tuple[list[str], list[str]]:
    """The pages for which there is room in a bar, and the others, in the order of the rail."""
    listed = [name for _, names in grouped(pages) for name in names]
    if len(listed) <= TABS + 1:
        return listed, []
    wanted = next((names for role, names in _FIRST if role in roles), ())
    first = [name for name in wanted if name in listed]
    first += [name for name in listed if name not in first]
    return first[:TABS], [name for name in listed if name not in first[:TABS]]

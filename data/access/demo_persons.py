"""The persons of the demo: without a login, a switch in the page's header makes the viewer one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from geo.access import WHOLE, Role, Scope, Viewer

ANYONE: Final = "anyone"
"""Who looks where nobody was chosen: the one person at the machine, who may do everything, as without a login."""

PERSONS: Final = (ANYONE, *(str(role) for role in Role))
_INSPECTED: Final = 6


def demo_person(name: str | None, subdistricts: Sequence[str]) -> Viewer:
    """The person of that name ("inspector", …); anyone for an unknown one. The inspector is concerned with the first
    six of the city's `subdistricts`. `Viewer.name` is the key of their name in the catalogue, not the name itself."""
    if name not in PERSONS or name in (None, ANYONE):
        return Viewer(f"demo-{ANYONE}", f"people.demo_{ANYONE}", frozenset(Role) - {Role.PUBLIC})
    role = Role(name)
    scope = Scope(subdistricts=frozenset(subdistricts[:_INSPECTED])) if role is Role.INSPECTOR else WHOLE
    return Viewer(f"demo-{role}", f"people.demo_{role}", frozenset({role}), scope)

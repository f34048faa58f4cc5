"""Roles, scopes and moments of accounts in words."""

from __future__ import annotations

from collections.abc import Iterable

from data.access.people import KINDS
from geo.access import Role, Scope
from geo.clock import from_us
from ui import figures
from ui.scene import Scene
from ui.scope_fields import unknown_codes


def roles_words(scene: Scene, roles: Iterable[Role]) -> str:
    """The names of roles in a row."""
    return listed(scene, (scene.say(f"people.role_{role}") for role in sorted(roles)))


def listed(scene: Scene, words: Iterable[str]) -> str:
    """Words in a row, as the language does it."""
    return ("、" if scene.language == "zh-CN" else ", ").join(words)


def scope_words(scene: Scene, scope: Scope) -> str:
    """How far a scope reaches: all, or how many of each kind that is bounded; and which of its codes nothing has."""
    if scope.is_whole:
        return scene.say("people.scope_all")
    kinds = {kind: getattr(scope, kind) for kind in KINDS}
    parts = [scene.say(f"people.scope_{kind}", n=len(codes)) for kind, codes in kinds.items() if codes is not None]
    strays = unknown_codes(scene, scope)
    if strays:
        parts.append(scene.say("people.scope_unknown", codes=listed(scene, strays)))
    return " · ".join(parts)


def wall_words(scene: Scene, us: int | None) -> str:
    """A moment of the wall clock in the city's time; a dash for none."""
    at = None if us is None else from_us(us)
    return figures.table_moment(at and at.astimezone(scene.zone))

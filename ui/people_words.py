"""Roles, scopes and moments of accounts in words."""

from __future__ import annotations

from collections.abc import Iterable

from geo.access import Role, Scope
from geo.clock import from_us
from ui import figures
from ui.scene import Scene


def roles_words(scene: Scene, roles: Iterable[Role]) -> str:
    """The names of roles in a row."""
    separator = "、" if scene.language == "zh-CN" else ", "
    return separator.join(scene.say(f"people.role_{role}") for role in sorted(roles))


def scope_words(scene: Scene, scope: Scope) -> str:
    """How far a scope reaches: all, or how many of each kind."""
    every = scene.say("people.scope_all")
    if scope.is_whole:
        return every
    kinds = {kind: getattr(scope, kind) for kind in ("subdistricts", "departments", "groups")}
    told = {kind: every if codes is None else len(codes) for kind, codes in kinds.items()}
    return scene.say("people.scope_part", **told)


def wall_words(scene: Scene, us: int | None) -> str:
    """A moment of the wall clock in the city's time; a dash for none."""
    at = None if us is None else from_us(us)
    return figures.table_moment(at and at.astimezone(scene.zone))

"""Who acts: roles, what part of the campaign a person is concerned with, and the viewer that both make."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does in the campaign; one person may have several."""

    COMMANDER = "commander"  # 指挥部
    PLANNER = "planner"  # 规划/数据
    INSPECTOR = "inspector"  # 督查员
    DEPARTMENT = "department"  # 责任单位
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the campaign that a person is concerned with: codes of each kind; None where it is all of them."""

    subdistricts: frozenset[str] | None = None
    departments: frozenset[str] | None = None
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks or acts. `account` is the reference that the log keeps (never a name); `name` is for the screen."""

    account: str
    name: str
    roles: frozenset[Role]
    scope: Scope = Scope()

    def is_any_of(self, *roles: Role) -> bool:
        """Whether the viewer has one of `roles`."""
        return not self.roles.isdisjoint(roles)

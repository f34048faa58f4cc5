"""Who acts: roles, what part of the campaign a person is concerned with, and the viewer that both make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from geo.rule_reach import RuleReach


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
class Subject:
    """What an action concerns: codes of the place, the units it belongs to, and its kind; None for none."""

    subdistrict: str | None = None
    department: str | None = None
    group: str | None = None
    type: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the campaign that a person is concerned with: codes of each kind; None where it is all of them.

    `by_rule` says which issues that are assigned to nobody are these departments' by the rules in force; None where
    nobody has asked the rules.
    """

    subdistricts: frozenset[str] | None = None
    departments: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    by_rule: RuleReach | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.subdistricts is None and self.departments is None and self.groups is None

    def holds(self, subject: Subject) -> bool:
        """Whether `subject` lies in it, by every kind that is bounded; what has no such code lies in none."""
        kinds = ((self.subdistricts, subject.subdistrict), (self.groups, subject.group))
        placed = all(codes is None or code in codes for codes, code in kinds)
        return placed and (self.departments is None or self.answers_for(subject))

    def answers_for(self, subject: Subject) -> bool:
        """Whether the issue is one of the departments that are named here: assigned to one of them, or to nobody and
        theirs by the rules. False where no department is named."""
        if self.departments is None:
            return False
        if subject.department is not None or self.by_rule is None:
            return subject.department in self.departments
        return self.by_rule.takes(subject.type, subject.subdistrict, subject.task)

    @property
    def for_issues(self) -> Scope:
        """What of it bounds issues, which belong to no group."""
        return replace(self, groups=None)

    def narrowed(self, other: Scope) -> Scope:
        """What lies in both."""
        departments = _both(self.departments, other.departments)
        by_rule = self.by_rule if departments == self.departments else None
        if departments == other.departments and departments != self.departments:
            by_rule = other.by_rule
        return Scope(
            _both(self.subdistricts, other.subdistricts), departments, _both(self.groups, other.groups), by_rule
        )


WHOLE: Final = Scope()


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks or acts. `account` is the reference that the log keeps (never a name); `name` is for the screen."""

    account: str
    name: str
    roles: frozenset[Role]
    scope: Scope = WHOLE

    def is_any_of(self, *roles: Role) -> bool:
        """Whether the viewer has one of `roles`."""
        return not self.roles.isdisjoint(roles)


ANONYMOUS: Final = Viewer("", "", frozenset())
"""Somebody who has not signed in."""

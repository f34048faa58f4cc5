"""What a city can record: issue types and their groups, tasks, site classes. Types only: the entries are city data."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo.errors import BadValueError
from geo.plural import numbered
from geo.text import Text
from geo.working_days import DeadlineRule


@dataclass(frozen=True, slots=True)
class TypeGroup:
    """A handful of issue types that share one colour and one letter (A–H) on the map."""

    code: str
    name: Text
    letter: str


@dataclass(frozen=True, slots=True)
class IssueType:
    """One kind of problem. A department has `due_hours` of the clock or `due_working_days` for it, of which one may be
    given; with neither the catalogue's default applies."""

    code: str
    name: Text
    group: str
    due_hours: int | None = None
    assumed: bool = False  # True: our assumption, not named in the published record
    due_working_days: int | None = None

    @property
    def deadline(self) -> DeadlineRule | None:
        """The type's own rule; None without one."""
        if self.due_working_days is not None:
            return DeadlineRule(self.due_working_days, "working_days")
        return None if self.due_hours is None else DeadlineRule(self.due_hours, "hours")


@dataclass(frozen=True, slots=True)
class Task:
    """One of the campaign's lines of work (Yunyan: 13)."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class SiteClass:
    """One kind of inspection point."""

    code: str
    name: Text
    task: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """All codes a city uses; the position of an entry is what tables store. Codes are unique within each list."""

    groups: tuple[TypeGroup, ...]
    types: tuple[IssueType, ...]
    tasks: tuple[Task, ...] = ()
    site_classes: tuple[SiteClass, ...] = ()
    default_deadline: DeadlineRule | None = None
    _index: dict[str, dict[str, int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, dict[str, int]] = {}
        lists = {
            "group": [entry.code for entry in self.groups],
            "type": [entry.code for entry in self.types],
            "task": [entry.code for entry in self.tasks],
            "site_class": [entry.code for entry in self.site_classes],
        }
        for kind, codes in lists.items():
            index[kind] = {code: position for position, code in enumerate(codes)}
            if len(index[kind]) != len(codes):
                raise BadValueError(kind, "a code that stands twice", f"every {kind} code once")
        for issue_type in self.types:
            if issue_type.group not in index["group"]:
                raise BadValueError(f"type {issue_type.code} group", issue_type.group, "a code of the groups")
            if issue_type.due_hours is not None and issue_type.due_working_days is not None:
                raise BadValueError(
                    f"type {issue_type.code}", "two deadlines", "due_hours or due_working_days, not both"
                )
        object.__setattr__(self, "_index", index)

    def position(self, kind: str, code: str) -> int:
        """Where `code` stands in its list (`kind`: group, type, task, site_class); BadValueError if it does not."""
        try:
            return self._index[kind][code]
        except KeyError:
            known = numbered(len(self._index[kind]), f"{kind} code")
            raise BadValueError(kind, code, f"one of {known} of this city") from None

    def deadline_of(self, issue_type: str) -> DeadlineRule | None:
        """How long a department has for an issue of that type: the type's own rule, else the default, which may be
        None: no deadline. BadValueError for a type that is not there."""
        return self.types[self.position("type", issue_type)].deadline or self.default_deadline

    @property
    def has_deadlines(self) -> bool:
        """Whether any issue can be due."""
        return self.default_deadline is not None or any(entry.deadline is not None for entry in self.types)

    def has(self, kind: str, code: str) -> bool:
        """Whether `code` is an entry of its list."""
        return code in self._index[kind]

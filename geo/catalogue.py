"""What a city can record: issue types and their groups, tasks, site classes. Types only: the entries are city data."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo.errors import BadValueError
from geo.text import Text


@dataclass(frozen=True, slots=True)
class TypeGroup:
    """A handful of issue types that share one colour and one letter (A–H) on the map."""

    code: str
    name: Text
    letter: str


@dataclass(frozen=True, slots=True)
class IssueType:
    """One kind of problem; `due_hours` is the time a department has, None where no deadline applies."""

    code: str
    name: Text
    group: str
    due_hours: int | None = None
    assumed: bool = False  # True: our assumption, not named in the published record


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
        object.__setattr__(self, "_index", index)

    def position(self, kind: str, code: str) -> int:
        """Where `code` stands in its list (`kind`: group, type, task, site_class); BadValueError if it does not."""
        try:
            return self._index[kind][code]
        except KeyError:
            raise BadValueError(kind, code, f"one of the {len(self._index[kind])} {kind} codes of this city") from None

    def has(self, kind: str, code: str) -> bool:
        """Whether `code` is an entry of its list."""
        return code in self._index[kind]

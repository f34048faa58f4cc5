"""Every collection of documents that a campaign keeps, by name, and what checks the content of its documents.

A checker takes the content that was sent and the city, and gives the content that is kept (defaults filled in, nothing
unknown left); it raises BadValueError naming the field. It is asked at the door only: what the log holds was checked
by the program of its day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from geo.city import City

Checker = Callable[[Mapping[str, Any], City], Mapping[str, Any]]

CHECKERS: Final[dict[str, Checker]] = {}
"""Name of the collection → its checker. A new collection is one line here."""

"""What every command has at hand: the settings, and a voice in the user's language."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from data.settings import Settings
from geo.text import Language
from i18n import translate


@dataclass(frozen=True, slots=True)
class Command:
    """`say` writes to standard output, `complain` to standard error: texts of i18n, filled with values."""

    settings: Settings
    language: Language

    def text(self, key: str, **values: object) -> str:
        """The text of `key` ("cli.…") in the user's language."""
        return translate(key, self.language, **values)

    def say(self, key: str, **values: object) -> None:
        """A result."""
        print(self.text(key, **values))

    def complain(self, key: str, **values: object) -> None:
        """What could not be done."""
        print(self.text(key, **values), file=sys.stderr)

"""A name in the two languages of the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One name or sentence, in simplified Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The text in `language`; the other one where it is empty."""
        first, second = (self.zh, self.en) if language == "zh-CN" else (self.en, self.zh)
        return first or second

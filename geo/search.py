"""How text is folded before it is searched: the same for what is stored and for what is asked."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`text` as search compares it: NFKC, case-folded, without invisible characters, spaces single and trimmed.

    Full-width letters and figures meet half-width ones ("ＹＹ－０１" → "yy-01"), "ß" meets "ss". Format and control
    characters (directional marks, zero-width joiners) are dropped, so that nobody has to type what nobody sees; lone
    surrogates go the same way. Idempotent. Empty text gives "".
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    before, folded = None, text
    while folded != before:  # case folding can undo NFKC and the other way round; two rounds are the rule
        before = folded
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
        folded = "".join(c for c in folded if c.isspace() or not unicodedata.category(c).startswith("C"))
        folded = " ".join(folded.split())
    return folded

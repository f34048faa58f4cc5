"""A random draw that nobody can bend: announced with a commitment, drawn from hashes, repeatable by anyone.

The rule, which fits on a slip of paper and needs no program of ours:

1. *Frame*: one line `stratum TAB id LF` for everything that could be drawn, lines sorted by their UTF-8 bytes. The
   frame's hash is the SHA-256 of these lines.
2. *Allocation*: the sample is shared out over the strata in proportion to their sizes (`allocation`).
3. *Commitment*, recorded before: SHA-256 of `seed LF frame hash LF`. The seed stays secret until the draw.
4. *Word*: something said in public after the commitment by someone else (a lottery number, a newspaper's headline),
   so that not even who chose the seed could know the outcome. It may be empty; then that is recorded.
5. *Key* of an id: SHA-256 of `seed LF word LF id LF`, in hexadecimal. Of each stratum the ids with the smallest keys
   are drawn, as many as were allocated to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from geo.errors import BadValueError, ConflictError, Word

SEED_LEAST = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that could be drawn: parallel ids and strata. An id stands once."""

    ids: tuple[str, ...]
    strata: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.strata):
            raise ValueError(f"{len(self.ids)} ids and {len(self.strata)} strata: expected as many of both")
        if len(set(self.ids)) != len(self.ids):
            raise BadValueError("frame", Word("twice", "an id that stands twice"), "every id once")
        for text in (*self.ids, *set(self.strata)):
            if not text or any(mark in text for mark in "\t\r\n"):
                raise BadValueError("frame", text, "ids and strata that are not empty, without tabs and line breaks")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def sizes(self) -> dict[str, int]:
        """How many ids each stratum has, by code of the stratum in ascending order."""
        counts: dict[str, int] = {}
        for stratum in self.strata:
            counts[stratum] = counts.get(stratum, 0) + 1
        return dict(sorted(counts.items()))

    @property
    def lines(self) -> bytes:
        """The frame as it is hashed and handed out."""
        rows = (f"{stratum}\t{name}\n".encode() for name, stratum in zip(self.ids, self.strata, strict=True))
        return b"".join(sorted(rows))

    @property
    def hash(self) -> str:
        """SHA-256 of `lines`, hexadecimal."""
        return hashlib.sha256(self.lines).hexdigest()


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing that was drawn, and the key that says why."""

    id: str
    stratum: str
    key: str


def commitment(seed: str, frame_hash: str) -> str:
    """What is recorded before the draw; BadValueError for a seed that could be guessed or is split over lines."""
    checked_seed(seed)
    return hashlib.sha256(f"{seed}\n{frame_hash}\n".encode()).hexdigest()


def checked_seed(seed: str) -> str:
    """`seed`, if it is one line of at least SEED_LEAST printable ASCII characters."""
    if len(seed) < SEED_LEAST or len(seed) > 200 or not (seed.isascii() and seed.isprintable()):
        raise BadValueError("seed", seed, f"one line of {SEED_LEAST} to 200 printable ASCII characters")
    return seed


def draw_key(seed: str, word: str, name: str) -> str:
    """The key of an id."""
    return hashlib.sha256(f"{seed}\n{word}\n{name}\n".encode()).hexdigest()


def allocation(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """How many of `n` fall to each stratum: in proportion to its size, by largest remainder, one at least.

    Strata whose share is below one get one; the rest is shared out anew over the others, until every share is one at
    least; then each gets the whole part of its share, and what is left goes to the largest remainders (of equal ones
    the first code first). Exact fractions: no rounding of ours decides. BadValueError unless strata ≤ n ≤ Σ sizes.
    """
    filled = {stratum: size for stratum, size in sorted(sizes.items()) if size > 0}
    total = sum(filled.values())
    if not len(filled) <= n <= total or not filled:
        raise BadValueError("n", n, f"{len(filled)} (one for each stratum) to {total} (all there are)")
    result: dict[str, int] = {}
    rest, left = dict(filled), n
    while True:
        whole = sum(rest.values())
        small = [stratum for stratum, size in rest.items() if size * left < whole]
        if not small:
            break
        for stratum in small:
            result[stratum] = 1
            left -= 1
            del rest[stratum]
    shares = {stratum: Fraction(size * left, whole) for stratum, size in rest.items()}
    for stratum, share in shares.items():
        result[stratum] = int(share)
    missing = left - sum(int(share) for share in shares.values())
    by_remainder = sorted(shares, key=lambda stratum: (int(shares[stratum]) - shares[stratum], stratum))
    for stratum in by_remainder[:missing]:
        result[stratum] += 1
    return {stratum: result[stratum] for stratum in filled}


def draw(frame: Frame, n: int, *, seed: str, word: str = "") -> list[Drawn]:
    """The sample, by stratum and then by key. The same frame, n, seed and word give the same sample for ever."""
    checked_seed(seed)
    shares = allocation(frame.sizes, n)
    by_stratum: dict[str, list[Drawn]] = {stratum: [] for stratum in shares}
    for name, stratum in zip(frame.ids, frame.strata, strict=True):
        by_stratum[stratum].append(Drawn(name, stratum, draw_key(seed, word, name)))
    found: list[Drawn] = []
    for stratum, candidates in by_stratum.items():
        found += sorted(candidates, key=lambda entry: (entry.key, entry.id))[: shares[stratum]]
    return found


def check_commitment(announced: str, *, seed: str, frame: Frame, frame_hash: str) -> None:
    """Raises ConflictError where the frame is not the announced one any more, or the seed not the one committed to."""
    if frame.hash != frame_hash:
        raise ConflictError(
            f"what can be drawn now ({len(frame)}, hash {frame.hash[:12]}…) is not what was announced "
            f"({frame_hash[:12]}…); announce a new draw",
            "draw_frame", n=len(frame), hash=frame.hash[:12], announced=frame_hash[:12],
        )  # fmt: skip
    if commitment(seed, frame_hash) != announced:
        raise ConflictError(
            f"this seed does not belong to the commitment {announced[:12]}…; use the one announced",
            "draw_seed", announced=announced[:12],
        )  # fmt: skip


def frame_of(pairs: Iterable[tuple[str, str]]) -> Frame:
    """A frame from (id, stratum) pairs, in the order of the ids."""
    ordered: Sequence[tuple[str, str]] = sorted(pairs)
    return Frame(tuple(name for name, _ in ordered), tuple(stratum for _, stratum in ordered))

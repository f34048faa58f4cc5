"""Lines joined into longer ones: across every junction one goes on along the line that turns least, if of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Chain = list[tuple[int, bool]]
"""Lines in the order in which they are passed, and whether each is passed from its end to its start."""


def node_ids(ends: Floats, side_m: float) -> Ints:
    """One number for each of the points `ends` (n, 2); points in one square of `side_m` metres are one node."""
    squares = np.floor(ends / side_m).astype(np.int64)
    _, node = np.unique(squares, axis=0, return_inverse=True)
    return node.reshape(-1).astype(np.int64)


def chains(lines: Sequence[Floats], start: Ints, end: Ints, kind: Ints) -> list[Chain]:
    """All lines as chains; `start` and `end` are the nodes of each, and only lines of one `kind` follow each other.

    Where just two of a kind meet they are joined; where more meet, those that go on most straight, unless one would
    turn by more than 45 degrees. A ring begins at its lowest line. Chains are in the order of their lowest line; every
    line is in exactly one.
    """
    links = _links(lines, start, end, kind)
    seen = np.zeros(len(start), bool)
    found: list[Chain] = []
    for line in range(len(start)):
        if seen[line]:
            continue
        forward = _walk(line, False, links)
        if len(forward) > 1 and forward[-1] == (line, False):  # came round
            chain = forward[:-1]
        else:
            back = _walk(line, True, links)
            chain = [(other, not turned) for other, turned in reversed(back[1:])] + forward
        for other, _ in chain:
            seen[other] = True
        found.append(chain)
    return found


def _links(lines: Sequence[Floats], start: Ints, end: Ints, kind: Ints) -> dict[tuple[int, bool], tuple[int, bool]]:
    """Where one goes on: leaving a line at its end (False) or start (True) → the next line, and whether turned."""
    n = len(start)
    node, of = np.concatenate([end, start]), np.tile(kind, 2)
    order = np.lexsort((np.arange(2 * n), of, node))
    new = (np.diff(node[order], prepend=-1) != 0) | (np.diff(of[order], prepend=-1) != 0)
    first = np.flatnonzero(new)
    links: dict[tuple[int, bool], tuple[int, bool]] = {}
    for a, b in zip(first.tolist(), np.append(first[1:], 2 * n).tolist(), strict=True):
        for one, other in _pairs(lines, order[a:b].tolist(), n):
            # Leaving `one` by this end, one enters `other` at its own: at its start forward, at its end turned.
            links[one % n, one >= n] = (other % n, other < n)
            links[other % n, other >= n] = (one % n, one < n)
    return links


def _pairs(lines: Sequence[Floats], here: list[int], n: int) -> list[tuple[int, int]]:
    """Which ends at one node go on into each other; `here` numbers the ends (below n: of that line, else its start)."""
    if len(here) < 2:
        return []
    if len(here) == 2:
        return [(here[0], here[1])] if here[0] % n != here[1] % n else []
    way = np.array([lines[i][-2] - lines[i][-1] if i < n else lines[i - n][1] - lines[i - n][0] for i in here])
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    straight = np.round(way @ way.T, 9)
    free, pairs = set(here), []
    turns = [(straight[i, j], i, j) for i, j in combinations(range(len(here)), 2)]
    for turn, i, j in sorted(turns):
        one, other = here[i], here[j]
        if turn > _LEAST_STRAIGHT:
            break
        if one in free and other in free and one % n != other % n:
            free -= {one, other}
            pairs.append((one, other))
    return pairs


_LEAST_STRAIGHT: Final = -0.7071  # cosine between the two ways out of a junction: they part by 135 degrees at least


def _walk(line: int, turned: bool, links: dict[tuple[int, bool], tuple[int, bool]]) -> Chain:
    """From `line` on until there is no way, or it comes round to `line` (which is then there twice)."""
    chain = [(line, turned)]
    while (following := links.get(chain[-1])) is not None:
        chain.append((following[0], bool(following[1])))
        if following[0] == line:
            break
    return chain


def stretches(chain: Chain, length_m: Floats, longest_m: float) -> list[Chain]:
    """A chain cut between its lines: each piece as long as it can be within `longest_m`, or one longer line."""
    parts: list[Chain] = []
    room = 0.0
    for line, turned in chain:
        if not parts or length_m[line] > room:
            parts.append([])
            room = longest_m
        parts[-1].append((line, turned))
        room -= float(length_m[line])
    return parts


def joined(lines: Sequence[Floats], chain: Chain) -> Floats:
    """The corners of a chain of `lines`, each corner once."""
    corners = np.concatenate([lines[line][::-1] if turned else lines[line] for line, turned in chain])
    again = np.concatenate([[False], (corners[1:] == corners[:-1]).all(axis=1)])
    kept: Floats = corners[~again]
    return kept

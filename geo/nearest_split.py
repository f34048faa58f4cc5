"""Splitting lines and polygons over the road segments nearest to their parts, by certified subdivision.

A piece (a straight interval, or a triangle) is decided whole only where that is proved:
- the distance to one edge is convex, so its largest value on a piece is at a corner;
- the distance to anything changes by at most r within r of the centre (it is 1-Lipschitz), so no edge comes nearer
  to the piece than d(centre) − r: what stays farther than another edge's largest distance, or than the limit, is out;
- over a piece on which two edges act in one way each (by their inner part, or by one end), the difference of the
  squared distances is a quadratic, and a quadratic whose Bernstein coefficients are all ≥ 0 is ≥ 0 on the piece.
  This settles ties, such as two segments that meet in the nearest junction: the lowest segment has them.
What is not proved is halved at the longest side, until what is open is within the tolerance. A piece of that rest
is cut straight where two segments (or one and the limit) compete, exactly so where they compete along a straight line;
with more competitors it goes by its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.pieces import TRIANGLE, bisected, measure_of, nodes_of, radius_of, share_below_zero
from geo.road_edges import RoadEdges

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LINE_TOLERANCE_M: Final = 1e-3
"""An open interval of line is halved until it is no longer than this; then it is cut."""

POLYGON_TOLERANCE: Final = 2e-2
"""A polygon is refined until the part of its area that is still open is no more than this; then that part is cut.

Unless MAX_PIECES ends it, no share is wrong by more; among the
roads of central Wuhan the worst of 40 lots was wrong by 0.0015 of its area.
"""

MAX_PIECES: Final = 8_000
"""No row is cut into more open pieces than this at a time; a polygon the size of a country ends here."""

TIE_M: Final = 1e-6
"""Distances closer than this are a tie."""

_START_M: Final = 25.0  # pieces are cut to about this or the limit before candidates are sought


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of rows: which row, which segment is nearest (−1: none within the limit), length or area in metres."""

    row: Ints
    segment: Ints
    measure: Floats


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Open pieces: corners (n, 2 or 3, 2), their rows, and candidate edges as pairs (piece, edge) sorted by piece."""

    corners: Floats
    row: Ints
    piece: Ints
    edge: Ints


def split_by_nearest(row: Ints, corners: Floats, edges: RoadEdges, within_m: float) -> Parts:
    """Part of each piece that is nearest to each segment and within the limit; all metric.

    `corners` has shape (n, 2, 2) for straight intervals of line or (n, 3, 2) for triangles. The measures of a row's
    parts sum to the measure of its pieces. Ties go to the lowest segment.
    """
    whole = np.asarray(np.bincount(row, weights=measure_of(corners)), np.float64)
    done: list[tuple[Ints, Ints, Floats]] = []
    corners, row = _cut_to_size(corners, row, edges, within_m)
    far = ~edges.may_reach(corners, within_m)
    done.append((row[far], np.full(int(far.sum()), -1, np.int64), measure_of(corners[far])))
    pieces = _with_candidates(corners[~far], row[~far], edges, within_m)
    while len(pieces.row):
        pieces, decided, winner = _judged(pieces, edges, within_m)
        exhausted = _exhausted(pieces, decided, whole)
        done.append((pieces.row[decided], winner[decided], measure_of(pieces.corners[decided])))
        done.append(_cut(_only(pieces, exhausted), winner[exhausted], edges, within_m))
        pieces = _halved(_only(pieces, ~decided & ~exhausted))
    return Parts(*(np.concatenate(column) for column in zip(*done, strict=True)))


def _cut_to_size(corners: Floats, row: Ints, edges: RoadEdges, within_m: float) -> tuple[Floats, Ints]:
    """Pieces near roads halved until small beside the limit, as far as MAX_PIECES a row allows."""
    finished: list[tuple[Floats, Ints]] = [(corners[:0], row[:0])]
    while len(row):
        small = (radius_of(corners) <= max(within_m, _START_M)) | ~edges.may_reach(corners, within_m)
        small |= np.bincount(row)[row] > MAX_PIECES // 2
        finished.append((corners[small], row[small]))
        corners, row = bisected(corners[~small]), np.repeat(row[~small], 2)
    return np.concatenate([c for c, _ in finished]), np.concatenate([r for _, r in finished])


def _with_candidates(corners: Floats, row: Ints, edges: RoadEdges, within_m: float) -> _Pieces:
    """The pieces with every edge that comes within the limit of them."""
    centre = shapely.points(corners.mean(axis=1))
    piece, edge = edges.tree.query(centre, predicate="dwithin", distance=within_m + radius_of(corners) + TIE_M)
    order = np.lexsort((edge, piece))
    return _Pieces(corners, row, np.asarray(piece[order], np.int64), np.asarray(edge[order], np.int64))


def _judged(pieces: _Pieces, edges: RoadEdges, within_m: float) -> tuple[_Pieces, Bools, Ints]:
    """Candidates thinned by proof; whether each piece is decided; the segment nearest to its centre (−1: none)."""
    n, k = pieces.corners.shape[:2]
    t, square = edges.project(pieces.edge, nodes_of(pieces.corners)[pieces.piece])
    distance = np.sqrt(square)
    farthest, middle = distance[:, :k].max(axis=1), distance[:, -1]
    nearest = middle - radius_of(pieces.corners)[pieces.piece]
    reach = np.full(n, np.inf)
    np.minimum.at(reach, pieces.piece, farthest)
    alive = (nearest <= reach[pieces.piece] + TIE_M) & (nearest <= within_m)
    pieces = _Pieces(pieces.corners, pieces.row, pieces.piece[alive], pieces.edge[alive])
    t, square, middle, farthest = t[alive], square[alive], middle[alive], farthest[alive]
    segment = edges.segment[pieces.edge]

    champion = _champions(n, pieces.piece, segment, middle)
    of_pair = champion[pieces.piece]
    beaten = _beaten(pieces, edges, segment, of_pair, t[:, :k], square[:, :-1])
    beaten[champion[champion >= 0]] = False

    winner = np.full(n, -1, np.int64)
    winner[champion >= 0] = segment[champion[champion >= 0]]
    rivals = np.bincount(pieces.piece[~beaten & (segment != winner[pieces.piece])], minlength=n)
    inside = np.zeros(n, bool)
    inside[pieces.piece[(segment == winner[pieces.piece]) & (farthest <= within_m)]] = True
    decided = (champion < 0) | ((rivals == 0) & inside)
    kept = ~beaten
    return _Pieces(pieces.corners, pieces.row, pieces.piece[kept], pieces.edge[kept]), decided, winner


def _champions(n: int, piece: Ints, segment: Ints, middle: Floats) -> Ints:
    """For each piece the pair whose edge is nearest to the centre (lowest segment in a tie); −1 without candidates."""
    least = np.full(n, np.inf)
    np.minimum.at(least, piece, middle)
    tied = np.flatnonzero(middle <= least[piece] + TIE_M)
    order = tied[np.lexsort((middle[tied], segment[tied], piece[tied]))][::-1]
    champion = np.full(n, -1, np.int64)
    champion[piece[order]] = order
    return champion


def _beaten(pieces: _Pieces, edges: RoadEdges, segment: Ints, champion: Ints, t: Floats, square: Floats) -> Bools:
    """Pairs whose edge is proved nowhere nearer than the champion's (or tied with it and of a higher segment)."""
    k = t.shape[1]
    slack = TIE_M / edges.length[pieces.edge]
    low, high = t.min(axis=1), t.max(axis=1)
    at_a, at_b = high <= slack, low >= 1 - slack
    simple = at_a | at_b | ((low >= -slack) & (high <= 1 + slack))
    no_lower = segment >= segment[champion]
    # Bernstein coefficients of the quadratic d²(edge) − d²(champion) from its values at corners and middles of sides.
    at = square - square[champion]
    corner, side = at[:, :k], at[:, k:]
    sides = corner[:, [0]] + corner[:, [1]] if k < TRIANGLE else corner + np.roll(corner, -1, axis=1)
    coefficient = np.concatenate([corner, 2 * side - sides / 2], axis=1)
    tie = (TIE_M * (np.sqrt(square.max(axis=1)) + TIE_M))[:, None]
    not_nearer = (coefficient >= -tie).all(axis=1) & (no_lower | (coefficient > tie).any(axis=1))
    # An edge that acts by an end shared with the champion is nowhere nearer than the champion, however that one acts.
    end = np.where(at_b[:, np.newaxis], edges.b[pieces.edge], edges.a[pieces.edge])
    rival = pieces.edge[champion]
    shared = (end == edges.a[rival]).all(axis=1) | (end == edges.b[rival]).all(axis=1)
    return np.asarray((simple & simple[champion] & not_nearer) | ((at_a | at_b) & shared & no_lower), np.bool_)


def _exhausted(pieces: _Pieces, decided: Bools, whole: Floats) -> Bools:
    """Open pieces that are within the tolerance, or too many to be refined."""
    count = np.bincount(pieces.row[~decided], minlength=len(whole))
    if pieces.corners.shape[1] < TRIANGLE:
        small = measure_of(pieces.corners) <= LINE_TOLERANCE_M
    else:
        undecided = np.bincount(pieces.row[~decided], measure_of(pieces.corners[~decided]), minlength=len(whole))
        small = (undecided <= POLYGON_TOLERANCE * whole)[pieces.row]
    return ~decided & (small | (count[pieces.row] > MAX_PIECES))


def _cut(pieces: _Pieces, winner: Ints, edges: RoadEdges, within_m: float) -> tuple[Ints, Ints, Floats]:
    """Open pieces shared out between the segment nearest to the centre and its rival; rows, segments, measures.

    With one rival segment inside the limit, or none and the limit itself, the piece is cut where the difference of
    distances, taken as linear, changes its sign; without a change of sign, or with more rivals, the centre decides.
    """
    n, k = pieces.corners.shape[:2]
    points = np.concatenate([pieces.corners, pieces.corners.mean(axis=1, keepdims=True)], axis=1)
    distance = np.sqrt(edges.project(pieces.edge, points[pieces.piece])[1])
    segment = edges.segment[pieces.edge]
    own = segment == winner[pieces.piece]
    nearest, rival_nearest = np.full((n, k + 1), np.inf), np.full((n, k + 1), np.inf)
    np.minimum.at(nearest, pieces.piece[own], distance[own])
    np.minimum.at(rival_nearest, pieces.piece[~own], distance[~own])
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, -1, np.int64)
    np.minimum.at(first, pieces.piece[~own], segment[~own])
    np.maximum.at(last, pieces.piece[~own], segment[~own])
    duel = (first == last) & (np.minimum(nearest, rival_nearest)[:, :k] <= within_m).all(axis=1)
    at_corners = (nearest - np.where(duel[:, np.newaxis], rival_nearest, within_m))[:, :k]
    changes = (at_corners < -TIE_M).any(axis=1) & (at_corners > TIE_M).any(axis=1) & (duel | (last < 0))
    share = np.where(changes, share_below_zero(at_corners), duel | (nearest[:, k] <= within_m))
    other = np.where(duel, last, -1)
    measure = measure_of(pieces.corners)
    parts = np.concatenate([measure * share, measure * (1 - share)])
    return np.tile(pieces.row, 2), np.concatenate([winner, other]), parts


def _only(pieces: _Pieces, kept: Bools) -> _Pieces:
    """The pieces of `kept` with their candidates."""
    new_position = np.cumsum(kept) - 1
    pair = kept[pieces.piece]
    return _Pieces(
        pieces.corners[kept], pieces.row[kept], new_position[pieces.piece[pair]].astype(np.int64), pieces.edge[pair]
    )


def _halved(pieces: _Pieces) -> _Pieces:
    """Every piece cut in two at its longest side; both halves inherit its candidates."""
    piece = np.stack([2 * pieces.piece, 2 * pieces.piece + 1])
    order = np.argsort(piece.ravel(), kind="stable")
    return _Pieces(
        bisected(pieces.corners), np.repeat(pieces.row, 2), piece.ravel()[order], np.tile(pieces.edge, 2)[order]
    )

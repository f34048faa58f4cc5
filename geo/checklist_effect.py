"""What another version of a checklist would have made of visits that were answered already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.checklist import Answer, Checklist, score_of


@dataclass(frozen=True, slots=True)
class Effect:
    """Over `n` visits: how many complied by the version they were answered with, and how many would by the other one,
    at the least and at the most, since of new items nobody knows the answer; mean scores in points likewise."""

    n: int
    compliant: int
    least: int
    most: int
    mean: float
    mean_low: float
    mean_high: float


def effect_of(before: Checklist, after: Checklist, sheets: Sequence[Mapping[str, Answer]]) -> Effect:
    """The effect of `after` on visits answered with `before` (each sheet complete for it).

    An item of both, known by its code, keeps its answer; "not applicable" where the item always applies in `after`
    is an answer that nobody knows. What is not known is taken to be met for the best case and unmet for the worst.
    """
    old, low, high = [], [], []
    for answers in sheets:
        old.append(score_of(before, answers))
        known = {}
        for item in after.items:
            answer = answers.get(item.code)
            if answer is not None and (item.may_not_apply or answer is not Answer.NOT_APPLICABLE):
                known[item.code] = answer
        unknown = [item.code for item in after.items if item.code not in known]
        low.append(score_of(after, known | dict.fromkeys(unknown, Answer.UNMET)))
        high.append(score_of(after, known | dict.fromkeys(unknown, Answer.MET)))
    n = len(sheets)

    def mean(scores: list[int]) -> float:
        return sum(scores) / len(scores) / 10 if scores else 0.0

    return Effect(
        n=n,
        compliant=sum(score.compliant for score in old),
        least=sum(score.compliant for score in low),
        most=sum(score.compliant for score in high),
        mean=mean([score.tenths for score in old]),
        mean_low=mean([score.tenths for score in low]),
        mean_high=mean([score.tenths for score in high]),
    )

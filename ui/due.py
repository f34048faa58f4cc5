"""A deadline in words: how many working days are left, or past."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER, from_us
from geo.overdue import DUE_SOON, days_past, escalation_levels, local_days
from geo.selection import stage_of
from geo.working_days import working_days_between
from ui import figures
from ui.scene import Scene


def working_days_left(scene: Scene, due_us: NDArray[np.int64]) -> list[int | None]:
    """Working days after today up to the day of each deadline, negative where it has passed; 0 for one of today, passed
    or not; None without a deadline."""
    city, known = scene.city, due_us != NEVER
    days: list[int | None] = [None] * len(due_us)
    if not known.any():
        return days
    moments = due_us[known]
    today = local_days(np.array([scene.as_of_us]), city.time_zone)
    ends = local_days(moments, city.time_zone)
    left = np.array([working_days_between(city.calendar, today, int(end))[0] for end in ends.tolist()], np.int32)
    past = days_past(moments, scene.as_of_us, calendar=city.calendar, time_zone=city.time_zone)
    told = np.where(moments < scene.as_of_us, -past, left).tolist()
    for at, value in zip(np.flatnonzero(known).tolist(), told, strict=True):
        days[at] = int(value)
    return days


def left_words(scene: Scene, due_us: int, days: int | None) -> str:
    """The figure of `working_days_left` in words."""
    if days is None:
        return figures.NONE
    if due_us < scene.as_of_us:
        return scene.say("work.late_today") if days == 0 else scene.say("work.late", n=figures.count(-days))
    return scene.say("work.left_today") if days == 0 else scene.say("work.left", n=figures.count(days))


def due_words(scene: Scene, due_us: int) -> str:
    """The moment of a deadline in running text; "—" for none."""
    due = from_us(due_us)
    return figures.NONE if due is None else scene.when(due)


def told_to(scene: Scene, rows: NDArray[np.intp]) -> list[str]:
    """To whom each overdue issue is told by now, by its level of escalation; "" for one that is not overdue."""
    city, table = scene.city, scene.table
    stages = stage_of(table.status[rows], table.due_us[rows], scene.as_of_us)
    levels = escalation_levels(
        stages,
        table.due_us[rows],
        scene.as_of_us,
        escalation=city.escalation,
        calendar=city.calendar,
        time_zone=city.time_zone,
    )
    names = [scene.name(level.to) for level in city.escalation.levels]
    return [names[level - 1] if level > DUE_SOON else "" for level in levels.tolist()]

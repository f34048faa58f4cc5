"""Which figures the commander sees first, for any city: issues, overdue, both rates, another register, a tally."""

from __future__ import annotations

import numpy as np

from data.recording.tallies import TallyState, tallies_of
from geo.campaign import Register
from geo.compliance import compliance_at, rate_of_all, wilson
from geo.selection import OVERDUE, select_points
from geo.summary import issue_totals
from ui import figures
from ui.kept import kept
from ui.kpi import Bar, Card
from ui.markup import tag
from ui.scene import Scene

_DONE, _DOING, _LATE = "var(--primary)", "var(--issue-open)", "var(--issue-overdue)"


def situation_cards(scene: Scene) -> list[Card]:
    """The cards of the band, those left out that would say nothing of this city."""
    cards = [_issues(scene)]
    deadlines = scene.city.catalogue.has_deadlines
    if deadlines and scene.register.rectified_published:  # else who is late was never published
        cards.append(_overdue(scene))
    cards += _rates(scene)
    others = [
        r
        for r in scene.campaign.registers
        if r.code != scene.register.code and r.rectified_published and r.published_rectified is not None
    ]
    cards += [_other_register(scene, register) for register in others[:1]]
    cards += _tally(scene)
    return cards


def star(scene: Scene) -> str:
    """The asterisk of a figure that was not published: any split, any filter, any other moment of synthetic records."""
    return "*" if scene.meant_synthetic else ""


def _issues(scene: Scene) -> Card:
    totals, lang = scene.totals, scene.language
    register = scene.register
    bound = register.bound if scene.is_whole else "eq"
    published = scene.is_whole and scene.is_now
    mark = "" if published else star(scene)
    note = scene.say("situation.filtered", all=figures.count(scene.whole_total))
    note = scene.say("situation.register") if scene.is_whole else note
    if not register.rectified_published:
        return Card(
            label=scene.name(register.name) + mark,
            note=note,
            value=figures.bounded(totals.total, bound, lang),
            after=scene.say("situation.rectified_unpublished"),
            below=[scene.say("situation.split_unpublished")],
        )
    done = totals.rectified / totals.total if totals.total else 0.0
    late = totals.overdue / totals.total if totals.total else 0.0
    return Card(
        label=scene.name(register.name) + mark,
        note=note,
        value=figures.bounded(totals.total, bound, lang),
        after=scene.say(
            "situation.rectified",
            n=figures.count(totals.rectified),
            rate=figures.rate(totals.rectified, totals.total, lang),
        ),
        bar=Bar(((done, _DONE), (max(1 - done - late, 0) if totals.total else 0, _DOING), (late, _LATE))),
        below=[
            scene.say("situation.in_progress"),
            " ",
            tag("b", figures.count(totals.in_progress)),
            scene.say("situation.of_which_verifying", n=figures.count(totals.verifying), star=star(scene)),
        ],
        help=scene.say("situation.issues_help"),
    )


def _overdue(scene: Scene) -> Card:
    totals, lang = scene.totals, scene.language
    if not totals.overdue:
        return Card(
            label=scene.say("situation.overdue") + star(scene),
            note=scene.say("situation.rolling_zero"),
            value="0",
            below=[scene.say("situation.none_overdue")],
            help=scene.say("situation.overdue_help"),
        )
    due_us, places = kept(scene.snapshot, ("overdue", scene.filter), lambda: _late(scene))
    oldest = (scene.as_of_us - due_us) // 86_400_000_000
    days = (
        scene.say("core.days_n", value=oldest) if oldest > 1 else scene.say(("core.day_under", "core.day_one")[oldest])
    )
    where = scene.say("situation.in_one_place" if places == 1 else "situation.in_places", n=places)
    return Card(
        label=scene.say("situation.overdue") + star(scene),
        note=scene.say("situation.rolling_zero"),
        value=figures.count(totals.overdue),
        alarm=True,
        after=scene.say("situation.of_in_progress", rate=figures.rate(totals.overdue, totals.in_progress, lang)),
        below=[scene.say("situation.oldest"), " ", tag("b", days), where],
        help=scene.say("situation.overdue_help"),
    )


def _late(scene: Scene) -> tuple[int, int]:
    """The oldest deadline that has passed, and in how many subdistricts there is one."""
    late = np.flatnonzero(scene.stages == OVERDUE)
    places = np.unique(scene.table.subdistrict[late])
    return int(scene.table.due_us[late].min()), int(np.count_nonzero(places >= 0))


def _rates(scene: Scene) -> list[Card]:
    """First visit and now, side by side; none for a city (or a selection) without visited points."""
    points, visits = scene.snapshot.points, scene.snapshot.visits
    chosen = select_points(points, scene.city, scene.filter)
    compliance = compliance_at(points, visits, scene.as_of_us)
    row = rate_of_all(compliance, chosen)
    if not row.visited:
        return []
    unfiltered = not (scene.filter.subdistricts or scene.filter.roads or scene.filter.bbox)
    synthetic = bool(points.synthetic[chosen].any())
    mark = "*" if synthetic and not (unfiltered and scene.is_now) else ""
    label = scene.city.first_visit_label
    first_name = scene.name(label) if label is not None else scene.say("situation.first_visit")
    failed, failing = row.visited - row.first_compliant, row.visited - row.current_compliant
    below: list[object] = [scene.say("situation.failed_n", n=figures.count(failed))]
    if row.visited >= figures.LEAST_N_FOR_PERCENT:
        span = figures.interval(*wilson(row.first_compliant, row.visited))
        below = [scene.say("situation.interval", span=span), " · ", *below]
    if not failed:
        outcome = scene.say("situation.none_failed")
    elif not failing:
        outcome = scene.say("situation.all_fixed", n=figures.count(failed))
    else:
        outcome = scene.say("situation.still_failing", n=figures.count(failing))
    note = scene.say("situation.points_n", n=figures.count(row.n))
    return [
        _rate_card(scene, row.first_compliant, row.visited, first_name + mark, note, below, "situation.first_help"),
        _rate_card(
            scene, row.current_compliant, row.visited, scene.say("situation.current") + mark,
            scene.say("situation.after_recheck"), [outcome], "situation.current_help",
        ),
    ]  # fmt: skip


def _rate_card(scene: Scene, good: int, n: int, label: str, note: str, below: list[object], help_key: str) -> Card:
    few = n < figures.LEAST_N_FOR_PERCENT
    return Card(
        label=label,
        note=note,
        value=figures.rate(good, n, scene.language),
        after="" if few else figures.fraction(good, n, scene.language),
        bar=Bar(((good / n, "var(--positive)"),), None if few else wilson(good, n)),
        below=below,
        help=scene.say(help_key),
    )


def _other_register(scene: Scene, register: Register) -> Card:
    """Another register's own figures, at the present moment and unfiltered; never added to the first."""
    whole = scene.published(register.code)
    totals = issue_totals(scene.counts(whole))
    done = totals.rectified / totals.total if totals.total else 0.0
    surveys = [r for r in scene.campaign.registers if r.bound == "ge" and r.published_total is not None]
    below: list[object] = [scene.say("situation.left"), " ", tag("b", figures.count(totals.in_progress))]
    if surveys:
        total = figures.bounded(surveys[0].published_total, surveys[0].bound, scene.language)
        below.append(scene.say("situation.survey", name=scene.name(surveys[0].name), total=total))
    return Card(
        label=scene.name(register.name),
        note=scene.say("situation.own_register"),
        value=figures.count(totals.rectified),
        after=scene.say(
            "situation.of_places",
            all=figures.count(totals.total),
            rate=figures.rate(totals.rectified, totals.total, scene.language),
        ),
        bar=Bar(((done, _DONE),)),
        below=below,
        help=scene.name(register.note),
    )


def _tally(scene: Scene) -> list[Card]:
    states = tallies_of(scene.snapshot, scene.campaign)
    if not states:
        return []
    first = states[0].published
    below: list[object] = [scene.name(first.note)]
    if len(states) > 1:
        second = states[1].published
        total = _figure(scene, states[1])
        below = [scene.say("situation.tally", name=scene.name(second.name), total=total, unit=scene.name(second.unit))]
    return [
        Card(
            label=scene.name(first.name),
            note=scene.say("situation.tally_note"),
            value=_figure(scene, states[0]),
            after=scene.name(first.unit),
            below=below,
            help=scene.name(first.note),
        )
    ]


def _figure(scene: Scene, state: TallyState) -> str:
    """The sum of a tally's entries, with its bound; two figures where their bounds have no common word."""
    return scene.say("core.and").join(figures.bounded(value, bound, scene.language) for value, bound in state.figures)

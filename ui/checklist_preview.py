"""What a new version of a checklist does: which items weigh more or less, and what visits would have scored by it."""

from __future__ import annotations

import streamlit as st

from data.inspecting.checklists import answered_with
from geo.checklist import Checklist, Item
from geo.checklist_effect import effect_of
from ui import figures
from ui.kept import kept
from ui.markup import Html, tag
from ui.plain_table import plain_table
from ui.scene import Scene


def checklist_preview(scene: Scene, before: Checklist | None, after: Checklist) -> None:
    """Item by item its share of the score; then the visits that were answered with the version before."""
    title = scene.say("inspections.effect_title", n=after.version)
    st.html(tag("div", tag("h3", title), cls="xj-h"))
    if before is None:
        st.html(tag("p", scene.say("inspections.first_version"), cls="xj-cap"))
        return
    changed = [row for row in _rows(scene, before, after) if row is not None]
    if changed:
        head = tag(
            "tr",
            tag("th", scene.say("inspections.head_item"), scope="col"),
            *(tag("th", scene.say(f"inspections.head_{name}"), scope="col", cls="n") for name in ("was", "will_be")),
        )
        st.html(plain_table(title, head, changed, cls="small"))
        st.html(tag("p", scene.say("inspections.share_note"), cls="xj-cap"))
    else:
        st.html(tag("p", scene.say("inspections.same_shares"), cls="xj-cap"))
    whole = [sum(item.weight for item in one.items) for one in (before, after)]
    if whole[0] != whole[1]:
        words = scene.say("inspections.whole_changes", before=whole[0], after=whole[1])
        st.html(tag("p", words, cls="xj-cap"))
    terms = scene.say("inspections.terms_line", before=before.pass_mark, after=after.pass_mark,
                      days_before=before.recheck_days, days_after=after.recheck_days)  # fmt: skip
    st.html(tag("p", terms, cls="xj-cap"))
    _visits(scene, before, after)


def _visits(scene: Scene, before: Checklist, after: Checklist) -> None:
    sheets = kept(
        scene.snapshot,
        ("answered with", before.site_class, before.version),
        lambda: tuple(answered_with(scene.snapshot, before)),
    )
    if not sheets:
        st.html(tag("p", scene.say("inspections.no_sheets", n=before.version), cls="xj-cap"))
        return
    effect = effect_of(before, after, sheets)
    complied = figures.fraction(effect.compliant, effect.n, scene.language)
    span = str(effect.least) if effect.least == effect.most else f"{effect.least}–{effect.most}"
    means = f"{effect.mean_low:.1f}"
    if effect.mean_high - effect.mean_low >= 0.05:
        means = f"{effect.mean_low:.1f}–{effect.mean_high:.1f}"
    words = scene.say("inspections.effect_line", n=figures.count(effect.n), version=before.version, complied=complied,
                      span=span, mean=f"{effect.mean:.1f}", means=means)  # fmt: skip
    st.html(tag("p", words, cls="xj-say", role="status"))
    unknown = effect.least != effect.most or effect.mean_low != effect.mean_high
    note = scene.say("inspections.effect_unknown" if unknown else "inspections.effect_known")
    st.html(tag("p", note, " ", scene.say("inspections.visits_stay"), cls="xj-cap"))


def _rows(scene: Scene, before: Checklist, after: Checklist) -> list[Html | None]:
    """A row for each item that is another than before, those that go at the end."""
    was, will = ({item.code: item for item in one.items} for one in (before, after))
    sums = [sum(item.weight for item in one.items) for one in (before, after)]
    rows = []
    for code in [*will, *(code for code in was if code not in will)]:
        old, new = was.get(code), will.get(code)
        if old == new:
            continue
        item = new or old
        assert item is not None
        rows.append(
            tag(
                "tr",
                tag("td", scene.name(item.text), tag("small", code, cls="d")),
                tag("td", _share(scene, old, sums[0]), cls="n"),
                tag("td", _share(scene, new, sums[1]), cls="n"),
            )
        )
    return list(rows)


def _share(scene: Scene, item: Item | None, whole: int) -> object:
    if item is None:
        return figures.NONE
    marks = [
        *([scene.say("inspections.critical")] if item.critical else []),
        *([scene.say("inspections.may_not_apply")] if item.may_not_apply else []),
    ]
    share = f"{item.weight} / {whole}"
    return tag("span", share, *(tag("small", mark, cls="d") for mark in marks))

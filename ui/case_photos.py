"""The photos of a case, before and after side by side, with what was noticed about each; and the way to add more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import streamlit as st

from data.act_desk import IssueAct
from data.photos.book import IssuePhoto
from data.photos.flags import Flag
from data.photos.rows import KINDS
from geo.clock import from_us
from geo.errors import NotFoundError, XunjieError
from geo.lifecycle import Act
from geo.permissions import Action, may
from ui import figures
from ui.markup import Html, join, tag
from ui.one_case import Case, open_case
from ui.one_thread import in_one_thread
from ui.refusals import issue_number, refusal_words
from ui.saying import said, say
from ui.scene import open_scene
from ui.who import actor_name

TYPES = ("jpg", "jpeg", "png", "webp", "heic")
_ROUND = "photo-round"


def case_photos(case: Case) -> None:
    """Two columns of pictures, then the form that adds one, where the viewer may."""
    scene = case.scene
    photos = scene.runtime.photos.of_issue(case.id)
    title = tag("h2", scene.say("case.photos"))
    st.html(tag("div", title, tag("small", scene.say("case.photos_note", n=figures.count(len(photos)))), cls="xj-h"))
    knows = may(scene.viewer, Action.SEE_PROTECTED, case.subject)
    if knows and photos:
        _note_that_it_was_seen(case)
    columns = []
    for kind in KINDS:
        own = [one for one in photos if one.attached.kind == kind]
        shown = [_figure(case, one, knows=knows) for one in own] or [tag("p", scene.say(f"case.no_{kind}"), cls="none")]
        columns.append(tag("section", tag("h3", scene.say(f"case.kind_{kind}")), *shown))
    st.html(tag("div", join(columns), cls="xj-photos"))
    if any(rule.act is Act.ATTACH for rule in case.offered[1]):
        _form(case)


def _note_that_it_was_seen(case: Case) -> None:
    """Once a session and case: who saw what cameras wrote is logged."""
    key = f"saw-photos-{case.id}"
    if key not in st.session_state:
        case.scene.runtime.access.saw_protected(case.scene.viewer, "photos", case.id)
        st.session_state[key] = True


def _figure(case: Case, one: IssuePhoto, *, knows: bool) -> Html:
    scene, sha256 = case.scene, one.photo.sha256
    at = from_us(one.attached.at_us)
    when = figures.NONE if at is None else scene.when(at)
    words = scene.say("case.photo_alt", kind=scene.say(f"case.kind_{one.attached.kind}"), number=case.number, at=when)
    picture = tag(
        "a",
        Html(tag("img", src=f"/api/photos/{sha256}/thumb", alt=words, loading="lazy").removesuffix("</img>")),
        href=f"/api/photos/{sha256}",
        target="_blank",
        rel="noopener",
    )
    lines: list[Html] = [tag("span", when, " · ", actor_name(scene, one.attached.actor))]
    if one.photo.blurred_from is not None:
        lines.append(tag("span", scene.say("case.photo_blurred")))
    if one.photo.is_reviewed:
        lines.append(tag("span", "✓ ", scene.say("case.photo_reviewed")))
    if scene.may(Action.REPORT):
        there = f"/photos/{sha256}/blur?lang={scene.language}&theme={scene.theme}"
        looks = "" if one.photo.is_reviewed else "todo"  # nobody has said yet that no face or plate is left
        lines.append(tag("a", scene.say("case.photo_blur"), href=there, target="_self", cls=looks))
    flags = [tag("li", _flag_words(case, flag)) for flag in one.flags] if knows else []
    told = tag("ul", join(flags), cls="flags", aria_label=scene.say("case.flags")) if flags else Html("")
    return tag("figure", picture, tag("figcaption", join(lines)), told)


def _flag_words(case: Case, flag: Flag) -> str:
    """The sentence of a flag; an issue that the viewer does not see is not named."""
    values: dict[str, Any] = dict(flag.figures)
    if "issue" in values:
        values["number"] = issue_number(case.scene, str(values["issue"]))
    return case.scene.say(f"photos.flag_{flag.code}", **values)


def _form(case: Case) -> None:
    scene = case.scene
    turn = int(st.session_state.get(_ROUND) or 0)
    said(f"photos {case.id} {turn}", keep=True)
    files = st.file_uploader(
        scene.say("case.add_photos"),
        TYPES,
        accept_multiple_files=True,
        key=f"photo-files-{turn}",
    )
    if not files:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            scene.say("case.field_kind"),
            KINDS,
            default=KINDS[0],
            required=True,
            key="photo-kind",
            format_func=lambda kind: scene.say(f"case.kind_{kind}"),
        )
        label = scene.say("case.attach", n=figures.count(len(files)))
        st.button(label, key="photo-attach", type="primary", on_click=_attach, args=(case.id, case.version))


def _attach(issue: str, version: int) -> None:
    scene, state = open_scene(), st.session_state
    turn = int(state.get(_ROUND) or 0)
    files = list(state.get(f"photo-files-{turn}") or ())
    try:
        case = open_case(scene, issue)
        kind = str(state.get("photo-kind") or KINDS[0])
        acts = photo_acts(case, [file.getvalue() for file in files], kind, version, key=str(uuid.uuid4()))
        in_one_thread(lambda: scene.runtime.act_many(acts, actor=scene.viewer))
    except XunjieError as error:
        say(f"photos {issue} {turn}", refusal_words(scene, error), good=False)
        return
    state[_ROUND] = turn + 1
    say(f"photos {issue} {turn + 1}", scene.say("case.attached", n=figures.count(len(acts))))


def photo_acts(case: Case, contents: Sequence[bytes], kind: str, version: int, *, key: str) -> list[IssueAct]:
    """Take the pictures in, and give the acts that attach those which are not attached as `kind` yet, from `version`
    on. Raises what `PhotoBook.add` raises, and NotFoundError for a viewer who may not send any."""
    scene = case.scene
    if not any(rule.act is Act.ATTACH for rule in case.offered[1]) or not scene.may(Action.REPORT):
        raise NotFoundError("issue", case.number)
    there = {one.attached.sha256 for one in scene.runtime.photos.of_issue(case.id) if one.attached.kind == kind}
    acts: list[IssueAct] = []
    for content in contents:
        sha256 = scene.runtime.photos.add(content, uploader=scene.viewer.account).photo.sha256
        if sha256 in there:
            continue
        there.add(sha256)
        name = str(uuid.uuid5(uuid.UUID(key), f"{sha256} {kind}"))
        fields = {"photo": sha256, "kind": kind}
        acts.append(IssueAct(case.id, version + len(acts), name, act=Act.ATTACH, fields=fields))
    return acts

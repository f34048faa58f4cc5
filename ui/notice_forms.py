"""Where notices and digests go, on the page of people: webhooks and how far each is, and the addresses of units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from data.access.people import checked_scope
from data.duties import duties_in_force
from data.notices.webhooks import Webhook, checked_codes
from data.scope_codes import known_codes
from geo.clock import from_us
from geo.errors import BadValueError, StoreError, XunjieError
from geo.notices import Code
from geo.organisation import ASSIGNABLE
from geo.permissions import Action
from ui import figures
from ui.markup import Html, tag
from ui.plain_table import plain_table
from ui.scene import Scene, open_scene
from ui.scope_fields import picked_scope, scope_field

_COUNTED: Final = {"behind", "delivered"}
_SAW: Final = "saw-addresses"


def webhook_panel(scene: Scene) -> None:
    """The webhooks, a form for one more, and what can be done to one."""
    hooks = scene.runtime.notices.webhooks()
    title = scene.say("notices.hooks_title", n=figures.count(len(hooks)))
    st.html(tag("div", tag("h2", title), cls="xj-h"))
    st.html(tag("p", scene.say("notices.hooks_note"), cls="xj-cap"))
    _say(scene, "hook")
    if hooks:
        names = ("url", "state", "behind", "delivered", "next", "error")
        head = tag(
            "tr",
            *(
                tag("th", scene.say(f"notices.column_{name}"), scope="col", cls="n" if name in _COUNTED else "")
                for name in names
            ),
        )
        st.html(plain_table(title, head, (_row(scene, hook) for hook in hooks)))
        _change(scene, hooks)
    else:
        st.html(tag("p", scene.say("notices.hooks_none"), cls="xj-cap", role="status"))
    st.text_input(scene.say("notices.hook_url"), key="hook-url", max_chars=500, autocomplete="off")
    st.multiselect(
        scene.say("notices.hook_kinds"),
        [str(code) for code in Code],
        key="hook-kinds",
        format_func=lambda code: scene.say(f"notices.code_{code}"),
        placeholder="",
    )
    for kind in ("subdistricts", "departments"):
        scope_field(scene, kind, key=f"hook-{kind}", label=scene.say(f"notices.hook_{kind}"))
    st.button(scene.say("notices.hook_add"), key="hook-add", type="primary", on_click=_add)


def _row(scene: Scene, hook: Webhook) -> Html:
    state = "off" if not hook.active else "paused" if hook.paused_us else "failing" if hook.attempts else "well"
    next_at = from_us(hook.next_us) if hook.next_us is not None and state == "failing" else None
    behind = max(0, scene.snapshot.seq - hook.seq)
    return tag(
        "tr",
        tag("td", hook.url, tag("small", " ", hook.id)),
        tag("td", tag("span", scene.say(f"notices.state_{state}"), cls="ok" if state == "well" else "off")),
        tag("td", figures.count(behind), cls="n"),
        tag("td", figures.count(hook.delivered), cls="n"),
        tag("td", figures.table_moment(next_at and next_at.astimezone(scene.zone))),
        tag("td", hook.error or figures.NONE),
    )


def _change(scene: Scene, hooks: list[Webhook]) -> None:
    urls = {hook.id: hook.url for hook in hooks}
    chosen = st.selectbox(
        scene.say("notices.hook_choose"),
        list(urls),
        index=None,
        key="hook-chosen",
        format_func=lambda identity: f"{urls.get(identity, '')} · {identity}",
    )
    if chosen is None or chosen not in urls:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(scene.say("notices.hook_on"), key="hook-on", on_click=_switch, args=(True,))
        st.button(scene.say("notices.hook_off"), key="hook-off", on_click=_switch, args=(False,))
        st.number_input(scene.say("notices.hook_from"), min_value=1, step=1, key="hook-from", width=160)
        st.button(scene.say("notices.hook_replay"), key="hook-replay", on_click=_replay)
        st.button(scene.say("notices.hook_remove"), key="hook-remove", on_click=_remove)


def address_panel(scene: Scene) -> None:
    """The addresses of units, and a form to add or erase one."""
    st.html(tag("div", tag("h2", scene.say("notices.mails_title")), cls="xj-h"))
    st.html(tag("p", scene.say("notices.mails_note"), cls="xj-cap"))
    _say(scene, "mail")
    units = {unit.code: unit for unit in duties_in_force(scene.snapshot).organisation.of_kind(*ASSIGNABLE)}
    kept = [(unit, address) for unit, found in scene.runtime.notices.addresses().items() for address in found]
    if kept and _SAW not in st.session_state:  # once a session: who saw how to reach people is logged
        scene.runtime.access.saw_protected(scene.viewer, "addresses", "units")
        st.session_state[_SAW] = True

    def named(code: str) -> str:
        return f"{code} {scene.name(units[code].name)}" if code in units else code

    if kept:
        head = tag(
            "tr",
            tag("th", scene.say("notices.mail_unit"), scope="col"),
            tag("th", scene.say("notices.mail_address"), scope="col"),
        )
        rows = (tag("tr", tag("td", named(unit)), tag("td", address)) for unit, address in kept)
        st.html(plain_table(scene.say("notices.mails_title"), head, rows))
        st.selectbox(
            scene.say("notices.mail_choose"),
            kept,
            index=None,
            key="mail-chosen",
            format_func=lambda pair: f"{pair[0]} · {pair[1]}",
        )
        st.button(scene.say("notices.mail_remove"), key="mail-remove", on_click=_erase)
    else:
        st.html(tag("p", scene.say("notices.mails_none"), cls="xj-cap", role="status"))
    st.selectbox(scene.say("notices.mail_unit"), list(units), index=None, key="mail-unit", format_func=named)
    st.text_input(scene.say("notices.mail_address"), key="mail-address", max_chars=254, autocomplete="off")
    st.button(scene.say("notices.mail_add"), key="mail-add", type="primary", on_click=_mail)


def _say(scene: Scene, form: str) -> None:
    told = st.session_state.pop(f"{form}-told", None)
    if told is not None:
        key, good, values = told
        words = scene.say(f"notices.{key}", **values)
        st.html(tag("p", words, cls="xj-say good" if good else "xj-say bad", role="status" if good else "alert"))


def _add() -> None:
    def write(scene: Scene, state: Any) -> tuple[str, dict[str, Any]]:
        _, secret = scene.runtime.notices.add_webhook(
            by=scene.viewer.account,
            url=str(state.get("hook-url") or "").strip(),
            codes=checked_codes(list(state.get("hook-kinds") or ()) or None),
            scope=checked_scope(picked_scope("hook"), known_codes(scene.snapshot)),
        )
        state["hook-url"] = ""
        state["hook-kinds"], state["hook-subdistricts"], state["hook-departments"] = [], [], []
        return "hook_secret", {"secret": secret}

    _written("hook", write)


def _switch(active: bool) -> None:
    _written("hook", lambda scene, state: _changed(scene, state, active=active))


def _replay() -> None:
    _written("hook", lambda scene, state: _changed(scene, state, replay_from=int(state.get("hook-from") or 1)))


def _changed(scene: Scene, state: Any, **changes: Any) -> tuple[str, dict[str, Any]]:
    scene.runtime.notices.change_webhook(str(state.get("hook-chosen")), by=scene.viewer.account, **changes)
    return "hook_saved", {}


def _remove() -> None:
    def write(scene: Scene, state: Any) -> tuple[str, dict[str, Any]]:
        scene.runtime.notices.remove_webhook(str(state.get("hook-chosen")), by=scene.viewer.account)
        state["hook-chosen"] = None
        return "hook_removed", {}

    _written("hook", write)


def _mail() -> None:
    def write(scene: Scene, state: Any) -> tuple[str, dict[str, Any]]:
        address = str(state.get("mail-address") or "").strip()
        scene.runtime.notices.add_address(str(state.get("mail-unit")), address, by=scene.viewer.account)
        state["mail-address"] = ""
        return "hook_saved", {}

    _written("mail", write)


def _erase() -> None:
    def write(scene: Scene, state: Any) -> tuple[str, dict[str, Any]]:
        chosen = state.get("mail-chosen")
        if chosen is None:
            raise BadValueError("address", "", "one that is there")
        scene.runtime.notices.remove_address(*chosen, by=scene.viewer.account)
        state["mail-chosen"] = None
        return "hook_removed", {}

    _written("mail", write)


def _written(form: str, write: Callable[[Scene, Any], tuple[str, dict[str, Any]]]) -> None:
    """Run a callback of a form, as a viewer who may, and keep what is to be said of it for the run that follows."""
    scene, state = open_scene(), st.session_state
    if not scene.may(Action.MANAGE_NOTICES):
        return
    try:
        key, values = write(scene, state)
        state[f"{form}-told"] = (key, True, values)
    except BadValueError as error:
        key = "hook_bad_url" if error.key == "url" else "mail_bad" if form == "mail" else "hook_bad"
        state[f"{form}-told"] = (key, False, {})
    except StoreError:
        state[f"{form}-told"] = ("mark_failed", False, {})
    except XunjieError:  # it is gone already, or there are too many
        state[f"{form}-told"] = ("hook_bad", False, {})

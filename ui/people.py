"""People: who may come in, with which roles and how far; and the log of access. For administrators and auditors."""

from __future__ import annotations

from collections import Counter
from typing import Final

import streamlit as st

from data.access.access import wall_us
from data.access.access_log import Entry
from data.access.people import Account
from data.store.events import us_of_iso
from geo.clock import from_us
from geo.permissions import Action
from ui import figures
from ui.guard import guarded
from ui.markup import Html, tag
from ui.notice_forms import address_panel, webhook_panel
from ui.people_forms import change_form, new_form
from ui.people_words import roles_words, scope_words
from ui.plain_table import plain_table
from ui.scene import Scene, open_scene

_NEWEST: Final = 50


@st.fragment
@guarded
def page() -> None:
    """The accounts, what an administrator changes of them, and the newest entries of the log."""
    scene = open_scene()
    if not scene.may(Action.READ_AUDIT):
        return
    manages = scene.may(Action.MANAGE_PEOPLE)
    st.html(tag("div", tag("h1", scene.say("people.title")), cls="xj-h"))
    st.html(tag("p", scene.say("people.lead" if manages else "people.lead_audit"), cls="xj-cap"))
    if not scene.runtime.settings.access.is_on:
        st.html(tag("p", scene.say("people.no_login"), cls="xj-say"))
    accounts = scene.runtime.access.accounts()
    with st.container(key="panel-accounts"):
        _accounts(scene, accounts)
    if manages:
        with st.container(key="split"):
            left, right = st.columns(2, gap="small")
            with left, st.container(key="panel-newaccount"):
                new_form(scene)
            with right, st.container(key="panel-changeaccount"):
                change_form(scene, accounts)
    if scene.may(Action.MANAGE_NOTICES):
        with st.container(key="panel-webhooks"):
            webhook_panel(scene)
        with st.container(key="panel-addresses"):
            address_panel(scene)
    with st.container(key="panel-accesslog"):
        _log(scene, accounts)


def _accounts(scene: Scene, accounts: list[Account]) -> None:
    st.html(_heading(scene.say("people.accounts", n=figures.count(len(accounts)))))
    if not accounts:
        st.html(tag("p", scene.say("people.no_accounts"), cls="xj-cap"))
        return
    access, now_us = scene.runtime.access, wall_us()
    sessions = Counter(session.account for session in access.sessions())
    tokens = Counter(
        token.account for token in access.tokens() if token.revoked_us is None and token.expires_us > now_us
    )
    names = ("login", "name", "roles", "scope", "state", "sessions", "tokens")
    counted = {"sessions", "tokens"}
    head = tag(
        "tr",
        *(
            tag("th", scene.say(f"people.column_{name}"), scope="col", cls="n" if name in counted else "")
            for name in names
        ),
    )
    rows = (
        tag(
            "tr",
            tag("td", tag("b", account.login), tag("small", " ", account.id)),
            tag("td", account.name),
            tag("td", roles_words(scene, account.roles)),
            tag("td", scope_words(scene, account.scope)),
            tag("td", _state(scene, account, now_us)),
            tag("td", figures.count(sessions[account.id]), cls="n"),
            tag("td", figures.count(tokens[account.id]), cls="n"),
        )
        for account in accounts
    )
    st.html(plain_table(scene.say("people.title"), head, rows))


def _state(scene: Scene, account: Account, now_us: int) -> Html:
    if account.disabled:
        return tag("span", scene.say("people.state_disabled"), cls="off")
    if account.locked_until_us is not None and now_us < account.locked_until_us:
        return tag("span", scene.say("people.state_locked"), cls="off")
    return tag("span", scene.say("people.state_open"), cls="ok")


def _log(scene: Scene, accounts: list[Account]) -> None:
    entries = scene.runtime.access.newest_entries(_NEWEST)
    st.html(_heading(scene.say("people.log", n=figures.count(len(entries)))))
    st.html(tag("p", scene.say("people.log_note"), cls="xj-cap"))
    logins = {account.id: account.login for account in accounts}
    names = ("at", "actor", "kind", "subject")
    head = tag("tr", *(tag("th", scene.say(f"people.column_{name}"), scope="col") for name in names))
    rows = (tag("tr", *(tag("td", cell) for cell in _entry(scene, entry, logins))) for entry in entries)
    st.html(plain_table(scene.say("people.log", n=len(entries)), head, rows))


def _entry(scene: Scene, entry: Entry, logins: dict[str, str]) -> tuple[object, ...]:
    at = from_us(us_of_iso(entry.at))
    moment = figures.table_moment(at and at.astimezone(scene.zone))
    actor, subject = (logins.get(who or "", who or figures.NONE) for who in (entry.actor, entry.subject))
    return (moment, actor, scene.say(f"people.kind_{entry.kind}"), subject)


def _heading(words: str) -> Html:
    return tag("div", tag("h2", words), cls="xj-h")

"""The edge of a page: an error becomes one sentence for the reader and a traceback in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

import streamlit as st

from i18n import translate
from ui.address import language
from ui.markup import tag

_LOG = logging.getLogger("xunjie.ui")


def guarded(draw: Callable[[], None]) -> Callable[[], None]:
    """`draw`, but whatever it raises is logged and said in the reader's language in its place; the rest stays."""

    @wraps(draw)
    def safely() -> None:
        try:
            draw()
        except Exception:  # noqa: BLE001 - nothing above could say it better; Streamlit's own signals pass
            _LOG.exception("a page could not be drawn")
            st.html(tag("p", translate("core.panel_failed", language("zh-CN")), cls="xj-say bad", role="alert"))

    return safely

"""An error on a page is a sentence for the reader and a traceback in the log, never on the screen."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
from ui.guard import guarded

@guarded
def page():
    raise ValueError("secret of the machine room")

page()
"""


@pytest.mark.parametrize(("language", "sentence"), [("zh-CN", "暂时无法显示"), ("en", "cannot be shown just now")])
def test_an_error_is_said_in_one_sentence(language: str, sentence: str, caplog: pytest.LogCaptureFixture) -> None:
    at = AppTest.from_string(SCRIPT)
    at.query_params["lang"] = language
    at.run()
    said = " ".join(str(element.value) for element in at.get("html"))
    assert not at.exception
    assert sentence in said
    assert "secret" not in said
    assert "secret of the machine room" in caplog.text

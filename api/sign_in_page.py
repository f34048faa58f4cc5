"""The sign-in page: a form and, where there is a provider, a way to it; HTML without a script, in two languages."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Final
from urllib.parse import urlencode

from geo.text import LANGUAGES, Language
from i18n import translate
from layers.tokens import custom_properties

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_LOCAL: Final = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")
_OTHER: Final = {"zh-CN": ("en", "English"), "en": ("zh-CN", "中文")}


def local_path(text: str) -> str:
    """`text` if it is an address of this very host, without its name; else "/". Nobody is sent elsewhere."""
    return text if _LOCAL.fullmatch(text) else "/"


def language_of(asked: str | None, next_path: str) -> Language:
    """The language asked for, else that of the page one came from."""
    wanted = asked or ("en" if re.search(r"[?&]lang=en(?:&|$)", next_path) else "zh-CN")
    return next((known for known in LANGUAGES if known == wanted), "zh-CN")


def sign_in_page(language: Language, next_path: str, *, problem: str = "", login: str = "", oidc: bool = False) -> str:
    """The document. `problem` is the key of a sentence of `people.`; `login` is kept in its field."""

    def say(key: str) -> str:
        return escape(translate(f"people.{key}", language))

    other, other_name = _OTHER[language]
    switch = "/sign-in?" + urlencode({"lang": other, "next": next_path})
    to_provider = "/sign-in/oidc?" + urlencode({"lang": language, "next": next_path})
    alert = f'<p class="bad" role="alert">{say(problem)}</p>' if problem else ""
    button = f'<a class="provider" href="{escape(to_provider)}">{say("by_provider")}</a><hr>' if oidc else ""
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{say("sign_in")} · {escape(translate("core.brand", language))}</title>
<link rel="stylesheet" href="/sign-in/style.css">
</head>
<body>
<main>
<h1>{escape(translate("core.brand", language))}</h1>
<p class="lead">{say("sign_in_lead")}</p>
{alert}
{button}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="{escape(next_path)}">
<input type="hidden" name="lang" value="{language}">
<label for="login">{say("login")}</label>
<input id="login" name="login" value="{escape(login)}" autocomplete="username" autocapitalize="none" \
spellcheck="false" maxlength="64" required{"" if login else " autofocus"}>
<label for="password">{say("password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required\
{" autofocus" if login else ""}>
<button type="submit">{say("sign_in")}</button>
</form>
<p class="other"><a href="{escape(switch)}" lang="{other}" hreflang="{other}">{other_name}</a></p>
</main>
</body>
</html>
"""


@cache
def style_sheet() -> str:
    """The page's rules: the design tokens, then a card in the middle that fits a phone."""

    def declared(theme: str) -> str:
        return "".join(f"{name}:{value};" for name, value in custom_properties(theme).items())  # type: ignore[arg-type]

    return (
        f":root{{{declared('light')}}}\n@media (prefers-color-scheme: dark){{:root{{{declared('dark')}}}}}\n" + _RULES
    )


_RULES: Final = """
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px;
  background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; }
main { width: min(100%, 380px); background: var(--surface); border: 1px solid var(--border); border-radius: 8px;
  box-shadow: var(--elevation); padding: 28px 28px 18px; }
h1 { margin: 0; font-size: 26px; line-height: 1.2; }
.lead { margin: 6px 0 20px; color: var(--text2); }
label { display: block; margin: 14px 0 4px; font-weight: 600; }
input { width: 100%; min-height: 44px; padding: 8px 10px; font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--border-strong); border-radius: 6px; }
button, .provider { display: block; width: 100%; min-height: 44px; margin-top: 20px; padding: 9px 12px; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; color: var(--on-primary); background: var(--primary);
  border: 1px solid var(--primary); border-radius: 6px; cursor: pointer; }
.provider { margin: 0 0 8px; }
hr { border: 0; border-top: 1px solid var(--border); margin: 18px 0 4px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.bad { margin: 0 0 14px; padding: 9px 12px; border-left: 4px solid var(--negative); background: var(--surface2); }
.other { margin: 16px 0 0; text-align: right; }
.other a { color: var(--primary); }
"""

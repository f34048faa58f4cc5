"""Signing in by password and signing out: /sign-in, its style sheet, and /sign-out."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.errors import problem
from api.identity import cookie_name, cookies_of, session_cookie
from api.json_body import body_of
from api.operation import Answer, Operation
from api.operation import text as text_parameter
from api.question import read_own
from api.sign_in_page import POLICY, language_of, local_path, sign_in_page, style_sheet
from data.access.cookies import PLAIN_COOKIE, SECURE_COOKIE
from data.runtime import runtime
from geo.errors import BadValueError, BusyError
from geo.permissions import Action
from geo.text import Language

MOST_BYTES: Final = 16 * 1024
FORM: Final = "application/x-www-form-urlencoded"
NEXT: Final = text_parameter("next", "a local path to go on to", most=2_000)
LANG: Final = text_parameter("lang", "zh-CN or en")
_FIELDS: Final = ("login", "password", "next", "lang")


def page(request: Request) -> Response:
    """The form; where nobody signs in, on to the program."""
    own = read_own(request.query_params.multi_items(), (NEXT, LANG))
    next_path = local_path(own["next"] or "/")
    if not runtime().settings.access.is_on:
        return RedirectResponse(next_path, 303)
    return page_response(language_of(own["lang"], next_path), next_path)


def page_response(
    language: Language, next_path: str, status: int = 200, *, problem: str = "", login: str = ""
) -> Response:
    """The page as an answer: never kept, under a policy without scripts."""
    oidc = runtime().settings.access.oidc is not None
    content = sign_in_page(language, next_path, problem=problem, login=login, oidc=oidc)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Frame-Options": "DENY"}
    return Response(content, status, headers, media_type="text/html")


async def sign_in(request: Request) -> Response:
    """303 to where one wanted to go, with a new session; 401 with the form again, whatever it was that did not fit."""
    current = runtime()
    if not current.settings.access.is_on:
        return problem("no_route", 404)
    fields = _form(await body_of(request, MOST_BYTES))
    next_path = local_path(fields.get("next", "/"))
    language = language_of(fields.get("lang"), next_path)
    login, address = fields.get("login", ""), address_of(request)
    try:
        secret = await run_in_threadpool(current.access.sign_in, login, fields.get("password", ""), address=address)
    except BusyError:
        return page_response(language, next_path, 503, problem="busy", login=login)
    if secret is None:
        return page_response(language, next_path, 401, problem="refused", login=login)
    return await run_in_threadpool(signed_in, request, secret, next_path)


def signed_in(request: Request, secret: str, next_path: str) -> Response:
    """On to `next_path` with the session's cookie. A session that the browser had before ends: nobody can have planted
    the one it goes on with."""
    access = runtime().access
    before = cookies_of(request.headers).get(cookie_name(request.url.scheme))
    if before:
        access.sign_out(before)
    answer = RedirectResponse(next_path, 303, {"Cache-Control": "no-store"})
    cookie = session_cookie(secret, request.url.scheme, most_s=access.settings.longest_s)
    answer.headers.append("Set-Cookie", cookie)
    return answer


async def sign_out(request: Request) -> Response:
    """End the session, let the browser forget its cookie and what it kept of answers, and show the form."""
    await body_of(request, MOST_BYTES)
    cookies = cookies_of(request.headers)
    for name in (SECURE_COOKIE, PLAIN_COOKIE):
        if cookies.get(name) and runtime().settings.access.is_on:
            await run_in_threadpool(runtime().access.sign_out, cookies[name])
    answer = RedirectResponse("/sign-in", 303, {"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'})
    answer.headers.append("Set-Cookie", f"{SECURE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure")
    answer.headers.append("Set-Cookie", f"{PLAIN_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    return answer


def style(request: Request) -> Response:
    """The style sheet of the form."""
    read_own(request.query_params.multi_items(), ())
    return Response(style_sheet(), headers={"Cache-Control": "max-age=3600"}, media_type="text/css")


def address_of(request: Request) -> str:
    """From where somebody signs in, as the log of access keeps it."""
    return request.client.host[:64] if request.client else ""


def _form(body: bytes) -> dict[str, str]:
    """The fields of the form. BadValueError for what is none, or has a field twice."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=len(_FIELDS)
        )
    except ValueError:
        raise BadValueError("body", "…", "the fields of the sign-in form") from None
    fields = dict(pairs)
    if len(fields) < len(pairs) or not fields.keys() <= set(_FIELDS):
        raise BadValueError("body", "…", "each field of the sign-in form once")
    return fields


_HTML: Final = "text/html"
OPERATIONS: Final = (
    Operation(
        path="/sign-in",
        endpoint=page,
        summary="The form to sign in with, without a script.",
        action=Action.OPEN,
        parameters=(NEXT, LANG),
        answers={200: Answer("the form", media_type=_HTML), 303: Answer("nobody signs in here", media_type="")},
    ),
    Operation(
        path="/sign-in",
        method="POST",
        endpoint=sign_in,
        summary="Sign in with login and password (fields of a form: login, password, next, lang).",
        action=Action.OPEN,
        body={"type": "object", "properties": {name: {"type": "string"} for name in _FIELDS}},
        body_type=FORM,
        answers={
            303: Answer("signed in; the cookie carries the session", media_type=""),
            401: Answer("the form again", media_type=_HTML),
            503: Answer("the form again: too many sign in at once", media_type=_HTML),
        },
    ),
    Operation(
        path="/sign-in/style.css",
        endpoint=style,
        summary="The style sheet of the form.",
        action=Action.OPEN,
        answers={200: Answer("the rules", media_type="text/css")},
    ),
    Operation(
        path="/sign-out",
        method="POST",
        endpoint=sign_out,
        summary="End the session, from this moment on.",
        action=Action.OPEN,
        body={"type": "object"},
        body_type=FORM,
        answers={303: Answer("signed out", media_type="")},
    ),
)

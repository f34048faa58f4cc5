"""Signing in by an OpenID provider: /sign-in/oidc sends there, /sign-in/oidc/callback takes who comes back."""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, Final

import httpx
from authlib.common.errors import AuthlibBaseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import problem
from api.identity import is_secure
from api.operation import Answer, Operation
from api.question import read_own
from api.sign_in import LANG, NEXT, address_of, page_response, signed_in
from api.sign_in_page import language_of, local_path
from data.access.settings import OidcSettings
from data.runtime import runtime
from geo.errors import BusyError
from geo.permissions import Action

_LOG = logging.getLogger("xunjie.api")
_CALLBACK: Final = "/sign-in/oidc/callback"
_COOKIE: Final = "xunjie-oidc"
_PENDING_S: Final = 600
_MOST_CLAIM: Final = 255
Handler = Callable[[Request], Awaitable[Response]]


async def begin(request: Request) -> Any:
    """To the provider, with state, nonce and a code challenge that only this browser can answer."""
    own = read_own(request.query_params.multi_items(), (NEXT, LANG))
    next_path = local_path(own["next"] or "/")
    settings = runtime().settings.access.oidc
    if settings is None:
        return problem("no_route", 404)

    async def to_provider(inner: Request) -> Response:
        inner.session.clear()
        inner.session["next"], inner.session["lang"] = next_path, language_of(own["lang"], next_path)
        back = f"{inner.url.scheme}://{inner.headers['host']}{_CALLBACK}"  # the gate knows the host
        answer: Response = await _client(settings).authorize_redirect(inner, back)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return _with_pending(request, settings, to_provider)


async def callback(request: Request) -> Any:
    """303 with a new session for a known person; the form with a sentence for anyone else."""
    settings = runtime().settings.access.oidc
    if settings is None:
        return problem("no_route", 404)

    async def come_back(inner: Request) -> Response:
        next_path, lang = str(inner.session.get("next", "/")), str(inner.session.get("lang", "zh-CN"))
        try:
            return await _take(inner, settings, next_path, lang)
        finally:
            inner.session.clear()

    return _with_pending(request, settings, come_back)


async def _take(request: Request, settings: OidcSettings, next_path: str, lang: str) -> Response:
    language, next_path = language_of(lang, next_path), local_path(next_path)
    client = _client(settings)
    try:
        token = await client.authorize_access_token(request)
        claims = token.get("userinfo") or {}
        issuer = (await client.load_server_metadata()).get("issuer")
    except (AuthlibBaseError, ValueError, KeyError) as error:
        _LOG.warning("a sign-in by the provider did not succeed: %s", type(error).__name__)
        return page_response(language, next_path, 400, problem="provider_failed")
    subject = claims.get("sub")
    if issuer != settings.issuer or claims.get("iss") != issuer or not isinstance(subject, str) or not subject:
        _LOG.warning("the provider names another issuer than XUNJIE_OIDC_ISSUER, or no subject")
        return page_response(language, next_path, 400, problem="provider_failed")
    login = claims.get(settings.claim)
    if settings.claim == "email" and claims.get("email_verified") is not True:
        login = None
    login = login if isinstance(login, str) and len(login) <= _MOST_CLAIM else None
    access = runtime().access
    try:
        secret = await run_in_threadpool(
            access.sign_in_by_identity, issuer, subject[:_MOST_CLAIM], login, address=address_of(request)
        )
    except BusyError:
        return page_response(language, next_path, 503, problem="busy")
    if secret is None:
        return page_response(language, next_path, 403, problem="no_account")
    return await run_in_threadpool(signed_in, request, secret, next_path)


def _with_pending(request: Request, settings: OidcSettings, handler: Handler) -> ASGIApp:
    """`handler` as an application that has what this browser began with in a signed cookie of ten minutes, sent to the
    sign-in alone."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        inner = Request(scope, receive)
        try:
            answer = await handler(inner)
        except (httpx.HTTPError, OSError) as error:
            _LOG.warning("the OpenID provider cannot be reached: %s", type(error).__name__)
            language = language_of(str(inner.session.get("lang", "zh-CN")), "/")
            answer = page_response(language, "/", 503, problem="provider_away")
        await answer(scope, receive, send)

    key = hashlib.sha256(b"xunjie sign-in " + settings.client_secret.encode()).hexdigest()
    return SessionMiddleware(
        app,
        secret_key=key,  # the same in every process of one office
        session_cookie=_COOKIE,
        max_age=_PENDING_S,
        path="/sign-in/oidc",
        same_site="lax",
        https_only=is_secure(request.url.scheme),
    )


@lru_cache(maxsize=4)
def _client(settings: OidcSettings) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it speaks to developers of httpx's successor
        from authlib.integrations.starlette_client import OAuth  # large, and needed only where there is a provider
    registry = OAuth()
    registry.register(
        "office",
        server_metadata_url=settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": 10},
    )
    return registry.create_client("office")


OPERATIONS: Final = (
    Operation(
        path="/sign-in/oidc",
        endpoint=begin,
        summary="Sign in by the office's OpenID provider.",
        action=Action.OPEN,
        parameters=(NEXT, LANG),
        answers={302: Answer("to the provider", media_type=""), 503: Answer("it is away", media_type="text/html")},
    ),
    Operation(
        path=_CALLBACK,
        endpoint=callback,
        summary="Where the provider sends people back to.",
        action=Action.OPEN,
        answers={
            303: Answer("signed in", media_type=""),
            400: Answer("what came does not fit what was begun", media_type="text/html"),
            403: Answer("this person has no account here", media_type="text/html"),
        },
    ),
)

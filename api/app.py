"""Every door in one list: the routes, the middleware before them, and what opens and closes with the server."""

from __future__ import annotations

from typing import Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from api import (
    account_access,
    accounts,
    acts,
    assignment,
    bulletins,
    cells,
    change,
    compliance,
    densities,
    digests,
    draws,
    exports,
    health,
    heat_tiles,
    imports,
    inbox,
    inspections,
    issue_record,
    map_pages,
    marks,
    me,
    metrics,
    my_list,
    my_sessions,
    organisation,
    organisation_book,
    overdue,
    photo_files,
    photos,
    picture,
    plans,
    point_marks,
    point_record,
    record_books,
    report,
    reporter,
    responsibility,
    roads,
    sign_in,
    sign_in_oidc,
    stream,
    street,
    summary,
    tally_entry,
    timeline,
    tokens,
    visit_entry,
    visits,
    watch,
    webhooks,
)
from api.doorkeeper import Doorkeeper
from api.doors import Doors
from api.errors import problem
from api.gate import Gate
from api.lifespan import lifespan
from api.observing import Observer
from api.openapi import operation_for
from api.operation import Operation
from api.repeated import Repeated
from api.start_page import StartPage

_DESCRIBED: Final[tuple[Operation, ...]] = (
    health.OPERATION,
    metrics.OPERATION,
    summary.OPERATION,
    *exports.OPERATIONS,
    *bulletins.OPERATIONS,
    *densities.OPERATIONS,
    visits.OPERATION,
    cells.OPERATION,
    heat_tiles.OPERATION,
    roads.OPERATION,
    marks.OPERATION,
    point_marks.OPERATION,
    compliance.OPERATION,
    organisation.OPERATION,
    *organisation_book.OPERATIONS,
    responsibility.OPERATION,
    overdue.OPERATION,
    assignment.OPERATION,
    timeline.OPERATION,
    watch.OPERATION,
    picture.OPERATION,
    stream.OPERATION,
    report.OPERATION,
    change.OPERATION,
    *acts.OPERATIONS,
    imports.OPERATION,
    *photos.OPERATIONS,
    *photo_files.OPERATIONS,
    issue_record.OPERATION,
    *reporter.OPERATIONS,
    point_record.OPERATION,
    my_list.OPERATION,
    *inspections.OPERATIONS,
    visit_entry.OPERATION,
    *draws.OPERATIONS,
    *plans.OPERATIONS,
    *tally_entry.OPERATIONS,
    *record_books.OPERATIONS,
    *map_pages.OPERATIONS,
    *street.OPERATIONS,
    *sign_in.OPERATIONS,
    *sign_in_oidc.OPERATIONS,
    *me.OPERATIONS,
    *my_sessions.OPERATIONS,
    *tokens.OPERATIONS,
    *accounts.OPERATIONS,
    *account_access.OPERATIONS,
    *inbox.OPERATIONS,
    digests.OPERATION,
    *webhooks.OPERATIONS,
)
OPERATIONS: Final[tuple[Operation, ...]] = (*_DESCRIBED, operation_for(_DESCRIBED))


class _NoSuchRoute:
    """What answers under /api where nothing else does: 405 for a wrong method, else 404, in JSON."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell which of the two it is, with the methods that the address takes."""
        allowed: set[str] = set()
        for route in self._routes:
            if isinstance(route, Route) and route.matches(scope)[0] is Match.PARTIAL:
                allowed |= route.methods or set()
        if allowed:
            names = ", ".join(sorted(allowed))
            answer = problem("method", 405, {"Allow": names}, method=scope["method"], allowed=names)
        else:
            answer = problem("no_route", 404)
        await answer(scope, receive, send)


_ANSWERING: Final[list[BaseRoute]] = [operation.route() for operation in OPERATIONS]
_NOTHING: Final = _NoSuchRoute(_ANSWERING)
ROUTES: Final[list[BaseRoute]] = [
    *_ANSWERING,
    *(
        Route(path, _NOTHING)
        for path in ("/api", "/healthz", "/metrics", "/map", "/photos", "/street", "/wall", "/sign-in", "/sign-out")
    ),
    *(Route(f"{path}/{{rest:path}}", _NOTHING) for path in ("/api", "/map", "/heat", "/photos", "/street", "/sign-in")),
]
DOORS: Final = Doors(OPERATIONS)
_SHARED: Final = {op.path: op.action for op in OPERATIONS if op.shared and op.action is not None}
MIDDLEWARE: Final = [
    Middleware(Observer),
    Middleware(Gate),
    Middleware(Doorkeeper, doors=DOORS),
    Middleware(Repeated, paths=_SHARED),
    Middleware(StartPage),
]

__all__ = ["DOORS", "MIDDLEWARE", "OPERATIONS", "ROUTES", "lifespan"]

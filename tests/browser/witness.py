"""What a browser saw go wrong: console errors, uncaught exceptions (workers too), failed and outside requests."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, BrowserContext, Request

# What the browser may do without the tests failing; each with its reason. Keep it short.
NOT_A_FAILURE = (
    "net::ERR_ABORTED",  # the page itself took a request back: a newer viewport, a page left, a stream closed
)
INSIDE = {"127.0.0.1", ""}  # "": data: and blob: addresses, which never leave the browser

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (e) =>
  console.error(`policy violated: ${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""


class Witness:
    """Listens to one browser context; `troubles` holds a line for each thing that must not happen."""

    def __init__(self, context: BrowserContext) -> None:
        self.troubles: list[str] = []
        self.requests: list[str] = []
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.troubles.append(f"uncaught: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            place = message.location or {}
            self.troubles.append(f"console: {message.text} ({place.get('url', '')}:{place.get('lineNumber', '')})")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if (urlsplit(request.url).hostname or "") not in INSIDE:
            self.troubles.append(f"left the machine: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure not in NOT_A_FAILURE:
            self.troubles.append(f"failed: {request.url} {request.failure}")

    def _response(self, response: Any) -> None:
        if response.status >= 400:
            self.troubles.append(f"answered {response.status}: {response.request.method} {response.url}")

    def assert_calm(self, *, but: Sequence[str] = (), may: Sequence[str] = ()) -> None:
        """Fail with every trouble seen so far. `but`: patterns of what the test brings about on purpose; each of them
        must have been seen, so that an excuse never outlives its cause. `may`: what chance decides about."""
        meant = [[line for line in self.troubles if re.search(pattern, line)] for pattern in but]
        excused = {line for lines in meant for line in lines}
        excused |= {line for line in self.troubles if any(re.search(pattern, line) for pattern in may)}
        troubles = [line for line in dict.fromkeys(self.troubles) if line not in excused]
        assert not troubles, "\n".join(troubles)
        assert all(meant), f"never seen: {[pattern for pattern, lines in zip(but, meant, strict=True) if not lines]}"


class SharedWorkerWitness:
    """Listens to every shared worker of a browser, which Playwright itself does not show."""

    def __init__(self, browser: Browser) -> None:
        self.troubles: list[str] = []
        self.seen: list[str] = []
        self._session = browser.new_browser_cdp_session()
        self._number = 0
        self._session.on("Target.targetCreated", self._created)
        self._session.on("Target.receivedMessageFromTarget", self._message)
        self._session.send("Target.setDiscoverTargets", {"discover": True})

    def _created(self, event: dict[str, Any]) -> None:
        target = event["targetInfo"]
        if target["type"] != "shared_worker":
            return
        self.seen.append(target["url"])
        session = self._session.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": False})
        for method in ("Runtime.enable", "Log.enable"):
            self._ask(session["sessionId"], method)

    def _ask(self, session: str, method: str) -> None:
        self._number += 1
        message = json.dumps({"id": self._number, "method": method})
        self._session.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})

    def _message(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        parameters = message.get("params", {})
        if message.get("method") == "Inspector.targetReloadedAfterCrash":
            # Who goes to another page begins a new worker, which for us, who look on, would wait for ever.
            self._ask(event["sessionId"], "Runtime.runIfWaitingForDebugger")
        elif message.get("method") == "Runtime.exceptionThrown":
            self.troubles.append(f"uncaught in a worker: {json.dumps(parameters['exceptionDetails'])[:500]}")
        elif message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.troubles.append(f"log of a worker: {parameters['entry'].get('text')}")
        elif message.get("method") == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            self.troubles.append(f"console of a worker: {json.dumps(parameters['args'])[:500]}")

    def assert_calm(self) -> None:
        """Fail with every trouble seen so far, and forget it."""
        troubles, self.troubles = self.troubles, []
        assert not troubles, "\n".join(troubles)

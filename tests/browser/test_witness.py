"""The witness sees what it is there to see: without this the calm of the other tests would mean nothing."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PAGES = {
    "/calm": ("text/html", "<!doctype html><title>calm</title><link rel=icon href=data:,><p>calm"),
    "/worker": ("text/html", '<!doctype html><link rel=icon href=data:,><script>new SharedWorker("/w.js")</script>'),
    "/w.js": ("text/javascript", 'setTimeout(() => { throw new Error("worker fell") }, 200)'),
    "/policy": ("text/html", "<!doctype html><link rel=icon href=data:,><script>window.ran = true</script>"),
}
TROUBLES = {
    "throw new Error('fell')": "uncaught: fell",
    "console.error('said')": "console: said",
    "fetch('http://outside.example/x').catch(() => 0)": "left the machine: http://outside.example/x",
    "fetch('/missing')": "answered 404: GET",
}


class Answer(BaseHTTPRequestHandler):
    """Serves PAGES; everything else is missing."""

    def do_GET(self):
        kind, body = PAGES.get(self.path, ("text/plain", ""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        if self.path == "/policy":
            self.send_header("Content-Security-Policy", "default-src 'none'; img-src data:")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def pages():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_calm_page_is_calm(visitor, pages):
    with visitor() as seen:
        seen.page.goto(pages + "/calm")
        assert seen.witness.requests == [pages + "/calm"]


@pytest.mark.parametrize("script", TROUBLES)
def test_each_kind_of_trouble_is_seen(visitor, pages, script):
    with visitor(calm=False) as seen:
        seen.page.goto(pages + "/calm")
        seen.page.evaluate(f"setTimeout(() => {{ {script} }}, 0)")
        seen.page.wait_for_timeout(400)
        assert any(line.startswith(TROUBLES[script]) for line in seen.witness.troubles), seen.witness.troubles
        with pytest.raises(AssertionError):
            seen.witness.assert_calm()


def test_a_broken_policy_is_seen(visitor, pages):
    with visitor(calm=False) as seen:
        seen.page.goto(pages + "/policy")
        assert seen.page.evaluate("window.ran") is None
        assert any("policy violated: script-src" in line for line in seen.witness.troubles), seen.witness.troubles


def test_an_exception_in_a_shared_worker_is_seen(visitor, pages, shared_workers):
    with visitor(calm=False) as seen:
        seen.page.goto(pages + "/worker")
        seen.page.wait_for_timeout(800)
        assert pages + "/w.js" in shared_workers.seen
        with pytest.raises(AssertionError, match="worker fell"):
            shared_workers.assert_calm()


def test_what_a_test_brings_about_on_purpose_is_excused_alone_and_only_if_it_happened(visitor, pages):
    with visitor(calm=False) as seen:
        seen.page.goto(pages + "/calm")
        seen.page.evaluate("fetch('/missing')")
        seen.page.wait_for_timeout(300)
        seen.witness.assert_calm(but=["/missing", "404"])
        with pytest.raises(AssertionError, match="never seen"):
            seen.witness.assert_calm(but=["/missing", "404", "another trouble"])
        seen.page.evaluate("console.error('said')")
        with pytest.raises(AssertionError, match="console: said"):
            seen.witness.assert_calm(but=["/missing", "404"])

"""The public site: both languages and themes, nothing that runs, a newer file taken up, a damaged one not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from api.public_site import main, public_app
from data.publishing.published_file import FORMAT, seal, write_publication

ROOT = Path(__file__).resolve().parents[2]
SQUARE = {"type": "Polygon", "coordinates": [[[106.7, 26.6], [106.8, 26.6], [106.8, 26.7], [106.7, 26.6]]]}
HOSTILE = "<script>alert(1)</script>{{7*7}}$language"


def both(text: str) -> dict:
    return {"zh": text, "en": text}


def content(total: int = 60) -> dict:
    rows = [
        {"code": "A", "name": both(HOSTILE), "short": both(HOSTILE), "area_km2": 2.0, "total": 55, "in_progress": None,
         "anchor": [106.75, 26.62], "geometry": SQUARE},
    ]  # fmt: skip
    made = {
        "format": FORMAT,
        "city": {"code": "c", "name": both("城 & city")},
        "campaign": both("2021"),
        "register": {"name": both("督查"), "bound": "eq"},
        "as_of": "2021-08-23T18:00:00+08:00",
        "delay_hours": 24.0,
        "synthetic": True,
        "least": 5,
        "issues": {"total": total, "rectified": None, "in_progress": None},
        "points": {"total": 3, "visited": 3, "first_visit_compliant": 2, "current_compliant": 3},
        "subdistricts": {"quality": "approximate", "outside": {"total": None, "in_progress": None}, "rows": rows},
        "cells": {"size_m": 500.0, "rows": [{"count": 55, "ring": SQUARE["coordinates"][0]}], "withheld": total - 55},
        "boundary": {"quality": "real", "geometry": SQUARE},
        "attribution": [both("来源")],
    }
    return made | {"sha256": seal(made)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_publication(tmp_path / "public.json", content())
    return tmp_path / "public.json"


@pytest.mark.parametrize("query", ["", "?lang=en", "?lang=zh-CN&theme=dark", "?lang=xx&theme=<"])
def test_the_page_runs_nothing_and_shows_what_is_withheld(path, query):
    answer = TestClient(public_app(path)).get(f"/{query}")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert ("withheld" if "en" in query else "不单列") in answer.text
    assert ("not published" if "en" in query else "未公布") in answer.text


def test_the_language_is_the_browsers_where_none_is_asked_for(path):
    client = TestClient(public_app(path))
    assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="zh-CN"' in client.get("/", headers={"Accept-Language": "zh"}).text


def test_the_style_is_served_under_its_own_name(path):
    client = TestClient(public_app(path))
    page = client.get("/").text
    name = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert client.get(f"/{name}").headers["content-type"].startswith("text/css")


def test_a_newer_file_is_taken_up_and_a_damaged_one_is_not(path):
    client = TestClient(public_app(path))
    assert client.get("/public.json").json()["issues"]["total"] == 60
    write_publication(path, content(total=61))
    assert client.get("/public.json").json()["issues"]["total"] == 61
    path.write_bytes(orjson.dumps(content(total=62) | {"sha256": "0"}))
    assert client.get("/public.json").json()["issues"]["total"] == 61
    assert client.get("/").status_code == 200
    path.unlink()
    assert client.get("/healthz").json()["status"] == "ready"
    write_publication(path, content(total=63))
    assert client.get("/public.json").json()["issues"]["total"] == 63


@pytest.mark.parametrize(("method", "address", "status"), [("GET", "/api/issues.geojson", 404), ("POST", "/", 405)])
def test_there_is_nothing_else(path, method, address, status):
    assert TestClient(public_app(path)).request(method, address).status_code == status


def test_without_a_publication_it_does_not_start(tmp_path, capsys):
    assert main([str(tmp_path / "none.json")]) == 1
    assert "none.json" in capsys.readouterr().err


def test_its_process_knows_no_store(path):
    code = f"import sys, pathlib; from api.public_site import public_app; public_app(pathlib.Path({str(path)!r}));"
    code += (
        "print([name for name in sys.modules if name.startswith(('data.store', 'sqlalchemy', 'sqlite3', 'psycopg'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr

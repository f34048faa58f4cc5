"""The public view as one page without scripts: figures, a picture of cells, its legend, and a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from string import Template
from typing import Any, Final

import numpy as np

from geo.text import Language, Text
from i18n import translate
from layers.asset import Asset, content_addressed
from layers.asset_sources import FOLDER
from layers.breaks import CLASSES, SUBDISTRICT_BREAKS, Breaks, breaks_for, classify
from layers.legend import number_text
from layers.tokens import Theme, both_themes, stylesheet, tokens

Json = Mapping[str, Any]
_WIDTH: Final = 1000.0
_LABEL_PX: Final = 24.0
_LANGUAGES: Final[dict[Language, Language]] = {"zh-CN": "en", "en": "zh-CN"}

_PAGE = Template("""<!doctype html>
<html lang="$language" data-theme="$theme">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$style">
<title>$title</title>
</head>
<body>
<header><h1>$heading</h1><p>$as_of</p>
<nav><a href="?lang=$other&amp;theme=$theme" lang="$other">$other_name</a>
<a href="?lang=$language&amp;theme=$other_theme">$other_theme_name</a></nav></header>
<main>
$notice
<dl class="figures">$figures</dl>
<section class="picture">$picture<div class="legend">$legend</div></section>
<section class="rows"><h2>$table_heading</h2>$table</section>
</main>
<footer><p>$explain</p><p>$sources: $attribution</p><p><a href="public.json">$data</a></p></footer>
</body>
</html>
""")


def public_style() -> tuple[str, Asset]:
    """The page's style: tokens, class colours, and its own rules."""
    ramps, on_class = both_themes("sequential"), tokens()["sequential"]["label_on_class"]
    rules = [
        f'[data-theme="{theme}"] .class-{k} {{ fill: {colour}; background: {colour}; color: {on_class[theme][k]}; }}'
        for theme, ramp in ramps.items()
        for k, colour in enumerate(ramp)
    ]
    own = (FOLDER / "css" / "public.css").read_text(encoding="utf-8")
    return content_addressed("public", ".css", "\n".join([stylesheet(), *rules, own]).encode())


def public_page(content: Json, language: Language, theme: Theme) -> bytes:
    """The HTML of a publication (data.publishing) in that language and theme."""
    say = _Sayer(content, language)
    cells = content["cells"]
    per_km2 = np.array([cell["count"] for cell in cells["rows"]]) / (cells["size_m"] / 1e3) ** 2
    breaks = breaks_for(SUBDISTRICT_BREAKS, per_km2)
    other_theme: Theme = "dark" if theme == "light" else "light"
    city, register = say.name(content["city"]["name"]), say.name(content["register"]["name"])
    hours = number_text(content["delay_hours"])
    return _PAGE.substitute(
        language=language,
        theme=theme,
        style=public_style()[0],
        title=say("title", city=city),
        heading=say("heading", city=city, register=register),
        as_of=say("as_of", moment=content["as_of"][:16].replace("T", " "), hours=hours),
        other=_LANGUAGES[language],
        other_name=say("other_language_bilingual"),
        other_theme=other_theme,
        other_theme_name=say(other_theme),
        notice=f'<p class="notice">{say("synthetic")}</p>' if content["synthetic"] else "",
        figures="".join(_figures(content, say)),
        picture=_picture(content, classify(per_km2, breaks), say),
        legend=_legend(content, per_km2, breaks, say),
        table_heading=say("table"),
        table=_table(content["subdistricts"], say),
        explain=say("explain", least=content["least"]),
        sources=say("sources"),
        attribution=escape(" · ".join(say.name(text) for text in content["attribution"])),
        data=say("data"),
    ).encode()


class _Sayer:
    """Texts of the catalogue and names of the publication, in one language and safe in HTML."""

    def __init__(self, content: Json, language: Language) -> None:
        self._language: Language = language
        self._least = content["least"]

    def __call__(self, key: str, **values: object) -> str:
        return escape(translate(f"public.{key}", self._language, **values))

    def name(self, both: Json) -> str:
        """A name of the publication, as it is: whoever puts it into HTML escapes it."""
        return Text(both["zh"], both["en"]).in_language(self._language)

    def count(self, value: int | None) -> str:
        """A count of the table; one that is not shown says so."""
        return self("withheld") if value is None else f"{value:,}"


def _figures(content: Json, say: _Sayer) -> Iterator[str]:
    issues, points = content["issues"], content["points"]
    for key in ("total", "rectified", "in_progress"):
        value = issues[key]
        yield _figure(say(key), say("not_published") if value is None else f"{value:,}")
    if points["visited"]:
        for key, name in (("first_visit", "first_visit_compliant"), ("current", "current_compliant")):
            yield _figure(say(key), say("of_visited", count=points[name], n=points["visited"]))


def _figure(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd>{value}</dd></div>"


def _picture(content: Json, classes: Iterable[int], say: _Sayer) -> str:
    """An SVG: land, cells, borders and names. Longitudes are shortened by the cosine of the middle latitude."""
    boundary = content["boundary"]["geometry"]
    place = _Placing(boundary)
    rows = content["subdistricts"]["rows"]
    parts = [f'<path class="land" d="{place.path(boundary)}"/>']
    for cell, k in zip(content["cells"]["rows"], classes, strict=True):
        parts.append(f'<path class="class-{k}" d="{place.ring(cell["ring"])}"><title>{cell["count"]}</title></path>')
    parts += [f'<path class="border" d="{place.path(row["geometry"])}"/>' for row in rows]
    parts.append(f'<path class="district" d="{place.path(boundary)}"/>')
    parts += _names(rows, place, say)
    city = say.name(content["city"]["name"])
    label = say("map_label", city=city, size=number_text(content["cells"]["size_m"]))
    return f'<svg viewBox="0 0 {_WIDTH:.0f} {place.height:.0f}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _names(rows: Sequence[Json], place: _Placing, say: _Sayer) -> Iterator[str]:
    """Names of subdistricts, the largest first; one that would touch another is left out: the table has them all."""
    taken: list[tuple[float, float, float, float]] = []
    for row in sorted(rows, key=lambda row: -row["area_km2"]):
        x, y = place(*row["anchor"])
        name = say.name(row["short"])
        half = sum(_LABEL_PX if ord(letter) > 0x2E7F else _LABEL_PX * 0.56 for letter in name) / 2 + 3
        box = (x - half, y - _LABEL_PX, x + half, y + _LABEL_PX * 0.4)
        if box[0] < 0 or box[2] > _WIDTH or any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        yield f'<text x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>'


def _meet(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


class _Placing:
    """Lon/lat to the picture's pixels."""

    def __init__(self, boundary: Json) -> None:
        points = np.array([point for ring in _rings(boundary) for point in ring])
        (self._west, south), (east, self._north) = points.min(axis=0), points.max(axis=0)
        self._shorter = math.cos(math.radians((south + self._north) / 2))
        self._scale = (_WIDTH - 8) / ((east - self._west) * self._shorter)
        self.height = (self._north - south) * self._scale + 8

    def __call__(self, lon: float, lat: float) -> tuple[float, float]:
        x = (lon - self._west) * self._shorter * self._scale + 4
        return x, (self._north - lat) * self._scale + 4

    def ring(self, ring: Sequence[Sequence[float]]) -> str:
        spots = (self(lon, lat) for lon, lat in ring)
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots) + "Z"

    def path(self, geometry: Json) -> str:
        return "".join(self.ring(ring) for ring in _rings(geometry))


def _rings(geometry: Json) -> Iterator[Sequence[Sequence[float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        yield from polygon


def _legend(content: Json, per_km2: np.ndarray, breaks: Breaks, say: _Sayer) -> str:
    """Measure, unit, swatches with the number of cells in each, what is left out, and parts that add up to n."""
    cells, issues = content["cells"], content["issues"]
    places = np.bincount(classify(per_km2, breaks), minlength=CLASSES)
    size, withheld = number_text(cells["size_m"]), f"{cells['withheld']:,}"
    shown = sum(cell["count"] for cell in cells["rows"])
    swatches = "".join(f'<span class="class-{k}">{count}</span>' for k, count in enumerate(places.tolist()))
    ticks = "".join(f"<span>{number_text(edge)}</span>" for edge in (0.0, *breaks.edges))
    lines = say(
        "lines",
        boundary=say(f"quality_{content['boundary']['quality']}"),
        areas=say(f"quality_{content['subdistricts']['quality']}"),
    )
    texts = (
        say("legend_rest", least=content["least"], withheld=withheld),
        say("legend_sum", n=f"{issues['total']:,}", shown=f"{shown:,}", withheld=withheld),
        say("breaks", breaks=" / ".join(number_text(edge) for edge in breaks.edges)) + " · " + lines,
    )
    return (
        f'<h2>{say("legend")}</h2><p>{say("legend_unit", size=size)}</p><div class="swatches">{swatches}</div>'
        f'<div class="ticks">{ticks}</div>' + "".join(f"<p>{text}</p>" for text in texts)
    )


def _table(subdistricts: Json, say: _Sayer) -> str:
    heads = "".join(f'<th scope="col">{say(f"column_{name}")}</th>' for name in ("name", "total", "density", "open"))
    rows = sorted(subdistricts["rows"], key=lambda row: -(row["total"] or 0))
    lines = [_line(escape(say.name(row["name"])), row, row["area_km2"], say) for row in rows]
    lines.append(_line(say("outside"), subdistricts["outside"], None, say))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _line(name: str, row: Json, area_km2: float | None, say: _Sayer) -> str:
    total = row["total"]
    density = "—" if total is None or not area_km2 else _density(total / area_km2)
    cells = (say.count(total), density, say.count(row["in_progress"]))
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _density(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"

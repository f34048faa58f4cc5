"""Loads a city from its folder: `city.toml`, its catalogue and its layer files, all checked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from data.city_folder.campaigns import read_campaigns
from data.city_folder.catalogue import read_catalogue
from data.city_folder.checklists import read_checklists
from data.city_folder.geojson import LayerFile, read_layer
from data.city_folder.layers import area_layer, metric_of, road_layer
from data.city_folder.organisation import Duties, read_organisation
from data.city_folder.section import Section, read_toml
from data.city_folder.working_days import read_calendar
from geo.catalogue import Catalogue
from geo.checklist import Checklists
from geo.city import AreaLayer, City, Quality
from geo.errors import CityError
from geo.text import Text

QUALITIES: tuple[Quality, ...] = get_args(Quality)
CORNERS = ("top-left", "top-right", "bottom-left", "bottom-right")
PANELS = ("layers", "legend", "badge", "inset", "zoom", "time")
DEMOS = ("yunyan", "chicago", "wuhan")

Names = Mapping[str, Mapping[str, str]]


def load_city(folder: str | Path) -> City:
    """The city of `folder`.

    Layers are GeoJSON in WGS-84; areas and lengths are measured in the city's `metric_crs`. Without a boundary file
    the boundary is the union of the subdistricts; without a roads file `roads` is None. Raises CityError with one
    sentence that names the file, what is wrong and what to do.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CityError(f"{folder}: this is not a folder; XUNJIE_CITY must name a folder that holds city.toml")
    file = read_toml(folder / "city.toml")
    metric_crs = _metric_crs(file)
    area_names, road_names = _names(folder, file)
    layers = file.section("layers")
    area_file, area_quality, area_keys = _layer(folder, layers, "subdistricts", ("code", "name"))
    areas = area_layer(area_file, area_names, metric_crs, area_quality, area_keys)
    boundary, boundary_metric, boundary_quality, contents = _boundary(folder, layers, areas, metric_crs)
    contents["subdistricts"] = area_file.content
    roads = None
    if "roads" in layers.left():
        road_file, road_quality, road_keys = _layer(folder, layers, "roads", ("road", "name", "class", "segment"))
        contents["roads"] = road_file.content
        roads = road_layer(road_file, road_names, metric_crs, road_quality, road_keys, boundary_metric)
    layers.done()
    campaigns, catalogue = read_campaigns(file), read_catalogue(folder / _file_name(file, "catalogue"))
    duties = _duties(folder, file, catalogue)
    checklists = Checklists()
    if "checklists" in file.left():
        checklists = read_checklists(folder / _file_name(file, "checklists"), catalogue)
    city = City(
        code=file.code("code"),
        name=file.both("name"),
        time_zone=_time_zone(file),
        metric_crs=metric_crs,
        mainland_china=file.boolean("mainland_china"),
        number_prefix=file.code("number_prefix"),
        snap_limit_m=file.number("snap_limit_m", low=1, high=1_000),
        catalogue=catalogue,
        campaigns=campaigns,
        current_campaign=file.choice("current_campaign", tuple(campaign.code for campaign in campaigns)),
        boundary=boundary,
        boundary_quality=boundary_quality,
        areas=areas,
        roads=roads,
        attribution=_texts(file, "attribution"),
        layer_version=_version(contents),
        demo=_demo(file),
        panel_corners=_panel_corners(file),
        first_visit_label=file.optional_both("first_visit_label"),
        sources=_texts(file, "sources"),
        photo_far_m=file.number("photo_far_m", low=1, high=100_000) if "photo_far_m" in file.left() else 100.0,
        calendar=read_calendar(file),
        organisation=duties.organisation,
        assignment_rules=duties.rules,
        escalation=duties.escalation,
        checklists=checklists,
    )
    file.done()
    return city


def _metric_crs(file: Section) -> str:
    name = file.text("metric_crs")
    try:
        if not re.fullmatch(r"EPSG:[0-9]{4,6}", name):
            raise CRSError(name)
        crs = pyproj.CRS.from_user_input(name)
    except CRSError:
        file.fail("metric_crs", f"is {name[:60]!r}, which is not known", 'write an EPSG code such as "EPSG:4545"')
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        file.fail("metric_crs", f"is {name!r}, which is not measured in metres", "name a projected CRS in metres")
    if crs.to_epsg() == 3857:
        file.fail("metric_crs", "is EPSG:3857, whose metres are not metres", "name a CRS made for this city")
    return name


def _time_zone(file: Section) -> str:
    name = file.text("time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        file.fail("time_zone", f"is {name[:60]!r}, which is not known", 'write an IANA name such as "Asia/Shanghai"')
    return name


def _file_name(section: Section, key: str) -> str:
    """A file of the city's own folder: a bare name, so that a city cannot reach for files elsewhere."""
    name = section.text(key)
    if Path(name).name != name or name in (".", "..") or not name.isprintable():
        section.fail(key, f"is {name[:60]!r}", "write the bare name of a file in the city's folder")
    return name


def _layer(
    folder: Path, layers: Section, name: str, keys: tuple[str, ...]
) -> tuple[LayerFile, Quality, Mapping[str, str]]:
    """A layer's file, quality, and the property names that city.toml gives for `keys`."""
    section = layers.section(name)
    quality_text = section.choice("quality", QUALITIES)
    quality = next(quality for quality in QUALITIES if quality == quality_text)
    layer = read_layer(folder / _file_name(section, "file"), "line" if name == "roads" else "polygon")
    given = {key: section.optional_text(f"{key}_property") for key in keys}
    section.done()
    return layer, quality, {key: value for key, value in given.items() if value is not None}


def _boundary(
    folder: Path, layers: Section, areas: AreaLayer, metric_crs: str
) -> tuple[BaseGeometry, BaseGeometry, Quality, dict[str, bytes]]:
    """The boundary in WGS-84 and metric, its quality, and the bytes it came from (none: the union of the areas)."""
    if "boundary" not in layers.left():
        return shapely.union_all(areas.geometry), shapely.union_all(areas.metric), areas.quality, {}
    layer, quality, _ = _layer(folder, layers, "boundary", ())
    boundary = shapely.union_all(layer.geometry)
    metric = shapely.union_all(metric_of(layer.path, layer.geometry, metric_crs))
    apart = ~shapely.intersects(areas.metric, metric)
    if apart.any():
        code = areas.codes[int(np.argmax(apart))]
        raise CityError(f"{layer.path}: subdistrict {code} lies outside this boundary; supply layers of one city")
    return boundary, metric, quality, {"boundary": layer.content}


def _names(folder: Path, file: Section) -> tuple[Names, Names]:
    """English and short names by code, from the file under `names` (optional): for subdistricts and for roads."""
    if "names" not in file.left():
        return {}, {}
    names = read_toml(folder / _file_name(file, "names"))
    areas, roads = names.section("subdistricts"), names.section("roads")
    names.done()
    return _entries(areas, ("en", "short_zh", "short_en")), _entries(roads, ("en",))


def _duties(folder: Path, file: Section, catalogue: Catalogue) -> Duties:
    """Organisation, assignment rules and escalation from the file under `organisation` (optional)."""
    if "organisation" not in file.left():
        return Duties()
    return read_organisation(folder / _file_name(file, "organisation"), catalogue=catalogue)


def _entries(section: Section, keys: tuple[str, ...]) -> Names:
    entries = {}
    for code in section.left():
        entry = section.section(code)
        entries[code] = {key: entry.text(key) for key in keys}
        entry.done()
    return entries


def _texts(file: Section, key: str) -> tuple[Text, ...]:
    texts = []
    for section in file.sections(key):
        texts.append(Text(section.text("zh"), section.text("en")))
        section.done()
    return tuple(texts)


def _demo(file: Section) -> str | None:
    section = file.optional_section("demo")
    if section is None:
        return None
    loader = section.choice("loader", DEMOS)
    section.done()
    return loader


def _panel_corners(file: Section) -> tuple[tuple[str, str], ...]:
    section = file.optional_section("panel_corners")
    if section is None:
        return ()
    corners = tuple((panel, section.choice(panel, CORNERS)) for panel in PANELS if panel in section.left())
    section.done()
    return corners


def _version(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the layers' bytes, each led by its role and length; the same files give the same version."""
    digest = hashlib.sha256()
    for role in sorted(contents):
        digest.update(f"{role} {len(contents[role])}\n".encode())
        digest.update(contents[role])
    return digest.hexdigest()

"""`python -m data city`: check a folder of city layers, or put a real file in the place of one layer."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from data.city_folder.load import load_city
from data.commands.command import Command
from geo.city import City
from geo.errors import CityError, StoreError

CHECK: Final = "check"
LAYERS: Final[Mapping[str, tuple[str, ...]]] = {
    "boundary": (),
    "subdistricts": ("code", "name"),
    "roads": ("road", "name", "class", "segment"),
}
"""The layers that can be replaced, and what their features' properties may hold under another name."""


def check_city(command: Command, folder: Path) -> int:
    """Load the city of `folder` and say what is in it; CityError where it cannot be used."""
    city = load_city(folder)
    command.say("cli.city_sound", folder=folder, name=city.name.in_language(command.language), code=city.code)
    for line in _summary(command, city):
        print(f"  {line}")
    return 0


def replace_city_layer(command: Command, options: argparse.Namespace) -> int:
    """Put `options.file` in the place of a layer of the city in XUNJIE_CITY, if the city is sound with it.

    The new file gets a name of its own; replacing city.toml is the one step that makes it count.
    """
    folder, layer = command.settings.city_folder, options.layer
    try:
        content = options.file.read_bytes()
        toml = (folder / "city.toml").read_text(encoding="utf-8")
    except OSError as error:
        raise CityError(f"{error.filename}: cannot be read ({error.strerror})") from None
    suffix = ".geojson.gz" if options.file.name.endswith(".gz") else ".geojson"
    name = f"{layer}-{hashlib.sha256(content).hexdigest()[:8]}{suffix}"
    keys = {key: getattr(options, f"{key}_property") for key in LAYERS[layer]}
    changed = _with_layer(toml, layer, name, options.quality, {key: value for key, value in keys.items() if value})
    city = _checked_copy(folder, {name: content, "city.toml": changed.encode()})
    try:
        _put(folder / name, content)
        _put(folder / "city.toml", changed.encode())
    except OSError as error:
        raise StoreError(f"cannot write the city folder {folder}: {error.strerror}") from None
    quality = command.text(f"cli.quality_{options.quality}")
    command.say(
        "cli.layer_replaced", layer=layer, city=city.name.in_language(command.language), file=name, quality=quality
    )
    for line in _summary(command, city):
        print(f"  {line}")
    return 0


def _summary(command: Command, city: City) -> list[str]:
    def quality(name: str) -> str:
        return command.text(f"cli.quality_{name}")

    areas, roads, catalogue = city.areas, city.roads, city.catalogue
    km2 = f"{areas.area_km2.sum():,.1f}"
    if roads is None:
        road_line = command.text("cli.city_no_roads")
    else:
        km = f"{roads.inside_m.sum() / 1e3:,.1f}"
        road_line = command.text(
            "cli.city_roads",
            count=len(roads.road_codes),
            segments=len(roads.segment_codes),
            km=km,
            quality=quality(roads.quality),
        )
    return [
        command.text("cli.city_areas", count=len(areas.codes), km2=km2, quality=quality(areas.quality)),
        command.text("cli.city_boundary", quality=quality(city.boundary_quality)),
        road_line,
        command.text(
            "cli.city_catalogue",
            types=len(catalogue.types),
            tasks=len(catalogue.tasks),
            classes=len(catalogue.site_classes),
            registers=len(city.registers),
        ),
    ]


def _with_layer(toml: str, layer: str, name: str, quality: str, keys: Mapping[str, str]) -> str:
    """The text of city.toml with the section of `layer` in place of the old one, or before the first of the layers."""
    lines = [f"[layers.{layer}]", f'file = "{name}"', f'quality = "{quality}"']
    # A JSON string is a TOML basic string.
    lines += [f"{key}_property = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
    section = "\n".join(lines) + "\n\n"
    old = re.compile(rf"^\[layers\.{layer}\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|\Z))*", re.MULTILINE)
    if old.search(toml):
        return old.sub(lambda _match: section, toml, count=1)
    first = re.search(r"^\[layers\.", toml, re.MULTILINE)
    if first is None:
        raise CityError("city.toml has no section [layers.subdistricts] under which a layer could be named; add it")
    return toml[: first.start()] + section + toml[first.start() :]


def _checked_copy(folder: Path, files: Mapping[str, bytes]) -> City:
    """The city of `folder` with `files` put in, loaded from a copy so that a bad file changes nothing."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        try:
            shutil.copytree(folder, copy)
            for name, content in files.items():
                (copy / name).write_bytes(content)
        except OSError as error:
            raise StoreError(f"cannot copy the city folder {folder} for the check: {error.strerror}") from None
        try:
            return load_city(copy)
        except CityError as error:
            raise CityError(str(error).replace(str(copy), str(folder))) from None


def _put(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

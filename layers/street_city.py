"""What the phone page keeps of a city, so that its form and its map work without a signal."""

from __future__ import annotations

from typing import Any

import orjson

from geo.city import City
from layers.city_view import city_view
from layers.tokens import both_themes, tokens

Json = dict[str, Any]


def street_city(city: City) -> Json:
    """`city_view` with what a phone needs besides: how the city counts time and writes positions, and our symbols."""
    every = tokens()
    return {
        **city_view(city),
        "mainland_china": city.mainland_china,
        "time_zone": city.time_zone,
        "due_hours": {kind.code: kind.due_hours for kind in city.catalogue.types},
        "look": {
            "map": both_themes("map"),
            "stages": {
                {"open": "handling"}.get(name, name): {theme: state[theme] for theme in ("light", "dark")}
                | {"size_px": state["size_px"]}
                for name, state in every["issue_status"].items()
            },
            "halo": both_themes("symbol_halo"),
        },
    }


def street_city_json(city: City) -> bytes:
    """`street_city` as deterministic JSON bytes."""
    return orjson.dumps(street_city(city), option=orjson.OPT_SORT_KEYS)

"""Folium without pandas: it takes data frames if it finds pandas, and we never give it one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """Within the block `package` cannot be imported, unless it is there already; afterwards it can."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # how Python marks what must not be imported
    try:
        yield
    finally:
        del sys.modules[package]


with hidden("pandas"):  # an eighth of the start of the program, and Folium says itself that it can do without
    import folium
    from folium.elements import JSCSSMixin
    from folium.template import Template

__all__ = ["JSCSSMixin", "Template", "folium"]

"""How every run of the tests is set: counts (reduced, or full under XUNJIE_SOAK=1) and order (the browser last)."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

SOAK = os.environ.get("XUNJIE_SOAK") == "1"

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("reduced", max_examples=40, deadline=None, derandomize=True, suppress_health_check=_QUIET)
settings.register_profile("soak", max_examples=1_000, deadline=None, print_blob=True, suppress_health_check=_QUIET)
settings.load_profile("soak" if SOAK else "reduced")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright keeps an event loop in the main thread, which tests of coroutines cannot share."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether the full counts were asked for (`make soak`)."""
    return SOAK

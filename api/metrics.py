"""GET /metrics: figures of the running program for Prometheus, in a registry of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from api.operation import Answer, Operation
from api.question import read_own
from api.stream import open_streams
from data.runtime import open_runtime_or_none
from data.version import version
from data.writer_meter import METER
from geo.permissions import Action

disable_created_metrics()  # type: ignore[no-untyped-call]  # a further series for each: the moment of its first sample
REGISTRY: Final = CollectorRegistry(auto_describe=False)
_STEPS: Final = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
_REQUESTS: Final = Counter(
    "xunjie_requests", "Answered requests by route and status.", ("method", "route", "status"), registry=REGISTRY
)
_SECONDS: Final = Histogram(
    "xunjie_request_seconds",
    "Time to answer a request; of streams, to their first bytes.",
    ("route",),
    buckets=_STEPS,
    registry=REGISTRY,
)
_COMMITS: Final = Histogram(
    "xunjie_commit_seconds",
    "Time of a write transaction with its commit, durable at its end.",
    buckets=_STEPS,
    registry=REGISTRY,
)


class _State(Collector):
    """What the program has at this moment, read when it is asked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; those of the store only while it is open."""
        built = GaugeMetricFamily("xunjie_build_info", "The version that runs.", labels=("version",))
        built.add_metric((version(),), 1)
        yield built
        yield GaugeMetricFamily("xunjie_open_streams", "Open streams of server-sent events.", open_streams())
        yield GaugeMetricFamily("xunjie_writes_waiting", "Writes that wait for their transaction.", METER.waiting())
        yield GaugeMetricFamily("xunjie_write_busy_seconds", "Age of the write transaction under way.", METER.busy_s)
        current = open_runtime_or_none()
        states = GaugeMetricFamily("xunjie_health", "1 for the state that /healthz tells.", labels=("state",))
        now = "closed" if current is None else current.health().state
        for state in ("ready", "degraded", "closed"):
            states.add_metric((state,), float(state == now))
        yield states
        if current is None:
            return
        snapshot = current.snapshot
        yield GaugeMetricFamily("xunjie_revision", "Revision that answers are made from.", snapshot.revision)
        yield GaugeMetricFamily("xunjie_issues", "Issues in the store.", len(snapshot.issues))
        yield GaugeMetricFamily("xunjie_points", "Inspection points in the store.", len(snapshot.points))
        yield GaugeMetricFamily("xunjie_snapshot_bytes", "Bytes of the snapshot's tables of issues.", snapshot.nbytes)
        rows = GaugeMetricFamily("xunjie_snapshot_rows", "Rows of the snapshot in memory.", labels=("part",))
        for part in ("issues", "points", "visits"):
            rows.add_metric((part,), len(getattr(snapshot, part)))
        yield rows


REGISTRY.register(_State())
ProcessCollector(registry=REGISTRY)
METER.listen(_COMMITS.observe)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Note one answered request. `route` is a template, of which there are few."""
    number, duration = _series_of(method, route, status)
    number.inc()
    duration.observe(seconds)


@cache
def _series_of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The two series of one kind of answer: finding them costs more than counting."""
    return _REQUESTS.labels(method, route, str(status)), _SECONDS.labels(route)


def metrics(request: Request) -> Response:
    """All figures in Prometheus's text format."""
    read_own(request.query_params.multi_items(), ())
    return Response(
        generate_latest(REGISTRY), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"}
    )


OPERATION = Operation(
    path="/metrics",
    endpoint=metrics,
    summary="Figures of the running program for Prometheus.",
    action=Action.WATCH_PROGRAM,
    answers={200: Answer("text format 0.0.4", media_type="text/plain")},
)

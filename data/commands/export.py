"""`python -m data export`: what a filter means, straight from the store, without stopping a running program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import false, select

from data.campaign_clock import campaign_now
from data.catching_up import read_snapshot
from data.city_folder.load import load_city
from data.commands.command import Command
from data.exporting.export import issues_csv, issues_geojson, points_geojson
from data.exporting.whole_file import write_whole
from data.snapshot import Snapshot
from data.store.database import layers_must_agree, open_store
from data.store.filter_sql import issue_rows
from data.store.schema import ISSUE
from geo.errors import BadValueError, SettingsError
from geo.filter import IssueFilter
from geo.filter_query import parse_filter
from geo.iso_time import local_iso
from geo.selection import meant, select_points


def run_export(command: Command, options: argparse.Namespace) -> int:
    """Export to `options.file`; 0 done, 2 for a filter that cannot be understood."""
    city = load_city(command.settings.city_folder)
    try:
        chosen = parse_filter([_pair(text) for text in options.filter], city, now=campaign_now)
    except BadValueError as error:
        raise SettingsError(str(error)) from None
    suffix = "" if options.file == "-" else Path(options.file).suffix.lower()
    if suffix not in ("", ".geojson", ".json", ".csv") or (options.points and suffix == ".csv"):
        raise SettingsError(f"FILE is {options.file!r}; expected a name in .geojson or .csv (points: .geojson), or -")
    store = open_store(command.settings.database_url_for(city.code), city, writing=False)
    try:
        with store.reading() as connection:
            layers_must_agree(connection, city)
        only = select(ISSUE.c.row).where(false()) if options.points else issue_rows(city, chosen)
        snapshot = read_snapshot(store, city, only=only)
        pieces = _pieces(snapshot, chosen, points=options.points, as_csv=suffix == ".csv")
        if options.file == "-":
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            return 0
        write_whole(Path(options.file), pieces)
        count = _count(snapshot, chosen, points=options.points)
    finally:
        store.close()
    as_of = local_iso(chosen.as_of, city.time_zone)
    command.say("cli.exported", count=count, file=options.file, revision=snapshot.revision, as_of=as_of)
    return 0


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise BadValueError("filter", text, "KEY=VALUE, such as status=CLOSED")
    return key, value


def _pieces(snapshot: Snapshot, chosen: IssueFilter, *, points: bool, as_csv: bool) -> Iterator[bytes]:
    if points:
        return points_geojson(snapshot, chosen)
    return issues_csv(snapshot, chosen) if as_csv else issues_geojson(snapshot, chosen)


def _count(snapshot: Snapshot, chosen: IssueFilter, *, points: bool) -> int:
    if points:
        return int(select_points(snapshot.points, snapshot.city, chosen).sum())
    return int(meant(snapshot.stages(chosen), chosen).sum())

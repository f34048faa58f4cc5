"""`python -m data publish`: what the public may see, as one file for another process to serve."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from data.campaign_clock import campaign_now
from data.catching_up import read_snapshot
from data.city_folder.load import load_city
from data.commands.command import Command
from data.publishing.publication import CELL_M, DELAY, LEAST, publication
from data.publishing.published_file import write_publication
from data.store.database import layers_must_agree, open_store
from geo.errors import SettingsError

_LONGEST_H = 24 * 366


def add_publish(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command's name and options."""
    parser = commands.add_parser("publish", help="write the public view: counts by area and cell, delayed, no records")
    parser.add_argument("file", type=Path, help="served by `python -m api.public_site FILE`")
    parser.add_argument("--delay-hours", type=float, default=DELAY / timedelta(hours=1), help="default: %(default)s")
    parser.add_argument("--cell-m", type=float, default=CELL_M, help="side of a cell in metres (default: %(default)s)")
    parser.add_argument("--least", type=int, default=LEAST, help="smaller counts are withheld (default: %(default)s)")
    parser.set_defaults(run=_run)


def _run(command: Command, options: argparse.Namespace) -> int:
    if not (0 <= options.delay_hours <= _LONGEST_H and 100 <= options.cell_m <= 10_000 and 3 <= options.least <= 1_000):
        raise SettingsError(
            f"got --delay-hours {options.delay_hours} --cell-m {options.cell_m} --least {options.least}; "
            f"expected 0 to {_LONGEST_H} hours, 100 to 10000 metres, 3 to 1000 issues"
        )
    city = load_city(command.settings.city_folder)
    store = open_store(command.settings.database_url_for(city.code), city, writing=False)
    try:
        with store.reading() as connection:
            layers_must_agree(connection, city)
        snapshot = read_snapshot(store, city)
    finally:
        store.close()
    content = publication(
        snapshot,
        now=campaign_now(city.campaign()),
        delay=timedelta(hours=options.delay_hours),
        cell_m=options.cell_m,
        least=options.least,
    )
    write_publication(options.file, content)
    cells = content["cells"]
    command.say("cli.published", file=options.file, as_of=content["as_of"], total=content["issues"]["total"],
                cells=len(cells["rows"]), withheld=cells["withheld"])  # fmt: skip
    return 0

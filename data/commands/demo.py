"""`python -m data demo`: fill an empty store with a city's own records, or the synthetic city with as many as asked."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from data.city_folder.load import load_city
from data.commands.command import Command
from data.commands.store import run_demo
from data.demo.wuhan import DEFAULT_ISSUES, LOADER
from data.demo.wuhan_issues import BLOCK, MOST, SEED, WuhanIssues
from data.settings import Settings
from data.store.bulk_load import load_blocks
from data.store.database import open_store
from geo.city import City
from geo.errors import SettingsError

CITIES: Final = Path(__file__).resolve().parents[1] / "cities"


def add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    shipped = sorted(folder.name for folder in CITIES.iterdir() if (folder / "city.toml").is_file())
    parser = commands.add_parser("demo", help="load the city's own records into an empty store")
    parser.add_argument("--city", choices=shipped, help="a city that comes with the program (default: XUNJIE_CITY)")
    parser.add_argument("--issues", type=_count, metavar="N", help=f"how many synthetic issues (wuhan), to {MOST:,}")
    parser.add_argument("--seed", type=_seed, metavar="S", help=f"another seed for them (default: {SEED})")
    parser.set_defaults(run=run_demo_of_city)


def run_demo_of_city(command: Command, options: argparse.Namespace) -> int:
    """Load the demo of the chosen city; 1 if the store is not empty, 3 if some rows could not be taken."""
    settings = command.settings
    if options.city is not None:
        settings = replace(settings, city_folder=CITIES / options.city)
    city = load_city(settings.city_folder)
    if city.demo == LOADER:
        return _load_synthetic(command, settings, city, options)
    if options.issues is not None or options.seed is not None:
        raise SettingsError(
            f"--issues and --seed are for a synthetic city, and {city.code} has records of its own; "
            "leave them out, or add --city wuhan"
        )
    return run_demo(replace(command, settings=settings))


def _load_synthetic(command: Command, settings: Settings, city: City, options: argparse.Namespace) -> int:
    count = DEFAULT_ISSUES if options.issues is None else options.issues
    issues = WuhanIssues(city, SEED if options.seed is None else options.seed)
    store = open_store(settings.database_url_for(city.code), city)

    def tell(done: int) -> None:
        if count > BLOCK:
            command.complain("cli.demo_progress", done=f"{done:,}", count=f"{count:,}")

    try:
        load_blocks(store, city, issues.blocks(count), actor="demo", tell=tell)
    finally:
        store.close()
    name = city.name.in_language(command.language)
    command.say("cli.demo_loaded", city=name, issues=f"{count:,}", points=0, visits=0)
    return 0


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:12]) <= MOST:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1 to {MOST:,}")
    return int(text)


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number of at most 18 digits")
    return int(text)

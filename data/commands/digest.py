"""`python -m data digest`: the daily digest of every unit, printed, or sent by e-mail once a unit and day."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any, Final

import orjson

from data.access.access import wall_us
from data.catching_up import read_snapshot
from data.city_folder.load import load_city
from data.commands.command import Command
from data.commands.through_server import post_to, raise_refusal
from data.intake.placing import Placer
from data.notices.digest import digests
from data.notices.digest_sending import DigestPost, Outcome
from data.notices.digest_text import letter
from data.notices.mail_settings import SENDER, URL
from data.store.database import layers_must_agree, open_store
from data.store.writer import Writer
from geo.city import City
from geo.errors import SettingsError, StoreInUseError

PATH: Final = "/api/digests"
SOME_FAILED: Final = 3


def add_digest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command's name and options."""
    parser = commands.add_parser("digest", help="the daily digest of every unit: print it, or send it by e-mail")
    parser.add_argument("--day", type=_day, help="as 2021-08-24 (default: today, on the campaign's clock)")
    parser.add_argument("--unit", help="only of the unit of this code")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--print", action="store_true", help="write them to standard output (the default)")
    what.add_argument("--send", action="store_true", help=f"send them by {URL}, once a unit and day")
    parser.set_defaults(run=_run)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"got {text[:40]!r}, expected a day such as 2021-08-24") from None


def _run(command: Command, options: argparse.Namespace) -> int:
    city = load_city(command.settings.city_folder)
    if not options.send:
        return _print(command, city, options)
    mail = command.settings.mail
    try:
        store = open_store(command.settings.database_url_for(city.code), city)
    except StoreInUseError as busy:
        if busy.address is None:
            raise
        return _say(command, _through_server(command, busy.address, options))
    try:
        if mail is None:
            raise SettingsError(f"{URL} is not set; expected the server that takes letters, and {SENDER}")
        writing = Writer(store, city, Placer(city)).between_groups
        post = DigestPost(store, writing, mail, wall_us)
        return _say(command, post.run(read_snapshot(store, city), day=options.day, unit=options.unit))
    finally:
        store.close()


def _print(command: Command, city: City, options: argparse.Namespace) -> int:
    store = open_store(command.settings.database_url_for(city.code), city, writing=False)
    try:
        with store.reading() as connection:
            layers_must_agree(connection, city)
        snapshot = read_snapshot(store, city)
        for digest in digests(snapshot, day=options.day, unit=options.unit):
            print(letter(snapshot, digest).text)
    finally:
        store.close()
    return 0


def _through_server(command: Command, address: str, options: argparse.Namespace) -> list[Outcome]:
    """What the program that runs on the store did: it alone may write there, and sends by its own settings."""
    asked: dict[str, Any] = {} if options.day is None else {"day": options.day.isoformat()}
    asked |= {} if options.unit is None else {"unit": options.unit}
    status, content = post_to(address, PATH, orjson.dumps(asked), "application/json")
    if status != 200:
        raise_refusal(address, status, content, command.language)
    return [
        Outcome(row["unit"], date.fromisoformat(row["day"]), row["state"], row["error"]) for row in content["outcomes"]
    ]


def _say(command: Command, outcomes: list[Outcome]) -> int:
    for outcome in outcomes:
        if outcome.state == "failed":
            command.complain("cli.digest_failed", unit=outcome.unit, day=outcome.day, error=outcome.error)
    counts = {name: sum(one.state == name for one in outcomes) for name in ("sent", "already", "busy", "no_address")}
    failed = sum(one.state == "failed" for one in outcomes)
    command.say("cli.digest_sent", **counts, failed=failed)
    return SOME_FAILED if failed else 0

"""`python -m data demo` and `verify`: fill an empty store with a city's own records; hold a store against its log."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from data.city_folder.load import load_city
from data.commands.command import Command
from data.commands.importing import say_reject
from data.demo import load_records
from data.intake.placing import Placer
from data.runtime import demo_batch
from data.store.database import layers_must_agree, open_store
from data.store.schema import EVENT
from data.store.verify import problems
from data.store.writer import Writer
from geo.errors import StoreError

_SHOWN: Final = 50


def run_demo(command: Command) -> int:
    """Load the records that the city brings along; 1 if the store is not empty, 3 if some rows could not be taken."""
    city = load_city(command.settings.city_folder)
    store = open_store(command.settings.database_url_for(city.code), city)
    try:
        writer = Writer(store, city, Placer(city))
        writer.must_be_empty()
        records = load_records(city)
        writer.write(demo_batch(city, records))
    finally:
        store.close()
    command.say(
        "cli.demo_loaded",
        city=city.name.in_language(command.language),
        issues=len(records.drafts),
        points=len(records.points),
        visits=len(records.visits),
    )
    if not records.rejects:
        return 0
    command.complain("cli.demo_rejects", count=len(records.rejects))
    for reject in records.rejects[:_SHOWN]:
        say_reject(command, reject)
    return 3


def run_verify(command: Command) -> int:
    """Check the chain of the log and replay it; 1 where something is not as the log says. Changes nothing."""
    city = load_city(command.settings.city_folder)
    store = open_store(command.settings.database_url_for(city.code), city, writing=False)
    try:
        with store.reading() as connection:
            layers_must_agree(connection, city)
            found = problems(connection, city)
            events = connection.execute(select(func.count()).select_from(EVENT)).scalar() or 0
            last = connection.execute(select(EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).scalar()
    finally:
        store.close()
    if found:
        raise StoreError("; ".join(found))
    command.say("cli.verified", file=store.place, events=events, hash=(last or "-")[:16])
    return 0

"""`python -m data demo`, `migrate` and `verify`: fill an empty store, bring an older one forward, check one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data.city_folder.load import load_city
from data.commands.command import Command
from data.commands.importing import say_reject
from data.demo import load_records
from data.intake.placing import Placer
from data.photos.files import PhotoFiles
from data.runtime import demo_batch
from data.store.database import open_store
from data.store.engine import backend_of
from data.store.head import read_head, write_head
from data.store.schema import SCHEMA_VERSION
from data.store.verify import verify_store
from data.store.writer import Writer
from data.version import version

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


def run_migrate(command: Command) -> int:
    """Bring the store to this release's schema, as the program does when it starts; 1 where it cannot be."""
    city = load_city(command.settings.city_folder)
    url = command.settings.database_url_for(city.code)
    open_store(url, city).close()
    command.say("cli.migrated", schema=SCHEMA_VERSION, release=version())
    return 0


def run_verify(command: Command, *, earlier: Path | None = None, head: Path | None = None) -> int:
    """Check file, seals and log, and replay it; 1 where something is not as it should be. Changes nothing.

    `earlier` is the file of a head from which the log must go on; into the new file `head` goes the one of today.
    """
    city = load_city(command.settings.city_folder)
    known = None if earlier is None else read_head(earlier)
    url = command.settings.database_url_for(city.code)
    backend = backend_of(url)
    photos = PhotoFiles(command.settings.photos_folder_for(backend.file, backend.place))
    sound = verify_store(url, city, earlier=known, photos=photos)
    command.say("cli.verified", file=sound.place, events=sound.events, hash=sound.last_hash[:16])
    if sound.sealed is not None:
        command.say("cli.verified_sealed" if sound.sealed else "cli.verified_unsealed")
    if known is not None:
        command.say("cli.head_agrees", file=earlier, seq=known.seq, at=known.at)
    if head is not None:
        write_head(head, sound.head)
        command.say("cli.head_written", file=head, seq=sound.head.seq, hash=sound.head.hash)
    return 0

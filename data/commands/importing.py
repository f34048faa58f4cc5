"""`python -m data import`: a ledger file into the store, all or nothing, or the good rows and a list of the others."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from data.campaign_clock import campaign_now
from data.commands.command import Command
from data.exporting.csv_cells import guarded
from data.importing.ledger import Ledger, read_ledger
from data.importing.row_draft import Assumed
from data.records import Reject
from data.runtime import Runtime, open_runtime
from geo.city import City
from geo.crs import checked_datum
from geo.errors import BadValueError, StoreError

_SHOWN: Final = 20


def run_import(command: Command, options: argparse.Namespace) -> int:
    """Import `options.file`; 0 done, 1 refused, 3 done with rejects."""
    runtime = open_runtime(command.settings, with_demo=False)
    try:
        ledger = read_ledger(
            options.file,
            runtime.city,
            now=campaign_now,
            assumed=_assumed(runtime.city, options),
            datum_declared=options.datum is not None,
            encoding=options.encoding,
            numbers=runtime.snapshot.records.numbers(),
        )
        if ledger.unused:
            command.complain("cli.unused", columns=", ".join(name[:40] for name in ledger.unused[:_SHOWN]))
        return _write(command, runtime, ledger, options)
    finally:
        runtime.close()


def _assumed(city: City, options: argparse.Namespace) -> Assumed:
    if options.campaign is not None and options.campaign not in city.campaign_index:
        raise BadValueError("--campaign", options.campaign, "one of " + ", ".join(city.campaign_index))
    if options.register is not None and options.register not in city.register_index:
        raise BadValueError("--register", options.register, "one of " + ", ".join(city.register_index))
    datum = options.datum or "wgs84"
    return Assumed(options.campaign, options.register, checked_datum(datum, mainland_china=city.mainland_china))


def _write(command: Command, runtime: Runtime, ledger: Ledger, options: argparse.Namespace) -> int:
    rejects = ledger.rejects
    if rejects and not (options.keep_good and ledger.drafts):
        for reject in rejects[:_SHOWN]:
            say_reject(command, reject)
        if len(rejects) > _SHOWN:
            command.complain("cli.more_problems", count=len(rejects) - _SHOWN)
        rows = len({reject.row for reject in rejects})
        command.complain("cli.refused", file=options.file, bad=rows, good=len(ledger.drafts))
        return 1
    if not ledger.drafts:
        command.complain("cli.empty_file", file=options.file)
        return 1
    if rejects:
        listed = options.rejects or options.file.with_name(options.file.name + ".rejects.csv")
        _list_rejects(listed, rejects)
    receipts = runtime.submit(ledger.drafts, actor="import", imported=True, origins=ledger.origins)
    created = sum(receipt.created for receipt in receipts)
    known = len(receipts) - created
    command.say("cli.imported", created=created, known=known, revision=runtime.snapshot.revision)
    if rejects:
        command.complain("cli.rejects_listed", count=len(rejects), file=listed)
        return 3
    return 0


def say_reject(command: Command, reject: Reject) -> None:
    """One problem of one row, on standard error, on one line."""
    value = " ".join(reject.value.split())
    column = reject.column or "-"
    command.complain("cli.problem", row=reject.row, column=column, value=repr(value[:80]), reason=reject.reason)


def _list_rejects(path: Path, rejects: Sequence[Reject]) -> None:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(("row", "column", "value", "reason"))
    lines.writerows((r.row, guarded(r.column), guarded(r.value), guarded(r.reason)) for r in rejects)
    try:
        path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    except OSError as error:
        raise StoreError(f"cannot write the list of rejects {path}: {error.strerror}; nothing was imported") from None

"""`python -m data import`: a ledger file into the store, all or nothing, or the good rows and a list of the others."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from data.city_folder.load import load_city
from data.commands.command import Command
from data.commands.through_server import send_ledger
from data.exporting.csv_cells import guarded
from data.importing.bring_in import ImportOptions, ImportReport, assumed_of, bring_in, read_for
from data.importing.file_bytes import ledger_file
from data.records import Reject
from data.runtime import open_runtime
from geo.errors import StoreError, StoreInUseError

_SHOWN: Final = 20


def run_import(command: Command, options: argparse.Namespace) -> int:
    """Import `options.file`; 0 done, 1 refused, 3 done with rejects. Where a server runs on the store, through it."""
    asked = ImportOptions(options.register, options.campaign, options.datum, options.encoding)
    try:
        runtime = open_runtime(command.settings, with_demo=False)
    except StoreInUseError as busy:
        if busy.address is None:
            raise
        holder = busy
    else:
        try:
            assumed_of(runtime.city, asked, mark="--")
            ledger = read_for(runtime, ledger_file(options.file), asked)
            return _import(command, options, partial(bring_in, runtime, ledger))
        finally:
            runtime.close()
    city = load_city(command.settings.city_folder)
    assumed_of(city, asked, mark="--")
    file = ledger_file(options.file)
    send = partial(send_ledger, holder, file, asked, city=city.code, language=command.language)
    return _import(command, options, send)


class _BringIn(Protocol):
    def __call__(self, *, keep_good: bool) -> ImportReport: ...


def _import(command: Command, options: argparse.Namespace, attempt: _BringIn) -> int:
    report = attempt(keep_good=False)
    if report.unused:
        command.complain("cli.unused", columns=", ".join(name[:40] for name in report.unused[:_SHOWN]))
    if report.rejects and not (options.keep_good and report.good):
        for reject in report.rejects[:_SHOWN]:
            say_reject(command, reject)
        if len(report.rejects) > _SHOWN:
            command.complain("cli.more_problems", count=len(report.rejects) - _SHOWN)
        rows = len({reject.row for reject in report.rejects})
        command.complain("cli.refused", file=options.file, bad=rows, good=report.good)
        return 1
    if not report.good:
        command.complain("cli.empty_file", file=options.file)
        return 1
    listed = options.rejects or options.file.with_name(options.file.name + ".rejects.csv")
    if report.rejects:
        _list_rejects(listed, report.rejects)  # before anything is written: where it cannot be, nothing shall be
        first, report = report.rejects, attempt(keep_good=True)
        if list(report.rejects) != list(first):  # the store has moved on meanwhile
            _list_rejects(listed, report.rejects)
    command.say("cli.imported", created=report.created, known=report.known, revision=report.revision)
    if report.rejects:
        command.complain("cli.rejects_listed", count=len(report.rejects), file=listed)
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

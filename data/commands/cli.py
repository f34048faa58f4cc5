"""The commands of `python -m data`: what they are called, and what their exit codes mean.

0 done; 1 refused, nothing written; 2 usage or settings; 3 done with rejects.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from data.commands.account import add_account_commands
from data.commands.backup import run_backup, run_restore, run_verify_backup
from data.commands.city import CHECK, LAYERS, check_city, replace_city_layer
from data.commands.command import Command
from data.commands.demo import add_demo
from data.commands.digest import add_digest
from data.commands.export import run_export
from data.commands.importing import run_import
from data.commands.publish import add_publish
from data.commands.store import run_migrate, run_verify
from data.importing.csv_reader import ENCODINGS
from data.settings import Settings
from geo.city import Quality
from geo.errors import CityError, SettingsError, XunjieError
from geo.text import Language

USAGE: Final = 2
REFUSED: Final = 1
_QUALITIES: Final[tuple[Quality, ...]] = ("real", "approximate", "schematic")


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command; its exit code. Everything that goes wrong on purpose is one sentence on standard error."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has already said why
        return int(stop.code or 0)
    try:
        command = Command(Settings.from_environment(environ), _language(environ))
        return int(options.run(command, options))
    except (SettingsError, CityError) as error:
        print(error, file=sys.stderr)
        return USAGE
    except XunjieError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except BrokenPipeError:  # the reader of our output has gone, e.g. `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED


def _language(environ: Mapping[str, str]) -> Language:
    return "zh-CN" if environ.get("XUNJIE_LANG", "").lower().startswith("zh") else "en"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data",
        description="Bring ledgers into Xunjie's store and take them out again.",
        epilog="Exit codes: 0 done; 1 refused, nothing written; 2 usage or settings; 3 done with rejects.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_import(commands)
    _add_export(commands)
    _add_city(commands)
    add_demo(commands)
    migrate = commands.add_parser("migrate", help="bring the store to this release's schema; a start does the same")
    migrate.set_defaults(run=lambda command, _options: run_migrate(command))
    _add_backup(commands)
    add_publish(commands)
    add_digest(commands)
    add_account_commands(commands)
    return parser


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("import", help="bring in a ledger: CSV or GeoJSON, whole or not at all")
    parser.add_argument("file", type=Path, help="a .csv (UTF-8, columns by name) or .geojson file")
    parser.add_argument("--register", help="register of rows that name none (default: the campaign's)")
    parser.add_argument("--campaign", help="campaign of rows that name none (default: the current one)")
    parser.add_argument("--datum", help="what the coordinates mean: wgs84 (default), cgcs2000, gcj02, bd09, epsg:NNNN")
    parser.add_argument("--encoding", choices=ENCODINGS, default="utf-8", help="of a CSV file")
    parser.add_argument("--keep-good", action="store_true", help="write the good rows and list the others in a file")
    parser.add_argument("--rejects", type=Path, help="that file (default: FILE.rejects.csv beside FILE)")
    parser.set_defaults(run=run_import)


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("export", help="write issues or points as GeoJSON or CSV")
    parser.add_argument("file", help="a file named .geojson or .csv, or - for GeoJSON to standard output")
    parser.add_argument("filter", nargs="*", metavar="KEY=VALUE", help="as in the web address, e.g. status=CLOSED")
    parser.add_argument("--points", action="store_true", help="inspection points instead of issues (GeoJSON only)")
    parser.set_defaults(run=run_export)


def _add_backup(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backup = commands.add_parser("backup", help="put the whole store into one file, also while the program runs")
    backup.add_argument("target", type=Path, metavar="FILE|FOLDER", help="a new file, or a folder for one with a name")
    backup.set_defaults(run=lambda command, options: run_backup(command, options.target))
    restore = commands.add_parser("restore", help="bring a backup into an empty or missing store")
    restore.add_argument("file", type=Path, help="a file that `backup` wrote")
    restore.set_defaults(run=lambda command, options: run_restore(command, options.file))
    verify = commands.add_parser("verify", help="check the store, or a backup: every byte, the log, every table")
    verify.add_argument("--backup", type=Path, metavar="FILE", help="check this backup instead of the store")
    verify.add_argument("--head", type=Path, metavar="FILE", help="a head of the log, from which it must go on")
    verify.add_argument("--export-head", type=Path, metavar="FILE", help="write today's head of the log to a new file")
    verify.set_defaults(run=_verify)


def _verify(command: Command, options: argparse.Namespace) -> int:
    if options.backup is None:
        return run_verify(command, earlier=options.head, head=options.export_head)
    if options.head is not None or options.export_head is not None:
        raise SettingsError("--head and --export-head are about the store: leave --backup out")
    return run_verify_backup(command, options.backup)


def _add_city(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("city", help="check a folder of city layers, or replace a layer by a real file")
    what = parser.add_subparsers(required=True, metavar="WHAT")
    check = what.add_parser(CHECK, help="read a city folder and say what is in it")
    check.add_argument("folder", type=Path)
    check.set_defaults(run=lambda command, options: check_city(command, options.folder))
    for layer in LAYERS:
        replace = what.add_parser(layer, help=f"replace the {layer} of the city in XUNJIE_CITY")
        replace.add_argument("file", type=Path, help="a GeoJSON file in WGS-84")
        replace.add_argument("--quality", choices=_QUALITIES, default="real")
        for key in LAYERS[layer]:
            replace.add_argument(f"--{key}-property", metavar="NAME", help=f"the property that holds the {key}")
        replace.set_defaults(run=replace_city_layer, layer=layer)

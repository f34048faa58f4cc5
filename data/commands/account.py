"""`python -m data account`: the first administrator, and what an operator must be able to do without the pages."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from data.access.access import OPERATOR, Access
from data.access.people import checked_login, checked_name
from data.city_folder.load import load_city
from data.commands.command import Command
from data.intake.placing import Placer
from data.store.database import open_store
from data.store.writer import Writer
from geo.access import Role
from geo.errors import BadValueError

_LONGEST_LINE: Final = 1_000
Run = Callable[[Command, argparse.Namespace], int]


def add_account_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands and their options."""
    parser = commands.add_parser("account", help="people who may sign in; with SQLite while the program is stopped")
    what = parser.add_subparsers(required=True, metavar="WHAT")
    add = what.add_parser("add-administrator", help="make one; the password is asked for, or read as a line")
    add.add_argument("login", metavar="LOGIN")
    add.add_argument("--name", help="the name on the screen (default: the login)")
    add.add_argument("--no-password", action="store_true", help="for a sign-in by the OpenID provider alone")
    add.set_defaults(run=add_administrator)
    what.add_parser("list", help="every account").set_defaults(run=list_accounts)
    for name, run, words in (
        ("disable", disable, "let an account in no more, and end its sessions and tokens"),
        ("enable", enable, "let a disabled account in again"),
        ("set-password", set_password, "set a password, unlock the account, end its sessions and tokens"),
        ("revoke-sessions", revoke_sessions, "end every session and token of an account"),
    ):
        sub = what.add_parser(name, help=words)
        sub.add_argument("login", metavar="LOGIN")
        sub.set_defaults(run=run)


def add_administrator(command: Command, options: argparse.Namespace) -> int:
    """Make an account that manages people."""
    login = checked_login(options.login)
    name = checked_name(options.name) if options.name is not None else login
    password = None if options.no_password else _password(command)
    with _access(command) as access:
        made = access.add_account(
            by=OPERATOR, login=login, name=name, roles=frozenset({Role.ADMINISTRATOR}), password=password
        )
    command.say("cli.account_added", login=made.login, id=made.id)
    return 0


def list_accounts(command: Command, _options: argparse.Namespace) -> int:
    """One line an account: login, reference, roles, and whether it may come in."""
    with _access(command, writing=False) as access:
        for account in access.accounts():
            state = command.text("cli.account_disabled" if account.disabled else "cli.account_open")
            print(f"{account.login}\t{account.id}\t{','.join(sorted(account.roles))}\t{state}")
    return 0


def disable(command: Command, options: argparse.Namespace) -> int:
    """Let an account in no more."""
    return _changed(command, options, disabled=True)


def enable(command: Command, options: argparse.Namespace) -> int:
    """Let it in again."""
    return _changed(command, options, disabled=False)


def set_password(command: Command, options: argparse.Namespace) -> int:
    """Set the password of an account."""
    password = _password(command)
    with _access(command) as access:
        access.set_password(options.login, password, by=OPERATOR)
    command.say("cli.account_password_set", login=options.login)
    return 0


def revoke_sessions(command: Command, options: argparse.Namespace) -> int:
    """End what an account has open."""
    with _access(command) as access:
        count = access.revoke_sessions(options.login, by=OPERATOR)
    command.say("cli.account_revoked", login=options.login, count=count)
    return 0


def _changed(command: Command, options: argparse.Namespace, *, disabled: bool) -> int:
    with _access(command) as access:
        changed = access.change_account(options.login, by=OPERATOR, disabled=disabled)
    state = command.text("cli.account_disabled" if disabled else "cli.account_open")
    command.say("cli.account_changed", login=changed.login, state=state)
    return 0


@contextmanager
def _access(command: Command, *, writing: bool = True) -> Iterator[Access]:
    city = load_city(command.settings.city_folder)
    store = open_store(command.settings.database_url_for(city.code), city, writing=writing)
    try:
        yield Access(store, command.settings.access, Writer(store, city, Placer(city)).between_groups)
    finally:
        store.close()


def _password(command: Command) -> str:
    """Asked for twice at a terminal, else one line of standard input: never an argument, which others can see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    first = getpass.getpass(command.text("cli.account_password"))
    if getpass.getpass(command.text("cli.account_password_again")) != first:
        raise BadValueError("password", "…", "the same password twice")
    return first

"""``cellift data alias ls|set|rm``: the connections, with keys that are asked for and never on the command line."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace

from cellift.api.mc.errors import CommandError, UsageError
from cellift.api.mc.rows import print_json
from cellift.api.mc.telling import tell
from cellift.storage.connections import kept
from cellift.storage.connections.listing import connections
from cellift.storage.secret import Keys, keys
from cellift.storage.shown import quoted, shown


def alias(args: Namespace) -> int:
    """Do what the action says."""
    return _ACTIONS[args.alias_action](args)


def _ls(args: Namespace) -> int:
    from cellift.config.settings import load_settings

    for problem in load_settings().problems:
        print(f"warning: {problem}", file=sys.stderr)
    found = list(connections().values())
    if args.name is not None:
        found = [one for one in found if one.name == args.name]
        if not found:
            raise CommandError(f"there is no connection {quoted(args.name)}. `cellift data alias ls` lists them.")
    if args.json:
        print_json([one.to_dict() for one in found])
        return 0
    for one in found:
        facts = one.to_dict()
        print(shown(one.name))
        for title, value in (("url", facts["url"]), ("key id", facts["key_id"]), ("found", one.found)):
            if value:
                print(f"  {title:<8}{shown(str(value))}")
        marks = [name for name, is_so in (("read-only", one.read_only), ("anonymous", one.anonymous)) if is_so]
        if marks:
            print(f"  {'is':<8}{', '.join(marks)}")
        if one.unusable:
            print(f"  {'unusable':<8} {shown(one.unusable)}")
    return 0


def _set(args: Namespace) -> int:
    if args.keys:
        raise UsageError(
            "keys are not taken from the command line: it is kept in the shell's history, and every user of this "
            f"machine sees it while the command runs. Leave them out: `cellift data alias set {shown(args.name)} URL` "
            "asks for them, and --stdin reads them. If these keys are real ones, renew them."
        )
    existing = connections().get(args.name)
    url = args.url or (existing.url if existing is not None else "")
    if not url:
        raise UsageError("the URL of the server is missing: cellift data alias set NAME URL")
    from cellift.config.settings import load_settings

    table = load_settings().storage.get(args.name)
    if table is not None and (args.region or args.path != "auto" or args.read_only or args.anonymous):
        where = f"{table.file}:{table.line}" if table.line else str(table.file)
        raise CommandError(f"{quoted(args.name)} is described at {where}: change it there. Only its keys are set here.")
    from cellift.storage.s3.endpoint import check_url

    url = check_url(url)  # before anything is asked for
    pair = None if args.anonymous else _keys(args)
    path_style = {"on": True, "off": False, "auto": None}[args.path]
    made = kept.keep(args.name, url, pair, region=args.region, path_style=path_style, read_only=args.read_only)
    if args.json:
        print_json(made.to_dict())
    else:
        tell(f"Set {quoted(made.name)} for {made.to_dict()['url']}: {made.found}", args)
    return 0


def _rm(args: Namespace) -> int:
    if not kept.forget(args.name):
        existing = connections().get(args.name)
        if existing is None:
            raise CommandError(f"there is no connection {quoted(args.name)}. `cellift data alias ls` lists them.")
        raise CommandError(f"{quoted(args.name)} was not set here, but found in: {existing.found}. Remove it there.")
    if args.json:
        print_json([args.name])
    else:
        tell(f"removed {shown(args.name)} and its keys", args)
    return 0


def _keys(args: Namespace) -> Keys:
    if args.stdin:
        given = [line.strip() for line in sys.stdin.read().splitlines()]
    elif not (sys.stdin.isatty() or getattr(args, "asks", False)):
        raise UsageError("there is nobody to ask for the keys: give --stdin and the key id and the secret, each a line")
    else:
        given = [getpass.getpass("Key id: "), getpass.getpass("Secret key: ")]
        if args.token:
            given.append(getpass.getpass("Session token: "))
        given = [one.strip() for one in given]
    key_id, secret, token = (*given, "", "", "")[:3]
    if not key_id or not secret:
        raise CommandError("a key id and a secret are needed; for a server that wants none, give --anonymous")
    return keys(key_id, secret, token)


_ACTIONS = {"ls": _ls, "list": _ls, "set": _set, "rm": _rm, "remove": _rm}

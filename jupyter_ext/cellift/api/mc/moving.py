"""``cp`` and ``mv``."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from cellift.api.mc.attributes import read_attributes
from cellift.api.mc.errors import UsageError
from cellift.api.mc.flags import wanted_of
from cellift.api.mc.places import opener, parse
from cellift.api.mc.progress import Progress
from cellift.api.mc.rows import print_json
from cellift.api.mc.telling import tell, telling
from cellift.storage.ahead import told
from cellift.storage.performing import HOPELESS, perform_all
from cellift.storage.place import Place
from cellift.storage.plan import moves
from cellift.storage.targets import LocalPath


def cp(args: Namespace) -> int:
    """Copy objects and files."""
    return _move(args, remove_source=False)


def mv(args: Namespace) -> int:
    """Copy objects and files, and remove each source when its copy is verified."""
    return _move(args, remove_source=True)


def _move(args: Namespace, *, remove_source: bool) -> int:
    if len(args.targets) < 2:
        raise UsageError("name what is copied and where to: SOURCE TARGET")
    *sources, to = map(parse, args.targets)
    wanted = wanted_of(args)
    attributes = None if args.attr is None else read_attributes(args.attr)
    if attributes is not None and isinstance(to, LocalPath):
        raise UsageError(f"--attr is for objects, and {to} is a path of this machine: a file has no such metadata")
    records: list[dict[str, Any]] = []
    failed = False
    with Progress(sys.stderr, telling(args), quiet=args.quiet) as progress:
        plan = moves(sources, to, opener(), recursive=args.recursive, wanted=wanted.takes, warn=progress.warn)
        if progress.is_watched:
            plan = told(plan, progress.expect)
        outcomes = perform_all(
            plan, remove_source=remove_source, moved=progress.moved, warn=progress.warn, attributes=attributes
        )
        try:
            for move, error in outcomes:
                record = {
                    "source": _name(move.source),
                    "target": _name(move.to),
                    "status": "error" if error else "success",
                }
                records.append(record | ({"error": str(error)} if error else {}))
                if error:
                    failed = True
                    progress.warn(f"cellift: {move}: {error}")
                    if isinstance(error, HOPELESS):
                        break
                else:
                    progress.say(str(move))
        finally:
            outcomes.close()
    if args.json:
        print_json(records)
    if not records and not failed and not args.quiet:
        tell("Nothing to copy.", args)
    return 1 if failed else 0


def _name(end: object) -> str:
    return f"{end.connection}/{end.bucket}/{end.key}" if isinstance(end, Place) else str(end)

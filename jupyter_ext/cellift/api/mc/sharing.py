"""``share download|upload|list``: links that work without credentials for some time."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timedelta, timezone
from typing import Any

from cellift.api.mc.errors import UsageError
from cellift.api.mc.places import an_object, opener
from cellift.api.mc.rows import moment, print_json
from cellift.api.mc.telling import tell
from cellift.storage.api import LONGEST_LINK
from cellift.storage.errors import StorageError
from cellift.storage.links import link
from cellift.storage.links_made import links_made
from cellift.storage.matching import parse_age
from cellift.storage.place import Place
from cellift.storage.shown import shown


def share(args: Namespace) -> int:
    """Print a link for each object. Whoever has it can use it: it is a secret until it ends."""
    if args.share_action in ("list", "ls"):
        return _list(args)
    try:
        seconds = int(parse_age(args.expire).total_seconds())
    except ValueError as error:
        raise UsageError(f"--expire {args.expire}: {error}") from None
    if not 1 <= seconds <= LONGEST_LINK:
        raise UsageError(f"--expire {args.expire}: a link works from 1s to 7d")
    upload = args.share_action == "upload"
    opened = opener()
    ends = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    records: list[dict[str, Any]] = []
    for target in map(an_object, args.targets):
        url = link(Place(opened(target.connection), *target), seconds=seconds, upload=upload)
        records.append({"name": "/".join(target), "url": url, "expires": moment(ends.replace(microsecond=0))})
    return _print(records, args)


def _list(args: Namespace) -> int:
    """Print the links that were made and still work, each signed again for the time that it has left."""
    opened = opener()
    records: list[dict[str, Any]] = []
    for made in links_made():
        if made.upload != (args.kind == "upload"):
            continue
        target = made.target
        left = int((made.ends - datetime.now(timezone.utc)).total_seconds())
        try:
            store = opened(target.connection)
            url = store.share(target.bucket, target.key, seconds=max(left, 1), upload=made.upload)
        except StorageError as error:
            url = f"(works, and cannot be shown again: {error})"
        ends = moment(made.ends.replace(microsecond=0))
        records.append({"name": "/".join(target), "url": url, "expires": ends})
    if not records and not args.json:
        tell(f"There are no links for {args.kind} that still work.", args)
    return _print(records, args)


def _print(records: list[dict[str, Any]], args: Namespace) -> int:
    if args.json:
        print_json(records)
        return 0
    for record in records:
        print(f"{shown(record['name'])}\n  until {record['expires']}\n  {record['url']}")
    return 0

"""``get`` and ``put``: one object to this machine, one file to a bucket."""

from __future__ import annotations

from argparse import Namespace

from cellift.api.mc.errors import UsageError
from cellift.api.mc.moving import cp
from cellift.api.mc.places import in_bucket, parse
from cellift.storage.targets import LocalPath


def get(args: Namespace) -> int:
    """Copy one object to this machine."""
    in_bucket(args.source)
    if not isinstance(parse(args.target), LocalPath):
        raise UsageError(f"get copies to this machine, and {args.target} is a place of a connection: use cp")
    return _copy(args)


def put(args: Namespace) -> int:
    """Copy one file to a bucket."""
    if not isinstance(parse(args.source), LocalPath):
        raise UsageError(f"put copies from this machine, and {args.source} is a place of a connection: use cp")
    in_bucket(args.target)
    return _copy(args)


def _copy(args: Namespace) -> int:
    return cp(Namespace(**vars(args), targets=[args.source, args.target], recursive=False, attr=None, quiet=False))

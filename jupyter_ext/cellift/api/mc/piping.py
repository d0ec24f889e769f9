"""``pipe``: standard input as an object."""

from __future__ import annotations

import sys
from argparse import Namespace

from cellift.api.mc.errors import UsageError
from cellift.api.mc.places import an_object, opener
from cellift.api.mc.telling import is_cell, tell
from cellift.storage.content_types import content_type_of
from cellift.storage.shown import shown


def pipe(args: Namespace) -> int:
    """Write what comes in as one object, while it comes; all of it or nothing."""
    target = an_object(args.target)
    store = opener()(target.connection)
    source = getattr(sys.stdin, "buffer", None)
    if source is None or is_cell(args):
        raise UsageError('a notebook has no standard input: write cellift.data("CONNECTION/bucket/key").write_bytes(…)')
    written = store.write(target.bucket, target.key, source, content_type=content_type_of(target.key))
    tell(f"wrote {shown(str(target))} ({written.size} bytes)", args)
    return 0

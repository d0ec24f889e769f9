"""Words of ``mc`` that are not here, each with the reason and what to do instead."""

from __future__ import annotations

from argparse import Namespace
from typing import NoReturn

from cellift.api.mc.errors import UsageError

_SERVER = "it changes the server itself, which Cellift does not: use mc, or the server's console"
_BUCKET = "it changes the rules of a bucket, which Cellift does not: use mc, or the server's console"

WORDS = {
    **dict.fromkeys(("admin", "batch", "idp", "license", "replicate", "support", "update"), _SERVER),
    **dict.fromkeys(("encrypt", "event", "ilm", "legalhold", "quota", "retention", "version"), _BUCKET),
    **dict.fromkeys(
        ("anonymous", "policy"), f"{_BUCKET}. To show one object to somebody for some time: share download TARGET"
    ),
    "config": "connections are set by: alias set NAME URL",
    "od": "it measures one transfer; cp shows its speed",
    **dict.fromkeys(("ping", "ready"), "`ls CONNECTION` asks the server, and says why when it does not answer"),
    "session": "a copy that broke off goes on when it is called again",
    "sql": 'read the object instead: cellift.data("CONNECTION/bucket/key").to_pandas() in a notebook',
    "tag": "tags are shown by stat TARGET; to set them, use mc",
    "undo": "`ls --versions TARGET` shows what is kept; a removal is taken back in the sidebar's section Data",
    "watch": "it would wait without end; `find --newer-than 1h TARGET` lists what is new",
}


def refuse(args: Namespace) -> NoReturn:
    """Say why a word is not here."""
    raise UsageError(f"`{args.action}` is mc's, and not here: {WORDS[args.action]}")

"""The arguments of ``cellift data alias``; apart from what it does, so that the help of others loads nothing more."""

from __future__ import annotations

from argparse import ArgumentParser


def configure(parser: ArgumentParser) -> None:
    """Add the actions and their arguments."""
    actions = parser.add_subparsers(dest="alias_action", metavar="ACTION", required=True)
    ls = actions.add_parser("ls", aliases=["list"], help="list the connections and where they were found")
    ls.add_argument("name", metavar="NAME", nargs="?", help="only this one")
    add = actions.add_parser("set", help="add or change a connection; its keys are asked for")
    add.add_argument("name", metavar="NAME")
    add.add_argument("url", metavar="URL", nargs="?", help="http:// or https://, host and port of the server")
    # As in mc; taken so that they can be refused with the reason.
    add.add_argument("keys", metavar="KEYS", nargs="*", help="refused: keys are not given on the command line")
    add.add_argument("--stdin", action="store_true", help="read key id, secret, and a token if any, each a line")
    add.add_argument("--region", metavar="REGION", default="", help="the region that requests are signed for")
    add.add_argument("--path", choices=("on", "off", "auto"), default="auto", help="whether the bucket is in the path")
    add.add_argument("--api", type=str.lower, choices=("s3v4",), default="s3v4", help="how requests are signed")
    add.add_argument("--anonymous", action="store_true", help="requests are not signed, no keys are asked for")
    add.add_argument("--token", action="store_true", help="also ask for a session token (temporary keys)")
    add.add_argument("--read-only", action="store_true", help="refuse every write")
    remove = actions.add_parser("rm", aliases=["remove"], help="remove a connection that was set here, with its keys")
    remove.add_argument("name", metavar="NAME")
    for one in (ls, add, remove):
        one.add_argument("--json", action="store_true", help="print JSON")

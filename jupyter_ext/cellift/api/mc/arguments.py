"""List, copy and remove data in object stores, with the words and flags of MinIO's mc.

TARGET is CONNECTION/bucket/key, where the connection `local` is the tree of this machine, which is always there. A
path of this machine begins with ./, / or ~.
"""

from __future__ import annotations

import importlib
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from typing import Any

from cellift.api.mc import alias_words, elsewhere, other_flags

# Which module of `api.mc` a command is in: only that one is loaded.
_MODULES = {
    **dict.fromkeys(("ls", "find", "du", "tree"), "listing"),
    **dict.fromkeys(("stat", "cat", "head", "mb", "rb", "rm"), "objects"),
    **dict.fromkeys(("cp", "mv"), "moving"),
    "alias": "alias",
    "share": "sharing",
    **dict.fromkeys(("get", "put"), "one_file"),
    "pipe": "piping",
    "serve": "serving",
    **dict.fromkeys(("diff", "mirror"), "comparing"),
}


class _Completion(Action):
    """As in mc; taken so that it can be refused with the reason."""

    def __call__(self, parser: ArgumentParser, *_: Any) -> None:
        parser.error("--autocompletion is refused: a shell's files are yours. In a notebook, Tab completes after %data")


def configure(parser: ArgumentParser) -> None:
    """Add the actions and their arguments."""
    parser.add_argument("--autocompletion", action=_Completion, nargs=0, help=SUPPRESS)
    other_flags.add_common(parser)
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, about: str, *, json: bool = True) -> ArgumentParser:
        one = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".", allow_abbrev=False)
        if json:
            one.add_argument("--json", action="store_true", help="print JSON")
        return one

    def recursive(one: ArgumentParser, about: str) -> None:
        one.add_argument("-r", "--recursive", action="store_true", help=about)

    def of_version(one: ArgumentParser) -> None:
        one.add_argument("--version-id", "--vid", metavar="ID", help="this version of the one TARGET")

    ls = action("ls", "list connections, buckets, folders and objects")
    ls.add_argument("target", metavar="TARGET", nargs="?", help="without it, the connections")
    recursive(ls, "objects at any depth")
    ls.add_argument("--summarize", action="store_true", help="add the number and size of all objects")
    ls.add_argument("--versions", action="store_true", help="all versions, also of what was removed")

    cp = action("cp", "copy objects and files; the last word says where to")
    mv = action("mv", "move objects and files; the last word says where to")
    for one in (cp, mv):
        one.add_argument(
            "targets", metavar="TARGET", nargs="+", help="`folder` brings the folder, `folder/` its content"
        )
        recursive(one, "all in a folder")
        one.add_argument("--attr", metavar="NAME=VALUE;…", help="metadata of the objects that are made")

    for name, about, source in (
        ("get", "copy one object to this machine", "CONNECTION/bucket/key"),
        ("put", "copy one file to a bucket", "PATH"),
    ):
        one = action(name, about)
        one.add_argument("source", metavar=source)
        one.add_argument("target", metavar="PATH" if name == "get" else "TARGET")

    mb = action("mb", "make buckets")
    mb.add_argument("targets", metavar="TARGET", nargs="+")
    mb.add_argument("-p", "--ignore-existing", action="store_true", help="it is no error that a bucket is there")

    rb = action("rb", "remove buckets")
    rb.add_argument("targets", metavar="TARGET", nargs="+")
    rb.add_argument("--force", action="store_true", help="also those with objects, and the objects with them")
    rb.add_argument("--dangerous", action="store_true", help="with --force: all buckets of a TARGET that names none")

    rm = action("rm", "remove objects")
    rm.add_argument("targets", metavar="TARGET", nargs="+")
    recursive(rm, "all in a folder or bucket")
    rm.add_argument("--force", action="store_true", help="do not ask before all in a folder is removed")
    rm.add_argument("--versions", action="store_true", help="with all versions: what is removed so is gone for good")
    rm.add_argument("--dangerous", action="store_true", help="all in all buckets of a TARGET that names none")
    of_version(rm)
    rm.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    stat = action("stat", "show all that is known of objects")
    stat.add_argument("targets", metavar="TARGET", nargs="+")
    of_version(stat)

    cat = action("cat", "put out objects", json=False)
    cat.add_argument("targets", metavar="TARGET", nargs="+")
    of_version(cat)
    cat.add_argument("--offset", metavar="BYTES", type=int, default=0, help="begin at this byte")
    cat.add_argument("--tail", metavar="BYTES", type=int, help="only so many bytes from the end")

    head = action("head", "put out the first lines of objects", json=False)
    head.add_argument("targets", metavar="TARGET", nargs="+")
    of_version(head)
    head.add_argument("-n", "--lines", metavar="N", type=int, default=10, help="how many (default: 10)")

    du = action("du", "sum up sizes")
    du.add_argument("target", metavar="TARGET")
    du.add_argument("-d", "--depth", metavar="N", type=int, default=0, help="also folders so many levels down")
    recursive(du, "also all folders in it")

    find = action("find", "find objects by name, size and age")
    find.add_argument("target", metavar="TARGET")
    find.add_argument("--name", metavar="PATTERN", help="the last part of the key is like this (*.csv)")
    find.add_argument("--path", metavar="PATTERN", help="the whole target is like this")
    find.add_argument("--regex", metavar="REGEX", help="this regular expression is found in the whole target")
    find.add_argument("--larger", metavar="SIZE", help="only objects larger than this (64KB, 1GiB)")
    find.add_argument("--smaller", metavar="SIZE", help="only objects smaller than this")
    find.add_argument("--maxdepth", metavar="N", type=int, default=0, help="at most so many levels down")
    # As in mc; taken so that it can be refused with the reason.
    find.add_argument("--exec", metavar="COMMAND", help="refused: no program is run on what keys say")

    tree = action("tree", "show folders as a tree")
    tree.add_argument("target", metavar="TARGET")
    tree.add_argument("-f", "--files", action="store_true", help="objects too")
    tree.add_argument("-d", "--depth", metavar="N", type=int, default=0, help="at most so many levels down")

    sharing = action("share", "make links that work without credentials for some time", json=False)
    links = sharing.add_subparsers(dest="share_action", metavar="download|upload|list", required=True)
    made = links.add_parser("list", aliases=["ls"], help="links that were made and still work")
    made.add_argument("kind", choices=("download", "upload"))
    made.add_argument("--json", action="store_true", help="print JSON")
    for name, about in (("download", "links that read objects"), ("upload", "links that write objects")):
        link = links.add_parser(name, help=about)
        link.add_argument("targets", metavar="TARGET", nargs="+")
        link.add_argument("-E", "--expire", metavar="AGE", default="15m", help="how long (4h, 7d; default: 15m)")
        link.add_argument("--json", action="store_true", help="print JSON")

    pipe = action("pipe", "write what comes in on standard input as an object", json=False)
    pipe.add_argument("target", metavar="TARGET")

    diff = action("diff", "say how two folders differ: `<` and `>` only in one of them, `!` in size or content")
    diff.add_argument("first", metavar="FIRST")
    diff.add_argument("second", metavar="SECOND")

    mirror = action("mirror", "copy what a folder has and another one lacks")
    mirror.add_argument("source", metavar="SOURCE")
    mirror.add_argument("target", metavar="TARGET")
    mirror.add_argument(
        "--exclude", metavar="PATTERN", action="append", default=[], help="leave out names like this (*.tmp, cache/*)"
    )
    mirror.add_argument("--overwrite", action="store_true", help="replace what differs")
    mirror.add_argument("--remove", action="store_true", help="remove what only the target has")
    mirror.add_argument("--force", action="store_true", help="do not ask before that is removed")
    mirror.add_argument("--dry-run", action="store_true", help="only say what would be done")
    # As in mc; taken so that it can be refused with the reason.
    mirror.add_argument("-w", "--watch", action="store_true", help="refused: call mirror again for what is new")

    serve = action("serve", "serve the local tree as an S3 endpoint of this machine", json=False)
    serve.add_argument(
        "command",
        metavar="-- COMMAND",
        nargs="...",
        help="run this with the endpoint's address and keys in its environment; without it, until Ctrl-C",
    )

    for word in elsewhere.WORDS:
        # Without help: they are not listed. Nothing looks like an option: whatever follows is for nobody.
        commands.add_parser(word, prefix_chars="\0", add_help=False).add_argument("words", nargs="*")

    alias_words.configure(action("alias", "list, add and remove connections", json=False))

    for one in (cp, mv, mirror):
        one.add_argument("-q", "--quiet", action="store_true", help="say only what goes wrong")

    for one in (cp, mv, rm, find, mirror):
        one.add_argument("--older-than", metavar="AGE", help="only objects older than this (7d10h, 30m)")
        one.add_argument("--newer-than", metavar="AGE", help="only objects newer than this")

    for name, one in commands.choices.items():
        if name not in elsewhere.WORDS and name not in ("serve", "alias", "share"):
            other_flags.add_refused(name, one)


def run(args: Namespace) -> int:
    """Do what the subcommand says."""
    if args.action in elsewhere.WORDS:
        elsewhere.refuse(args)
    other_flags.take_over(args)
    module = importlib.import_module(f"cellift.api.mc.{_MODULES[args.action]}")
    code: int = getattr(module, args.action)(args)
    return code

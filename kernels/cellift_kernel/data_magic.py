"""``%data``: data in object stores, with the words and flags of MinIO's ``mc``."""

from __future__ import annotations

import argparse
import functools
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellift.api.objects.listing import Listing
    from cellift.storage.endpoint import Endpoint
    from cellift_kernel.arguments import MagicParser

ACTIONS = (
    "ls", "cp", "mv", "get", "put", "mb", "rb", "rm", "stat", "cat", "head", "pipe", "share", "du", "find", "tree",
    "diff", "mirror", "alias", "serve",
)  # fmt: skip


class DataMagic:
    """What a tutorial writes as ``mc ls play/bucket`` is ``%data ls play/bucket`` here."""

    def __init__(self) -> None:
        self._endpoint: Endpoint | None = None

    def __call__(self, line: str) -> Any:
        """The magic; see ``%data --help``. ``%data ls`` gives a table that is fetched while it is read."""
        from cellift.api.mc.elsewhere import WORDS
        from cellift_kernel.arguments import run_magic

        actions = {**dict.fromkeys((*ACTIONS, *WORDS), _run), "ls": _ls, "serve": self._serve}
        return run_magic(_parser(), actions, line)

    def _serve(self, args: argparse.Namespace) -> Endpoint | None:
        """An endpoint of this kernel, with its address and keys in the kernel's environment; ``stop`` ends it."""
        from IPython.core.error import UsageError

        from cellift.storage.endpoint import start

        if args.command not in ([], ["stop"]):
            raise UsageError("%data serve starts an endpoint for this kernel, %data serve stop ends it.")
        if args.command:
            self.close()
            return None
        if self._endpoint is None or not self._endpoint.running:
            self.close()
            self._endpoint = start()
            self._before = {name: os.environ.get(name) for name in self._endpoint.environment()}
            os.environ.update(self._endpoint.environment())
        return self._endpoint

    def close(self) -> None:
        """End the endpoint, and take its address and keys out of the environment."""
        if self._endpoint is None:
            return
        self._endpoint.stop()
        self._endpoint = None
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _ls(args: argparse.Namespace) -> Listing | None:
    from cellift.api.objects.handle import data
    from cellift.storage.targets import LocalPath

    if args.target is None or args.json or args.json_first or args.summarize or args.versions:
        _run(args)
        return None
    from cellift.api.mc.places import parse

    if isinstance(parse(args.target), LocalPath):
        _run(args)  # says that it is one
        return None
    one = data(args.target)
    if one.key and not one.key.endswith("/") and not (one / "x").parent.exists():
        _run(args)  # names that begin so, as in mc
        return None
    return one.ls(recursive=args.recursive)


def _run(args: argparse.Namespace) -> None:
    from IPython.core.error import UsageError

    from cellift.api.mc.arguments import run

    if args.action in ("cp", "mv"):
        args.targets = [word for target in args.targets for word in _expanded(target)]
    # There is no terminal, and yet somebody to ask: Jupyter shows a field below the cell.
    args.asks = True
    if run(args):
        raise UsageError(f"%data {args.action}: not everything was done; the lines above say what and why.")


def _expanded(word: str) -> list[str]:
    """The files that a pattern means (``Music/*.ogg``): for the command line, a shell does that."""
    import glob

    from IPython.core.error import UsageError

    from cellift.api.mc.places import parse
    from cellift.storage.targets import LocalPath

    if not glob.has_magic(word) or os.path.lexists(word) or not isinstance(parse(word), LocalPath):
        return [word]
    found = sorted(glob.glob(os.path.expanduser(word)))  # noqa: PTH111, PTH207 - as written, to be told in messages
    if not found:
        raise UsageError(f"No file is like {word}. In a key, write what is meant, or use --recursive.")
    return found


@functools.cache
def _parser() -> MagicParser:
    from cellift.api.mc.arguments import configure
    from cellift_kernel.arguments import MagicParser

    parser = MagicParser("%data", description="Data in object stores, with mc's words. TARGET: CONNECTION/bucket/key.")
    configure(parser)
    return parser

"""``%runs``: list runs, show one, read its logs, cancel it."""

from __future__ import annotations

import argparse
import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellift.api.handle import Run
    from cellift.api.run_list import RunList
    from cellift.api.text import Text
    from cellift_kernel.arguments import MagicParser

ACTIONS = ("show", "logs", "cancel")


class RunsMagic:
    """``%runs`` gives the newest runs; ``show ID``, ``logs ID [STEP]`` and ``cancel ID`` are about one."""

    def __call__(self, line: str) -> Any:
        """The magic; see ``%runs --help``."""
        from cellift_kernel.arguments import run_magic

        actions = {None: _list, "show": _show, "logs": _logs, "cancel": _cancel}
        return run_magic(_parser(), actions, line)


def _list(_args: argparse.Namespace) -> RunList:
    from cellift.api.run_list import runs

    return runs()


def _show(args: argparse.Namespace) -> Run:
    from cellift.api.handle import Run
    from cellift.config.paths import home
    from cellift.runs.store import RunStore

    store = RunStore(home())
    return Run(store.resolve(args.run), store)


def _logs(args: argparse.Namespace) -> Text | None:
    return _show(args).logs(args.step)


def _cancel(args: argparse.Namespace) -> Run:
    return _show(args).cancel()


@functools.cache
def _parser() -> MagicParser:
    from cellift_kernel.arguments import MagicParser

    parser = MagicParser("%runs", description="The newest runs, or one of them. ID is an id or its beginning.")
    actions = parser.add_subparsers(dest="action", metavar="show|logs|cancel")
    for name, about in (("show", "show a run"), ("logs", "what its steps printed"), ("cancel", "cancel a run")):
        action = actions.add_parser(name, help=about)
        action.add_argument("run", metavar="ID")
        if name == "logs":
            action.add_argument("step", metavar="STEP", nargs="?")
    return parser

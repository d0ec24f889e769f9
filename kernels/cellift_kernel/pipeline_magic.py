"""``%pipeline graph | run | status | load``."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cellift.api.handle import Run
    from cellift.api.loading import Loaded
    from cellift.notebook.diagnostics import Diagnostic
    from cellift_kernel.arguments import MagicParser
    from cellift_kernel.graph_view import GraphView

ACTIONS = ("graph", "run", "status", "load")


class PipelineMagic:
    """``%pipeline graph [NB]`` draws, ``run [NB]`` starts, ``status [ID]`` shows, ``load ID STEP`` brings values."""

    def __init__(self) -> None:
        self._last: Run | None = None

    def __call__(self, line: str) -> Any:
        """The magic; see ``%pipeline --help``."""
        from cellift_kernel.arguments import run_magic

        actions = {"graph": self._graph, "run": self._run, "status": self._status, "load": _load}
        return run_magic(_parser(), actions, line)

    def _graph(self, args: argparse.Namespace) -> GraphView:
        from cellift.api.diagnostics_text import diagnostic_lines, worth_interrupting
        from cellift.engine.prepare import project_of
        from cellift.notebook.analysis import analyse
        from cellift.notebook.cells import parse_notebook
        from cellift_kernel.graph_view import GraphView

        path = _notebook(args.notebook)
        notebook = parse_notebook(path.read_bytes(), str(path))
        analysis = analyse(notebook, project_of(notebook))
        for text in diagnostic_lines(worth_interrupting(analysis.diagnostics), notebook):
            print(text, file=sys.stderr)  # noqa: T201
        return GraphView(analysis.graph.to_dict(), [one.to_dict() for one in analysis.diagnostics])

    def _run(self, args: argparse.Namespace) -> Run:
        from IPython.core.error import UsageError

        from cellift.api.starting import run
        from cellift.notebook.diagnostics import RefusedError
        from cellift_kernel.arguments import parameters

        path = _notebook(args.notebook)
        try:
            self._last = run(path, parameters(args.params), step=args.step)
        except RefusedError as error:
            told = _told(error.diagnostics, path)
            raise UsageError("\n".join(["the notebook is refused", *told])) from None
        for text in _told(self._last.diagnostics, path):
            print(text, file=sys.stderr)  # noqa: T201
        return self._last.wait() if args.wait else self._last

    def _status(self, args: argparse.Namespace) -> Run:
        from IPython.core.error import UsageError

        from cellift.api.handle import Run
        from cellift.api.own_notebook import session_path
        from cellift.api.run_list import runs
        from cellift.config.paths import home
        from cellift.runs.store import RunStore

        if args.run:
            store = RunStore(home())
            return Run(store.resolve(args.run), store)
        if self._last is not None:
            return self._last.refresh()
        path = session_path()
        found = runs(limit=1, notebook=path) if path else []
        if not found:
            raise UsageError("there is no run of this notebook yet: %pipeline run starts one")
        return found[0]


def _load(args: argparse.Namespace) -> Loaded:
    from cellift.api.handle import Run
    from cellift.config.paths import home
    from cellift.runs.store import RunStore

    store = RunStore(home())
    return Run(store.resolve(args.run), store).load(args.step, outputs=args.outputs)


@functools.cache
def _parser() -> MagicParser:
    from cellift_kernel.arguments import MagicParser

    parser = MagicParser("%pipeline", description="This notebook as a pipeline.")
    actions = parser.add_subparsers(dest="action", metavar="graph|run|status|load", required=True)
    graph = actions.add_parser("graph", help="draw the steps and what crosses between them")
    graph.add_argument("notebook", metavar="NB", nargs="?", help="default: this notebook")
    run = actions.add_parser("run", help="run the notebook as a pipeline on this machine; gives the run")
    run.add_argument("notebook", metavar="NB", nargs="?", help="default: this notebook")
    run.add_argument(
        "-p", dest="params", metavar="NAME=VALUE", action="append", default=[], help="value of a parameter"
    )
    run.add_argument("--step", metavar="S", help="run step S and what it needs, nothing else")
    run.add_argument("--wait", action="store_true", help="return when the run is over")
    status = actions.add_parser("status", help="show the last run of this notebook")
    status.add_argument("run", metavar="ID", nargs="?", help="another run")
    load = actions.add_parser("load", help="put a step's inputs into this notebook, to run its cells where it failed")
    load.add_argument("run", metavar="ID", help="a run's id or its beginning")
    load.add_argument("step", metavar="STEP")
    load.add_argument("--outputs", action="store_true", help="what the step made, instead of what it takes")
    return parser


def _notebook(given: str | None) -> Path:
    if given is None:
        from cellift.api.own_notebook import own_notebook

        return own_notebook()
    from cellift_kernel.arguments import absolute

    return Path(absolute(given))


def _told(diagnostics: Sequence[Diagnostic], path: Path) -> list[str]:
    """The diagnostics with cell numbers and source lines, when the file has cells to show."""
    from cellift.api.diagnostics_text import diagnostic_lines, worth_interrupting
    from cellift.notebook.cells import parse_notebook
    from cellift.notebook.diagnostics import RefusedError

    try:
        notebook = parse_notebook(path.read_bytes(), str(path))
    except (OSError, RefusedError):
        notebook = None
    return diagnostic_lines(worth_interrupting(diagnostics), notebook)

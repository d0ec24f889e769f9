"""Show the steps of a notebook, and which names cross from one to the next. Runs none of its code."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import RefusedError, diagnose

if TYPE_CHECKING:
    from cellift.cli.source import Source
    from cellift.notebook.analysis import Analysis
    from cellift.notebook.cells import Notebook


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("notebook", metavar="NB", nargs="?", help="the notebook (.ipynb)")
    parser.add_argument(
        "--explain",
        metavar="STEP",
        nargs="?",
        const="",
        help="say why: each name that crosses, each line that is copied or repeated, each refusal (of STEP, or all)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the graph as JSON, with the reason of each edge")
    form.add_argument("--mermaid", action="store_true", help="print a Mermaid flow chart")


def run(args: Namespace) -> int:
    """Print the graph; 1 when the notebook has errors."""
    from cellift.api.graph_text import graph_lines, mermaid
    from cellift.cli.errors import UsageError
    from cellift.cli.output import print_json
    from cellift.cli.source import print_diagnostics, read_source, refused
    from cellift.engine.prepare import project_of
    from cellift.notebook.analysis import analyse

    source = None
    if args.notebook is None and args.explain:  # `cellift graph --explain NB`
        args.notebook, args.explain = args.explain, ""
    if args.notebook is None:
        raise UsageError("the notebook is missing: cellift graph NB")
    if args.explain is not None and args.mermaid:
        raise UsageError("--explain and --mermaid: give one of them")
    try:
        source = read_source(args.notebook)
        notebook = source.notebook()
        analysis = analyse(notebook, project_of(notebook), with_plans=args.explain is not None)
        if args.explain is not None:
            return _explain(args, source, notebook, analysis)
        if not analysis.ok:
            raise RefusedError(analysis.diagnostics)
    except RefusedError as error:
        return refused(error, source, as_json=args.json)
    graph = analysis.graph.to_dict()
    if args.json:
        print_json(graph)
    elif args.mermaid:
        print(mermaid(graph), end="")
    else:
        print("\n".join(graph_lines(graph)))
    print_diagnostics(analysis.diagnostics, source)
    return 0


def _explain(args: Namespace, source: Source, notebook: Notebook, analysis: Analysis) -> int:
    """The reasons of what was understood, also when something is refused: then 1, with the places."""
    from cellift.api.explain_text import explain_lines
    from cellift.cli.output import print_json
    from cellift.cli.source import print_diagnostics
    from cellift.notebook.explain import explain

    explanation = explain(analysis, notebook)
    try:
        lines = explain_lines(explanation, args.explain or None)
    except KeyError:
        names = ", ".join(step.name for step in analysis.graph.steps) or "none"
        message = f"There is no step {args.explain}. The notebook has: {names}."
        raise RefusedError([diagnose("CL115", message, fix="Name one of them.")]) from None
    if args.json:
        print_json({**analysis.graph.to_dict(), "explanation": explanation})
    else:
        print("\n".join(lines))
    print_diagnostics(analysis.diagnostics, source)
    return 0 if analysis.ok else 1

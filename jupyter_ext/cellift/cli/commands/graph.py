"""Show the steps of a notebook, and which names cross from one to the next. Runs none of its code."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cellift.notebook.diagnostics import RefusedError


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("notebook", metavar="NB", help="the notebook (.ipynb)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the graph as JSON, with the reason of each edge")
    form.add_argument("--mermaid", action="store_true", help="print a Mermaid flow chart")


def run(args: Namespace) -> int:
    """Print the graph; 1 when the notebook has errors."""
    from cellift.api.graph_text import graph_lines, mermaid
    from cellift.cli.output import print_json
    from cellift.cli.source import print_diagnostics, read_source, refused
    from cellift.notebook.analysis import analyse

    source = None
    try:
        source = read_source(args.notebook)
        analysis = analyse(source.notebook())
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

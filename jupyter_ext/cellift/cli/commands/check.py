"""Say what is wrong with a notebook, at cell and line, with a fix. Runs none of its code."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from cellift.notebook.diagnostics import RefusedError


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("notebook", metavar="NB", help="the notebook (.ipynb)")
    parser.add_argument("--json", action="store_true", help="print the list of diagnostics as JSON")


def run(args: Namespace) -> int:
    """Print the diagnostics; 1 when there is an error among them."""
    from cellift.api.diagnostics_text import counts, diagnostic_lines
    from cellift.api.words import plural
    from cellift.cli.output import print_json
    from cellift.cli.source import read_source, refused
    from cellift.cli.terminal import painter
    from cellift.engine.prepare import project_of
    from cellift.notebook.analysis import analyse

    source = None
    try:
        source = read_source(args.notebook)
        notebook = source.notebook()
    except RefusedError as error:
        return refused(error, source, as_json=args.json)
    analysis = analyse(notebook, project_of(notebook))
    if args.json:
        print_json([one.to_dict() for one in analysis.diagnostics])
    else:
        for line in diagnostic_lines(analysis.diagnostics, notebook, painter(sys.stdout)):
            print(line)
        print(f"{args.notebook}: {plural(len(analysis.graph.steps), 'step')}, {counts(analysis.diagnostics)}")
        codes = list(dict.fromkeys(one.code for one in analysis.diagnostics))
        if codes:
            print(f"What a code means, with examples: cellift explain {codes[0]}")
    return 0 if analysis.ok else 1

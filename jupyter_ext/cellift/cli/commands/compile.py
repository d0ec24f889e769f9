"""Write a notebook as a pipeline: KFP IR (PipelineSpec 2.1, YAML). Runs none of its code.

The same notebook gives the same file. It runs here (`cellift run FILE`) and on Kubeflow Pipelines.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cellift.notebook.collection import without_collection
from cellift.notebook.diagnostics import RefusedError


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("notebook", metavar="NB", help="the notebook (.ipynb)")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="where to write; - for standard output")
    parser.add_argument(
        "--include",
        metavar="GLOB",
        action="append",
        default=[],
        help="bring files from the notebook's folder along; may be repeated",
    )
    parser.add_argument("--image", help="container image of the steps (default: the one that this command runs in)")
    parser.add_argument("--json", action="store_true", help="print what was written, or why not, as JSON")


@without_collection()
def run(args: Namespace) -> int:
    """Write the file; 1 when the notebook is refused (nothing is written then)."""
    from cellift.api.words import plural, size
    from cellift.cli.errors import UsageError
    from cellift.cli.output import print_json, write_whole
    from cellift.cli.source import print_diagnostics, read_source, refused
    from cellift.engine.prepare import compile_notebook
    from cellift.pipeline.ir import dump_ir

    if args.json and args.output == "-":
        raise UsageError("--json and -o - both want standard output: give -o a file")
    source = None
    try:
        source = read_source(args.notebook)
        prepared = compile_notebook(source.data, str(source.path), include=args.include, image=args.image)
    except RefusedError as error:
        return refused(error, source, as_json=args.json)
    data = dump_ir(prepared.ir).encode()
    diagnostics = prepared.diagnostics
    if not args.json:
        print_diagnostics(diagnostics, source)
    if args.output == "-":
        sys.stdout.write(data.decode())
        return 0
    write_whole(Path(args.output), data)
    steps = len(prepared.plan["tasks"])
    if args.json:
        print_json(
            {
                "file": os.path.abspath(args.output),  # noqa: PTH100 - links stay as the user sees them
                "bytes": len(data),
                "steps": steps,
                "diagnostics": [one.to_dict() for one in diagnostics],
            }
        )
    else:
        print(f"{args.output}: {plural(steps, 'step')}, {size(len(data))}", file=sys.stderr)
    return 0

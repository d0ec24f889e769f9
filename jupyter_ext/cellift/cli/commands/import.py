# ruff: noqa: N999 - the command's name is a word of Python
"""Take over a notebook that another tool has marked: its tags become steps, the notebook itself stays as it is.

Writes a new notebook with the marks of Cellift and says what became of each mark. Runs none of its code.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import RefusedError

if TYPE_CHECKING:
    from cellift.cli.source import Source
    from cellift.notebook.kale.importing import Imported


def configure(parser: ArgumentParser) -> None:
    """Add the formats and their arguments."""
    formats = parser.add_subparsers(dest="format", metavar="FORMAT", required=True)
    about = "notebooks with the tags and metadata of Kale (0.5 to 2.3), or papermill's `parameters` tag"
    kale = formats.add_parser("kale", help=about, description=about[0].upper() + about[1:] + ".", allow_abbrev=False)
    kale.add_argument("notebook", metavar="NB", help="the notebook (.ipynb)")
    kale.add_argument("-o", "--output", metavar="OUT", help="the new notebook (default: NB with .cellift.ipynb)")
    kale.add_argument("--force", action="store_true", help="replace OUT when it exists")
    kale.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: Namespace) -> int:
    """Convert and report; 0 also when steps are refused: the report says which, and `cellift check` says more."""
    from cellift.cli.errors import CommandError, UsageError
    from cellift.cli.output import print_json, write_whole
    from cellift.cli.source import print_diagnostics, read_source, refused
    from cellift.engine.prepare import import_kale_notebook
    from cellift.notebook.cells import decode_notebook

    source = None
    try:
        source = read_source(args.notebook)
        imported = import_kale_notebook(decode_notebook(source.data, str(source.path)), str(source.path))
    except RefusedError as error:
        return refused(error, source, as_json=args.json)
    target = Path(args.output) if args.output else source.path.with_suffix(".cellift.ipynb")
    if target.resolve() == source.path.resolve():
        raise UsageError("-o is the notebook itself, which stays as it is: give another name")
    if target.exists() and not args.force:
        raise CommandError(f"{target} exists. Give another name with -o, or --force to replace it.")
    text = json.dumps(imported.content, ensure_ascii=False, indent=1) + "\n"  # as Jupyter writes notebooks
    write_whole(target, text.encode("utf-8", "surrogatepass"))
    if args.json:
        print_json(
            {
                "file": str(target),
                "report": [item.to_dict() for item in imported.report],
                "diagnostics": [one.to_dict() for one in imported.analysis.diagnostics],
            }
        )
    else:
        _report(imported, target)
        sys.stdout.flush()
        print_diagnostics(imported.analysis.diagnostics, _as_source(source, target))
    return 0


def _report(imported: Imported, target: Path) -> None:
    from cellift.api.words import plural
    from cellift.notebook.kale.report import KINDS

    steps = plural(len([step for step in imported.analysis.graph.steps if step.role == "step"]), "step")
    print(f"{target}: {steps}")
    for kind, title in KINDS.items():
        # What is said of several cells in the same words is said once.
        said: dict[tuple[str, str], list[str]] = {}
        for item in (item for item in imported.report if item.kind == kind):
            said.setdefault((item.what, item.text), []).extend([str(item.cell)] if item.cell else [])
        if said:
            print(f"\n{title}")
        for (what, text), cells in said.items():
            place = f"cell{'s' if len(cells) > 1 else ''} {', '.join(cells)}, " if cells else ""
            print(f"  {place}{what}: {text}")
    print(f"\nNext: cellift run {target}" if imported.analysis.ok else f"\nNext: cellift check {target}")


def _as_source(source: Source, target: Path) -> Source:
    """The new notebook, whose cells are those of the old one."""
    from cellift.cli.source import Source as Read

    return Read(target, source.data)

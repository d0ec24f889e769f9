"""Print the version of Cellift."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cellift._version import __version__


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: Namespace) -> int:
    """Print ``cellift 0.1.0``."""
    if args.json:
        from cellift.cli.output import print_json

        print_json({"version": __version__})
    else:
        print(f"cellift {__version__}")
    return 0

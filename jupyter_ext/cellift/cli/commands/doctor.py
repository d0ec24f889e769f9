"""Check this installation: each line says what is well, what is not, and how to mend it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

_SIGNS = {"ok": "✓", "warn": "▲", "fail": "✕"}
_STYLES = {"ok": "success", "warn": "warning", "fail": "error"}


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")


def run(args: Namespace) -> int:
    """Print one line per check; 1 when one of them fails."""
    from cellift.cli.checks import CHECKS
    from cellift.cli.output import print_json
    from cellift.cli.terminal import painter

    findings = [check() for check in CHECKS]
    failed = sum(one.status == "fail" for one in findings)
    if args.json:
        print_json([one.to_dict() for one in findings])
        return 1 if failed else 0
    paint = painter(sys.stdout)
    width = max(len(one.name) for one in findings)
    for one in findings:
        head = paint(f"{_SIGNS[one.status]} {one.status:<4}", _STYLES[one.status])
        print(f"{head}  {one.name:<{width}}  {one.message}")
        if one.fix:
            print(f"{'':<{width + 10}}fix: {one.fix}")
    return 1 if failed else 0

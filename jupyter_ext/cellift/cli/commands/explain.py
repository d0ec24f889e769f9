"""Say what a diagnostic code means, why it is one, and show a notebook with it and one without."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("code", metavar="CODE", nargs="?", help="a code such as CL104; without one, all are listed")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: Namespace) -> int:
    """Print the section of the code in docs/diagnostics.md, or the list of all codes."""
    from cellift.api.diagnostics_page import page_path, section
    from cellift.cli.errors import UsageError
    from cellift.cli.output import print_json
    from cellift.notebook.codes import CATALOGUE

    if args.code is None:
        listed = [{"code": code, "severity": one.severity, "title": one.title} for code, one in CATALOGUE.items()]
        if args.json:
            print_json(listed)
        else:
            print("\n".join(f"{one['code']}  {one['severity']:<7}  {one['title']}" for one in listed))
        return 0
    code = args.code.upper()
    if code not in CATALOGUE:
        raise UsageError(f"{args.code} is no diagnostic code; `cellift explain` lists them")
    text = section(page_path().read_text(encoding="utf-8"), code)
    if args.json:
        entry = CATALOGUE[code]
        print_json({"code": code, "severity": entry.severity, "title": entry.title, "text": text})
    else:
        print(text.removeprefix("### "))
    return 0

"""List, show, cancel and remove runs, and read their logs. RUN is an id or its beginning."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cellift.runs.store import RunStore


def configure(parser: ArgumentParser) -> None:
    """Add the subcommands and their arguments."""
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, about: str) -> ArgumentParser:
        one = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".", allow_abbrev=False)
        one.add_argument("--json", action="store_true", help="print JSON")
        return one

    ls = action("ls", "list runs, the newest first")
    ls.add_argument("--state", metavar="STATE", help="only runs in this state (succeeded, failed, running …)")
    ls.add_argument("--notebook", metavar="NB", help="only runs of this notebook")
    ls.add_argument("--limit", metavar="N", type=int, help="how many at most (default: the setting runs.limit, 20)")
    show = action("show", "show a run: its steps, values and errors")
    show.add_argument("run", metavar="RUN")
    logs = action("logs", "print what the steps of a run printed")
    logs.add_argument("run", metavar="RUN")
    logs.add_argument("step", metavar="STEP", nargs="?", help="only this step")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until the run (or the step) is over")
    cancel = action("cancel", "cancel runs and end their processes")
    cancel.add_argument("runs", metavar="RUN", nargs="+")
    rm = action("rm", "remove runs with their logs and values")
    rm.add_argument("runs", metavar="RUN", nargs="+")
    rm.add_argument("--yes", action="store_true", help="do not ask when several are removed")


def run(args: Namespace) -> int:
    """Do what the subcommand says."""
    from cellift.config.paths import home
    from cellift.runs.store import RunStore

    store = RunStore(home())
    return _ACTIONS[args.action](store, args)


def _ls(_store: RunStore, args: Namespace) -> int:
    from cellift.api.run_list import runs
    from cellift.api.run_text import summary_lines
    from cellift.cli.errors import UsageError
    from cellift.cli.output import print_json
    from cellift.cli.terminal import columns_of

    if args.limit is not None and args.limit < 1:
        raise UsageError(f"--limit {args.limit}: at least 1")
    _warn_about_settings()
    try:
        found = runs(limit=args.limit, notebook=args.notebook, state=args.state)
    except ValueError as error:
        raise UsageError(f"--state {args.state}: {error}") from None
    if args.json:
        print_json(found.records)
    elif found:
        print("\n".join(summary_lines(found.records, columns_of(sys.stdout))))
    else:
        print("No runs." if args.state or args.notebook else "No runs yet. The first: cellift run NB", file=sys.stderr)
    return 0


def _show(store: RunStore, args: Namespace) -> int:
    from cellift.api.cell_numbers import cell_numbers
    from cellift.api.words import when
    from cellift.cli.output import print_json
    from cellift.cli.result import failure_lines, place_lines, result_lines
    from cellift.cli.terminal import columns_of, painter

    record = store.load(store.resolve(args.run))
    if args.json:
        print_json(record)
        return 0
    paint = painter(sys.stdout)
    folder = store.folder(record["id"])
    facts = [["created", when(record["created"])]]
    if record["source"]["notebook"]:
        facts.append(["notebook", record["source"]["notebook"]])
    facts += [["parameter", f"{name} = {value!r}"] for name, value in record["params"].items()]
    lines = [*result_lines(record, paint, columns_of(sys.stdout)), "", *place_lines(record, folder, facts)]
    failure = failure_lines(record, cell_numbers(folder, record), paint)
    print("\n".join([*lines, "", *failure] if failure else lines))
    return 0


def _logs(store: RunStore, args: Namespace) -> int:
    from cellift.api.handle import Run
    from cellift.api.text import UnknownNameError
    from cellift.cli.errors import CommandError, UsageError
    from cellift.cli.output import print_json

    if args.json and args.follow:
        raise UsageError("--json prints one document, -f goes on: give one of them")
    shown = Run(store.resolve(args.run), store)
    try:
        views = shown.tasks if args.step is None else [shown[args.step]]
    except UnknownNameError as error:
        raise CommandError(str(error)) from None
    if args.json:
        print_json([{"task": one.id, "name": one.name, "attempt": one.attempt, "text": one.logs()} for one in views])
    elif args.follow:
        shown.logs(args.step, follow=True)
    else:
        sys.stdout.write(shown.logs(args.step) or "")
    return 0


def _cancel(store: RunStore, args: Namespace) -> int:
    from cellift.api.run_text import run_line
    from cellift.cli.output import print_json
    from cellift.engine.launch import cancel

    # All ids are looked up first: a wrong one leaves every run as it is.
    ids = [store.resolve(one) for one in args.runs]
    for run_id in ids:
        cancel(store.home, run_id, wait=10.0)
    records = [store.load(run_id) for run_id in ids]
    if args.json:
        print_json(records)
    else:
        print("\n".join(run_line(record) for record in records))
    return 0


def _rm(store: RunStore, args: Namespace) -> int:
    from cellift.cli.errors import UsageError
    from cellift.cli.output import print_json

    ids = list(dict.fromkeys(store.resolve(one) for one in args.runs))
    if len(ids) > 1 and not args.yes:
        if not sys.stdin.isatty():
            raise UsageError(f"{len(ids)} runs would be removed, and there is nobody to ask: give --yes")
        names = ", ".join(_name(store, run_id) for run_id in ids)
        print(
            f"Remove {len(ids)} runs with their logs and values ({names})? [y/N] ", end="", file=sys.stderr, flush=True
        )
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            print("Nothing was removed.", file=sys.stderr)
            return 1
    for run_id in ids:
        store.check_removable(run_id)  # all of them, before anything is removed
    for run_id in ids:
        store.remove(run_id)
    if args.json:
        print_json(ids)
    else:
        print("\n".join(f"removed {run_id}" for run_id in ids), file=sys.stderr)
    return 0


def _name(store: RunStore, run_id: str) -> str:
    from cellift.runs.errors import RunBrokenError

    try:
        return store.load(run_id)["name"]
    except RunBrokenError:
        return run_id


def _warn_about_settings() -> None:
    from cellift.config.settings import load_settings

    for problem in load_settings().problems:
        print(f"warning: {problem}", file=sys.stderr)


_ACTIONS = {"ls": _ls, "show": _show, "logs": _logs, "cancel": _cancel, "rm": _rm}

"""Run a notebook, or a pipeline compiled from one, on this machine.

The run goes on when this command is hung up; Ctrl-C cancels it.
"""

from __future__ import annotations

import functools
import sys
import time
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from cellift.api.follower import Follower
    from cellift.cli.interrupts import Interrupts
    from cellift.cli.progress import Progress
    from cellift.cli.source import Source
    from cellift.runs.store import RunStore

_POLL_SECONDS = 0.05


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="NB|IR.yaml", help="the notebook (.ipynb) or pipeline (.yaml)")
    parser.add_argument(
        "-p",
        dest="params",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="value of a parameter (JSON, Python literal, or text for a parameter that is text); may be repeated",
    )
    parser.add_argument("--python", metavar="PY", help="interpreter (default: that of the notebook's kernel)")
    parser.add_argument("--step", metavar="S", help="run step S and what it needs, nothing else")
    parser.add_argument("--name", help="name of the run (default: the notebook's)")
    parser.add_argument(
        "--strict", action="store_true", help="refuse the run when this machine has less than its steps ask for"
    )
    parser.add_argument("--detach", action="store_true", help="return at once; the run goes on")
    parser.add_argument("--json", action="store_true", help="print the run as JSON at the end")


def run(args: Namespace) -> int:
    """Start and follow the run; 0 when it succeeded, 1 when it was refused or failed, 130 after Ctrl-C."""
    from cellift.cli.interrupts import Interrupts
    from cellift.cli.source import read_source, refused
    from cellift.config.paths import home
    from cellift.runs.store import RunStore

    overrides = _overrides(args.params)
    source = None
    with Interrupts() as interrupts:
        try:
            source = read_source(args.file)
            run_id = _start(args, source, overrides, home(), interrupts)
        except RefusedError as error:
            return refused(error, source, as_json=args.json)
        if run_id is None:
            print("Stopped.", file=sys.stderr)
            return interrupts.exit_code or 1
        store = RunStore(home())
        if args.detach:
            return _detached(store, run_id, as_json=args.json)
        return _follow(store, run_id, interrupts, as_json=args.json)


def _overrides(texts: list[str]) -> dict[str, str]:
    from cellift.api.parameter_texts import parameter_texts
    from cellift.cli.errors import UsageError

    try:
        return parameter_texts(texts)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _start(
    args: Namespace, source: Source, overrides: dict[str, str], home: Path, interrupts: Interrupts
) -> str | None:
    """The id of the run; None when it was interrupted before anything was started or recorded."""
    from cellift.cli.errors import UsageError
    from cellift.cli.source import print_diagnostics
    from cellift.engine.launch import prepare_notebook, start_ir, start_prepared

    cwd = str(source.path.parent)
    if source.is_pipeline:
        if args.step:
            raise UsageError("--step needs a notebook: a pipeline runs as it was compiled")
        launch = start_ir(
            source.data.decode("utf-8", "replace"),
            home=home,
            overrides=overrides,
            python=args.python,
            cwd=cwd,
            name=args.name,
            strict=args.strict,
        )
        return launch.run_id
    prepared = prepare_notebook(source.data, str(source.path), overrides=overrides, step=args.step, python=args.python)
    print_diagnostics(prepared.diagnostics, source)
    if interrupts.count:
        return None
    launch = start_prepared(prepared, home=home, python=args.python, cwd=cwd, name=args.name, strict=args.strict)
    return launch.run_id


def _detached(store: RunStore, run_id: str, *, as_json: bool) -> int:
    from cellift.api.words import SHORT_ID
    from cellift.cli.output import print_json

    if as_json:
        print_json(store.load(run_id))
    else:
        print(run_id)
    print(f"The run goes on. To see it: cellift runs show {run_id[:SHORT_ID]}", file=sys.stderr)
    return 0


def _follow(store: RunStore, run_id: str, interrupts: Interrupts, *, as_json: bool) -> int:
    from cellift.api.follower import Follower

    follower = Follower(store, run_id)
    progress = _progress(follower, store)
    try:
        _watch(store, follower, progress, interrupts)
    finally:
        progress.close()
    if not follower.over:
        print("Cancelling goes on without this command.", file=sys.stderr)
        return interrupts.exit_code or 1
    _report(store, follower, as_json=as_json)
    return _exit_code(follower.run["state"], interrupts)


def _progress(follower: Follower, store: RunStore) -> Progress:
    if sys.stderr.isatty():
        from cellift.cli.live import LiveProgress

        return LiveProgress(follower, store)
    from cellift.cli.progress import PlainProgress

    return PlainProgress(follower)


def _watch(store: RunStore, follower: Follower, progress: Progress, interrupts: Interrupts) -> None:
    """Show the run until it is over, and cancel it on the first interrupt."""
    from cellift.engine.launch import cancel

    seen = 0
    while True:
        progress.update(follower.poll())
        if follower.over or interrupts.impatient:
            return
        if interrupts.count > seen:
            first, seen = seen == 0, interrupts.count
            if first:
                progress.note("Cancelling: the steps are being ended and the record is closed.")
                cancel(store.home, follower.run["id"])
            else:
                progress.note("Still cancelling. Once more leaves it to go on without this command.")
        time.sleep(_POLL_SECONDS)


def _report(store: RunStore, follower: Follower, *, as_json: bool) -> None:
    from cellift.api.cell_numbers import cell_numbers
    from cellift.cli.output import print_json
    from cellift.cli.result import failure_lines, place_lines, printed_lines, result_lines
    from cellift.cli.terminal import columns_of, painter

    record = follower.run
    folder = store.folder(record["id"])
    if as_json:
        print_json(record)
    else:
        paint = painter(sys.stdout)
        lines = result_lines(record, paint, columns_of(sys.stdout))
        lines += printed_lines(record, functools.partial(store.log_path, record["id"]), paint)
        print("\n".join([*lines, "", *place_lines(record, folder)]), flush=True)
    failure = failure_lines(record, cell_numbers(folder, record), painter(sys.stderr))
    if failure:
        print("\n" + "\n".join(failure), file=sys.stderr)


def _exit_code(state: str, interrupts: Interrupts) -> int:
    from cellift.runs import states

    if state == states.SUCCEEDED:
        return 0
    if state == states.CANCELLED and interrupts.exit_code:
        return interrupts.exit_code
    return 1

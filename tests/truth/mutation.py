"""The mutation run: each rule and guard, switched off, has to turn at least one test red.

``python -m tests.truth.mutation [MODULE ...]`` runs the unit tests once and writes down for each which conditions
decide in it otherwise than they would switched off. A mutant then runs only those tests, in a process of its own, until
the first one is red; where there is none it survives. Survivors must stand in ``survivors.txt``, under the reason why
they may. A line that a test makes needless is told, and taken out by ``--write``, which also writes down in
``killers.txt`` the test to try first where many had to be tried: a hint, which may be old. ``-v`` names for each mutant
the test that it turns red.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import pkgutil
import sys
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.truth import forked_steps
from tests.truth.mutants import Mutant, find_caches, find_mutants, switch_off, watch
from tests.truth.spread import Children, Table

_HERE = Path(__file__).parent
_UNIT = _HERE.parent / "unit"
_LIST = _HERE / "survivors.txt"
_HINTS = _HERE / "killers.txt"
_CHUNK = 10
_TESTS_OF_LISTED = 20
"""A mutant that is listed is tried on no more tests, the shortest: whether a line has to go is worth no more time."""
_LONG = 500_000_000
"""Nanoseconds: where finding the test took longer, it is written down."""
_TOO_SHORT_TO_WAIT = 200_000_000
"""Nanoseconds: a test that takes less waits for nothing."""

#: What holds rules and guards: rooms, or modules of them.
GUARDED = (
    "cellift.notebook",
    "cellift.values",
    "cellift.pipeline.runtime",
    "cellift.project",
    "cellift.engine.file_order",
    "cellift.engine.reports",
    "cellift.engine.rerun_words",
    "cellift.engine.sourcing",
)
#: Folders of tests that guard them, and files of others. What starts whole engines is left to the other runs: those
#: are processes of their own, in which nothing is switched off.
TESTS = (
    "notebook",
    "values",
    "project",
    "pipeline",
    "runtime",
    "engine/test_file_order.py",
    "engine/test_pieces.py",
    "engine/test_plan.py",
    "engine/test_reports.py",
    "engine/test_rerun_words.py",
    "engine/test_reruns.py",
    "engine/test_sourcing.py",
)
#: Programs of another environment; and programs by chance, which would name no rule.
_LEFT_OUT = ("test_kfp_accepts.py", "test_pythons.py", "test_random_notebooks.py")


def modules_of(name: str) -> Iterator[str]:
    """The modules of a room, or the module itself."""
    found = importlib.import_module(name)
    if not hasattr(found, "__path__"):
        yield name
    for each in pkgutil.iter_modules(getattr(found, "__path__", ())):
        yield from modules_of(f"{name}.{each.name}")


def listed() -> dict[str, str]:
    """Mutant -> why it may survive: it stands below the reason, which is in brackets."""
    found, why = {}, ""
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            why = line.strip("[]")
        elif line and not line.startswith("#"):
            found[line] = why
    return found


def hinted() -> dict[str, str]:
    """Mutant -> the test that it turned red when this was last written down."""
    lines = _HINTS.read_text(encoding="utf-8").splitlines() if _HINTS.exists() else []
    return dict(line.split(" <- ") for line in lines if not line.startswith("#"))


def write_hints(hints: dict[str, str]) -> None:
    """Write down the tests to try first."""
    head = "# The test that a mutant turns red, where it takes long to find. Written by the mutation run with --write."
    lines = [f"{mutant} <- {test}" for mutant, test in sorted(hints.items())]
    _HINTS.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def take_out(gone: list[str]) -> None:
    """Take what is killed from the list."""
    kept = [line for line in _LIST.read_text(encoding="utf-8").splitlines() if line not in gone]
    _LIST.write_text("\n".join(kept) + "\n", encoding="utf-8")


class MutationRun:
    """Takes the place of pytest's loop over the tests it has collected."""

    def __init__(self, mutants: list[Mutant], telling: bool, known: AbstractSet[str] = frozenset()) -> None:
        self.mutants = mutants
        self._known = known
        self._telling = os.dup(1) if telling else None
        self.red: list[str] = []
        self.killers: list[str | None] = []
        self.hints: dict[str, str] = {}
        self._now = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        self._items = [item for item in session.items if Path(item.path).name not in _LEFT_OUT]
        forked_steps.prepare()
        self._caches = find_caches([module for name in GUARDED for module in modules_of(name)])
        gc.freeze()
        children = Children(session.config)
        self._seen = Table(len(self._items), len(self.mutants))
        self._results = Table(len(self._items), 8)
        chunks = [range(first, min(first + _CHUNK, len(self._items))) for first in range(0, len(self._items), _CHUNK)]
        children.run(len(chunks), lambda number: self._look(chunks[number]), first=self._watch)
        self._times = [self._results.number(row) for row in range(len(self._items))]
        self.red = [item.nodeid for item, end in zip(self._items, self._times, strict=True) if end == 0]
        self._found = Table(len(self.mutants), 8)
        self._took = Table(len(self.mutants), 8)
        self._hinted = hinted()
        children.run(len(self.mutants), self._try, after=self._tell)
        # Once more: a test that is red only when it comes to the end of its time may have been lucky.
        left = [number for number, one in enumerate(self.mutants) if not self._killer(number) and not self._may(one)]
        children.run(len(left), lambda place: self._try(left[place]), after=lambda place: self._tell(left[place]))
        self.killers = [self._killer(number) for number in range(len(self.mutants))]
        for number, (mutant, killer) in enumerate(zip(self.mutants, self.killers, strict=True)):
            if killer and (self._took.number(number) > _LONG or self._hinted.get(mutant.key) == killer):
                self.hints[mutant.key] = killer
        return True

    def _may(self, mutant: Mutant) -> bool:
        """Whether it is listed as one that may survive."""
        return mutant.key in self._known

    def _watch(self) -> None:
        watch(self.mutants, lambda index: self._seen.mark(self._now, index))

    def _look(self, rows: range) -> None:
        """Run tests without a mutant, and write down what decides in each."""
        for now in rows:
            self._now = now
            self._forget()
            began = time.perf_counter_ns()
            following = self._items[now + 1] if now + 1 in rows else None
            if _is_green(self._items[now], following):
                self._results.put(now, time.perf_counter_ns() - began)
            else:  # it may need a new interpreter, in which nothing is switched off
                forked_steps.forking = False
                if _is_green(self._items[now], following):
                    self._results.put(now, -1)
                forked_steps.forking = True

    def _try(self, number: int) -> None:
        """Run the tests of one mutant, its own and then those that take the shortest first, until one is red."""
        mutant = self.mutants[number]
        rows = [row for row in range(len(self._items)) if self._times[row] > 0 and self._seen.marked(row, number)]
        first = self._hinted.get(mutant.key)
        rows.sort(
            key=lambda row: (
                self._items[row].nodeid != first,
                not self._mirrors(row, mutant.module),
                self._times[row],
            )
        )
        if self._may(mutant):
            del rows[_TESTS_OF_LISTED:]
        switch_off(mutant)
        began = time.perf_counter_ns()
        for row in rows:
            self._took.put(number, time.perf_counter_ns() - began)
            self._forget()
            self._found.put(number, row + 1)  # also when it never ends
            expected = self._times[row] // 1_000_000_000
            if _is_green(self._items[row], None, expected):
                continue
            # Once more: on a busy machine a test that waits for something may be red once for want of time.
            if self._times[row] < _TOO_SHORT_TO_WAIT or not _is_green(self._items[row], None, expected):
                return
        self._found.put(number, 0)

    def _mirrors(self, row: int, module: str) -> bool:
        """Whether the test stands in the file that is named after the module: it most likely notices."""
        return Path(self._items[row].path).stem == f"test_{module.rpartition('.')[2]}"

    def _tell(self, number: int) -> None:
        """One line for a mutant that has been tried."""
        if self._telling is not None:
            killer = self._killer(number)
            verdict = f"survives ({self.noticed(number)} tests)" if killer is None else killer
            os.write(self._telling, f"{self.mutants[number].key}  -> {verdict}\n".encode())

    def _forget(self) -> None:
        """Each test looks anew, whatever ran before it."""
        for cached in self._caches:
            cached.cache_clear()

    def _killer(self, number: int) -> str | None:
        row = self._found.number(number)
        return self._items[row - 1].nodeid if row else None

    def noticed(self, number: int) -> int:
        """How many tests a condition decides in."""
        return sum(self._seen.marked(row, number) for row in range(len(self._items)))


def _is_green(item: Any, following: Any, seconds: int = 0) -> bool:
    """Run a test, which took so many seconds before; what is to end with it is killed after many more."""
    from _pytest.runner import runtestprotocol

    Children.allow_seconds(seconds)
    try:
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))
    except (Exception, SystemExit):  # noqa: BLE001 - what a test left behind may end pytest's report of a failure, too
        return False


def main(arguments: list[str]) -> int:
    """Run all mutants of the wanted modules (default: of all that are guarded); 1 when one survives unlisted."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m tests.truth.mutation")
    parser.add_argument("names", nargs="*", metavar="MODULE", default=GUARDED)
    parser.add_argument("--by", action="append", help="a test, a file or a folder: only these (default: all)")
    parser.add_argument("-v", action="store_true", dest="telling", help="name the test that each mutant turns red")
    parser.add_argument("--write", action="store_true", help="take what is killed from the list")
    given = parser.parse_args(arguments)
    names = given.names
    tests = given.by or [str(_UNIT / name) for name in TESTS]
    modules = [module for name in names for module in modules_of(name)]
    allowed = set(listed())
    run = MutationRun([mutant for module in modules for mutant in find_mutants(module)], given.telling, allowed)
    hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("mutation")
    flags = ["-q", "-s", "--no-header", "--no-summary", "--tb=native", "-p", "no:cacheprovider"]
    ended = pytest.main([*flags, *tests], plugins=[run])
    for name in run.red:
        print(f"red without a mutant: {name}")
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or not run.killers:
        return 1
    survivors = {run.mutants[number].key: number for number, killer in enumerate(run.killers) if killer is None}
    new = [key for key in survivors if key not in allowed]
    gone = [key for key in sorted(allowed) if key.split(":")[0] in modules and key not in survivors]
    for key in new:
        print(f"survives ({run.noticed(survivors[key])} tests): {key}")
    for key in gone:
        print(f"may leave its list: {key}")
    if given.write:
        take_out(gone)
        others = {key: test for key, test in hinted().items() if key.split(":")[0] not in modules}
        write_hints({**others, **run.hints})
    counts = f"{len(run.mutants)} mutants in {len(modules)} modules, {len(survivors)} survive, {len(new)} not listed"
    print(f"{counts} ({time.monotonic() - began:.0f} s)")
    return 1 if new else 0  # that a test is red without a mutant is for other targets to tell


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""State of the process that a step changes although its source does not show it: found, handed on, or refused."""

from __future__ import annotations

import decimal
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime import process_state
from cellift.pipeline.runtime.process_state import StateStaysError, make_changes, settings, stays
from cellift.pipeline.runtime.state_guard import IMPORT, OTHER, REPEATED, StateGuard
from unit.pipeline.kit import Launcher, graph, step
from unit.runtime.test_undeclared_changes import with_rerun

CHANGES = {
    "environ": "import os\nos.environ['CELLIFT_X'] = '1'",
    "cwd": "import os\nos.chdir('..')",
    "sys.path": "import sys\nsys.path.append('/somewhere')",
    "warnings": "import warnings\nwarnings.simplefilter('error')",
    "locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')",
    "decimal": "import decimal\ndecimal.getcontext().prec = 3",
    "logging": "import logging\nlogging.disable(10)",
    "numpy": "import numpy\nnumpy.seterr(all='raise')",
    "pandas": "import pandas\npandas.set_option('display.max_rows', 3)",
    "matplotlib": "import matplotlib\nmatplotlib.rcParams['font.size'] = 3",
    "sklearn": "import sklearn\nsklearn.set_config(display='text')",
    "process": "import sys\nsys.setrecursionlimit(4321)",
}


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = settings()
    yield
    for name, found in process_state.changes(settings(), before).items():
        make_changes(name, found)


def started(**inputs: Any) -> StateGuard:
    guard = StateGuard(inputs, (), ())
    guard.start()
    guard.next(OTHER)
    return guard


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_found_and_can_be_made_in_another_process(kind: str) -> None:
    before, guard = settings(), started()
    exec(CHANGES[kind])
    found = guard.end().unseen
    assert list(found) == [f"state:{kind}"]
    changed = settings()[f"state:{kind}"]
    for name, back in process_state.changes(settings(), before).items():
        make_changes(name, back)
    make_changes(f"state:{kind}", found[f"state:{kind}"])
    assert settings()[f"state:{kind}"] == changed


@pytest.mark.parametrize("kind", ["environ", "logging"])
def test_in_a_container_the_step_fails_and_names_what_it_is(launcher: Launcher, kind: str) -> None:
    hidden = step("a", f"exec({CHANGES[kind]!r})")
    error = launcher.run(compile_graph(graph(hidden, step("b", "1"))))["a"].error
    assert error["code"] == "CL520"
    assert f"the state of {kind}" in error["message"]
    assert "above the first step" in error["message"] and "--changes" not in error["message"]


def test_the_last_step_may_leave_what_it_wants(launcher: Launcher) -> None:
    last = step("b", f"exec({CHANGES['environ']!r})")
    assert launcher.run(compile_graph(graph(step("a", "1"), last)))["b"].code == 0


def test_what_later_steps_repeat_needs_nobodys_care(launcher: Launcher) -> None:
    known = replace(step("a", f"exec({CHANGES['environ']!r})\n1"), repeated=((1, 1),))
    other = replace(known, repeated=((1, 2),))
    assert launcher.run(compile_graph(graph(known, step("b", "1"))))["a"].code == 0
    assert launcher.run(compile_graph(graph(other, step("b", "1"))))["a"].error["code"] == "CL520"


def test_what_is_put_back_is_no_change() -> None:
    guard = started()
    with decimal.localcontext(), warnings.catch_warnings():
        decimal.getcontext().prec = 2
        warnings.simplefilter("ignore")
    os.environ["CELLIFT_X"] = "1"
    del os.environ["CELLIFT_X"]
    assert guard.end().unseen == {}


def test_a_statement_that_is_repeated_leaves_the_changes_of_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = started()
    os.environ["CELLIFT_HIDDEN"] = "1"
    guard.next(REPEATED)
    os.environ["CELLIFT_SEEN"] = "1"
    guard.next(OTHER)
    assert guard.end().unseen == {"state:environ": {"CELLIFT_HIDDEN": ((), ("1",))}}


def test_what_was_handed_on_and_is_changed_by_a_repeated_statement_is_handed_on_anew() -> None:
    guard = started(**{"state:environ": {"CELLIFT_X": ((), ("1",))}})
    assert os.environ["CELLIFT_X"] == "1"
    guard.next(REPEATED)
    os.environ["CELLIFT_X"] = "2"
    assert guard.end().unseen == {"state:environ": {"CELLIFT_X": ((), ("2",))}}


def importing(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> dict[str, Any]:
    (folder / "of_a_library.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    guard = StateGuard({}, (), ())
    guard.start()
    guard.next(IMPORT, ("of_a_library",))
    __import__("of_a_library")
    found = guard.end().unseen
    del sys.modules["of_a_library"]
    return found


def test_what_libraries_usually_do_when_they_are_imported_is_done_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = "import os, warnings, logging\nos.environ['CELLIFT_X'] = '1'\nwarnings.simplefilter('ignore')\n"
    usual += "logging.getLogger('of_a_library').addHandler(logging.NullHandler())\n"
    usual += "logging.getLogger('of_a_library').setLevel(10)\n"
    assert importing(tmp_path, monkeypatch, usual) == {}


def test_a_logger_that_a_call_sets_up_while_it_imports_is_told_unless_it_is_that_of_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "of_a_library.py").write_text("import logging\nlogging.getLogger('of_a_library.part').setLevel(11)\n")
    monkeypatch.syspath_prepend(tmp_path)
    guard = started()
    __import__("of_a_library")
    logging.getLogger("cellift_own").setLevel(12)
    found = guard.end().unseen
    del sys.modules["of_a_library"]
    logging.getLogger("cellift_own").setLevel(0)
    assert found == {"state:logging": {"level cellift_own": ((), (12,))}}


def test_where_all_is_logged_is_the_notebook_s_also_when_an_import_sets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importing(tmp_path, monkeypatch, "import logging\nlogging.root.setLevel(7)\nlogging.disable(3)\n")
    assert found["state:logging"].keys() >= {"level ", "disable"}


def test_options_that_an_import_changes_are_handed_on_after_that_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importing(tmp_path, monkeypatch, "import decimal\ndecimal.getcontext().prec = 7\n")
    assert list(found) == ["state:decimal"]
    decimal.getcontext().prec = 28
    make_changes("state:decimal", found["state:decimal"])
    assert "of_a_library" in sys.modules  # importing it later must not undo what came after
    assert decimal.getcontext().prec == 7


def test_a_module_that_is_imported_for_the_first_time_is_compared_with_how_it_is_then(launcher: Launcher) -> None:
    both = "import numpy, decimal, logging"
    assert launcher.run(compile_graph(graph(step("a", both), step("b", "1"))))["a"].code == 0
    hidden = f"def f():\n    {both}\n    numpy.set_printoptions(precision=2)\nf()"
    message = launcher.run(compile_graph(graph(step("a", hidden), step("b", "1"))))["a"].error["message"]
    assert "changed the state of numpy," in message


def test_a_handler_that_writes_to_a_file_goes_on_at_its_end(tmp_path: Path) -> None:
    guard = started()
    handler = logging.FileHandler(tmp_path / "a.log", mode="w")
    handler.setFormatter(logging.Formatter("{message}!", style="{"))
    logging.getLogger("of.test").addHandler(handler)
    logging.getLogger("of.test").warning("one")
    found = guard.end().unseen["state:logging"]
    logging.getLogger("of.test").handlers.clear()
    make_changes("state:logging", found)
    logging.getLogger("of.test").warning("two")
    assert (tmp_path / "a.log").read_text() == "one!\ntwo!\n"


def test_a_handler_keeps_its_file_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Path("run.log").open("w", encoding="utf-8") as file:
        logging.getLogger("of.test").addHandler(logging.StreamHandler(file))
        guard = started()
        os.chdir("/")
        assert list(guard.end().unseen) == ["state:cwd"]
    logging.getLogger("of.test").handlers.clear()


def test_a_handler_of_the_first_streams_is_none_of_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stderr", sys.stdout)  # as whoever captures what is written
    logging.getLogger("of.test").addHandler(logging.StreamHandler(sys.__stderr__))
    guard = started()
    monkeypatch.chdir(tmp_path)
    assert list(guard.end().unseen) == ["state:cwd"]
    logging.getLogger("of.test").handlers.clear()


def test_a_handler_of_a_class_that_nobody_knows_is_told() -> None:
    class Mail(logging.Handler):
        pass

    guard = started()
    logging.getLogger("of.test").addHandler(Mail())
    found = guard.end().unseen["state:logging"]
    assert stays("state:logging", found) == "a Mail of the logger of.test"
    logging.getLogger("of.test").handlers.clear()
    with pytest.raises(StateStaysError, match="logging"):
        make_changes("state:logging", found)


def test_what_cannot_be_handed_on_ends_the_step_that_did_it(launcher: Launcher) -> None:
    mail = "import logging\nclass Mail(logging.Handler): pass\nlogging.root.addHandler(Mail())"
    found = launcher.run(
        compile_graph(graph(replace(step("a", mail), outputs=("state:logging",)), step("b", "1"))),
    )
    assert found["a"].error["code"] == "CL522"


def test_a_cell_that_awaits_changes_nothing() -> None:
    import asyncio

    async def body() -> StateGuard:
        return started()  # as the guard starts inside the event loop, and ends after it

    assert asyncio.run(body()).end().unseen == {}


@pytest.mark.parametrize("shown", [True, False])
def test_state_that_no_other_process_can_have_ends_the_step_that_made_it(launcher: Launcher, shown: bool) -> None:
    lock = "import builtins, threading\nbuiltins.made_up = threading.Lock()"
    first = step("a", lock, outputs=("state:process",) if shown else ())
    ir = compile_graph(graph(first, step("b", "1")))
    error = launcher.run(ir if shown else with_rerun(ir, "a"))["a"].error
    assert (error["code"], "the state of process" in error["message"]) == ("CL522", True)

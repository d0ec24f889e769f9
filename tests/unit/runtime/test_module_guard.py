"""Variables of the notebook's own modules that a step changes although no source shows it."""

from __future__ import annotations

import logging
import sys
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime.local_modules import Gone, Rebound, module_states, restore
from cellift.pipeline.runtime.module_guard import ModuleGuard, watch_imports
from cellift.values import known
from unit.pipeline.kit import Launcher, graph, step

TEXT = """
import threading
COUNT = 1
ROWS = []
LOCK = threading.Lock()
class Kept:
    made = []
def f():
    pass
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "own_module.py").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("own_module")
    del sys.modules["own_module"]


def started() -> ModuleGuard:
    guard = ModuleGuard()
    guard.start()
    return guard


def test_what_is_bound_anew_and_what_is_changed_in_place_is_found(own: Any) -> None:
    guard = started()
    assert guard.found() == {}
    own.COUNT = 2
    own.ROWS.append(1)
    own.Kept.made.append("x")
    own.NEW = "new"
    assert guard.found() == {
        "state:module:own_module:COUNT": 2,
        "state:module:own_module:ROWS": [1],
        "state:module:own_module:Kept": {"made": ["x"]},
        "state:module:own_module:NEW": "new",
    }


def test_what_cannot_be_handed_on_is_left_to_the_module(own: Any) -> None:
    guard = started()
    own.LOCK = own.threading.Lock()
    own.COUNT = (each for each in ())
    assert guard.found() == {}


def test_a_module_that_is_imported_meanwhile_is_as_its_import_leaves_it(own: Any) -> None:
    del sys.modules["own_module"]
    guard = started()
    sys.modules["own_module"] = own
    guard.note_imports()
    assert guard.found() == {}
    own.ROWS.append(1)
    guard.note_imports()
    assert list(guard.found()) == ["state:module:own_module:ROWS"]


def test_each_module_is_looked_at_once(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    is_own = ModuleGuard._is_own
    monkeypatch.setattr(ModuleGuard, "_is_own", lambda self, module: looked.append("") or is_own(self, module))
    guard = started()
    first = len(looked)
    for _ in range(3):
        guard.note_imports()
    guard.start()
    assert 0 < first == len(looked)


def test_what_later_steps_do_too_is_no_change_but_what_came_before_is(own: Any) -> None:
    guard = started()
    own.COUNT = 5
    guard.settle()
    own.ROWS.append("repeated")
    guard.start()
    assert guard.found() == {"state:module:own_module:COUNT": 5}


def test_what_earlier_steps_handed_on_is_taken_from_here_once_it_is_changed(own: Any) -> None:
    guard = started()
    guard.handed = {"state:module:own_module:COUNT"}
    guard.settle()
    own.COUNT = 5
    own.ROWS.append("repeated")
    guard.start()
    assert guard.found() == {"state:module:own_module:COUNT": 5}


@pytest.mark.parametrize("only_imports", [False, True])
def test_a_module_that_is_used_at_once_is_as_its_code_leaves_it(
    own: Any, only_imports: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SourceFileLoader, "exec_module", SourceFileLoader.exec_module)
    del sys.modules["own_module"]
    guard = started()
    watch_imports(guard)
    guard.only_imports = only_imports
    again = __import__("own_module")
    again.ROWS.append(1)
    guard.settle()
    guard.start()
    assert guard.found() == ({} if only_imports else {"state:module:own_module:ROWS": [1]})
    assert known.first("own_module", "ROWS") is again.ROWS


def test_modules_of_others_are_not_looked_at_when_they_are_imported(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    guard = started()
    guard.executed(own)
    monkeypatch.chdir(tmp_path)
    assert guard._executed == {}


def test_what_later_steps_repeat_may_use_a_module_that_it_imports(own: Any) -> None:
    del sys.modules["own_module"]
    guard = started()
    guard.only_imports = False
    sys.modules["own_module"] = own
    guard.executed(own)
    own.ROWS.append(1)
    guard.start()
    assert guard.found() == {}


def test_an_import_that_fails_shows_no_code_of_ours(own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SourceFileLoader, "exec_module", SourceFileLoader.exec_module)
    watch_imports(started())
    (tmp_path / "broken_module.py").write_text("1 / 0")
    with pytest.raises(ZeroDivisionError) as caught:
        __import__("broken_module")
    files = [Path(each.filename).name for each in traceback.extract_tb(caught.value.__traceback__)]
    assert files == [Path(__file__).name, "broken_module.py"]


def test_a_module_that_a_function_imports_and_changes_at_once_is_seen(launcher: Launcher) -> None:
    files = {
        "lazy_module.py": b"def run():\n    import rows_module\n    rows_module.ROWS.append(1)",
        "rows_module.py": b"ROWS = []",
    }
    for use, code in (("lazy_module.run()", "CL520"), ("lazy_module.run", None)):
        known = replace(step("a", f"import lazy_module\n{use}"), modules=tuple(files))
        ran = launcher.run(compile_graph(graph(known, step("b", "1")), files=files))["a"]
        assert (ran.error["code"] if ran.code else None) == code


def test_what_a_repeated_statement_changes_of_what_was_handed_on_is_seen(launcher: Launcher) -> None:
    name, files = "state:module:kept_module:ROWS", {"kept_module.py": b"ROWS = []"}
    change = "import kept_module\nkept_module.ROWS.append(1)"
    first = replace(step("a", change, outputs=(name,)), modules=tuple(files))
    second = replace(step("b", change), modules=tuple(files), repeated=((1, 2),))
    for inputs, code in (({name: "a"}, "CL520"), ({}, None)):
        taking = replace(second, inputs=inputs)
        ran = launcher.run(compile_graph(graph(first, taking, step("c", "1")), files=files))["b"]
        assert (ran.error["code"] if ran.code else None) == code


def test_installed_modules_and_those_of_other_folders_are_not_watched(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    guard = started()
    own.COUNT = 3
    assert guard.found() == {}
    installed = tmp_path / "site-packages" / "own_module.py"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(own, "__file__", str(installed))
    guard = started()
    own.COUNT = 4
    assert guard.found() == {}


def test_modules_that_are_made_from_a_text_are_not_watched(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "__file__", "<runner>/own_module.py")
    guard = started()
    own.COUNT = 3
    assert guard.found() == {}


def test_a_folder_that_the_notebook_puts_on_the_path_is_its_own(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    sys.path.remove(str(tmp_path))
    guard = ModuleGuard()
    sys.path.insert(0, str(tmp_path))
    guard.start()
    own.COUNT = 3
    assert guard.found() == {"state:module:own_module:COUNT": 3}


def test_in_a_container_the_step_fails_unless_a_later_step_does_the_same(launcher: Launcher, tmp_path: Path) -> None:
    files = {"own_module.py": TEXT.encode()}
    known = step("a", "import own_module\nown_module.COUNT = 7")
    known = replace(known, modules=("own_module.py",))
    ir = compile_graph(graph(known, step("b", "1")), files=files)
    assert launcher.run(ir)["a"].error["code"] == "CL520"
    ir = compile_graph(graph(replace(known, repeated=((1, 2),)), step("b", "1")), files=files)
    assert launcher.run(ir)["a"].code == 0


def test_an_object_that_a_class_keeps_stays_the_object_that_others_have(own: Any) -> None:
    alias = own.Kept.made
    restore({"state:module:own_module:Kept": {"made": ["x"]}})
    assert alias == ["x"]
    assert own.Kept.made is alias


def test_nobody_sees_the_import_that_puts_the_state_of_a_module_back(launcher: Launcher) -> None:
    files = {"loud_module.py": b"ROWS = []\nprint('imported')"}
    name = "state:module:loud_module:ROWS"
    first = replace(
        step("a", "import loud_module\nloud_module.ROWS.append(1)", outputs=(name,)), modules=("loud_module.py",)
    )
    second = step("b", "import loud_module\nprint(loud_module.ROWS)", inputs={name: "a"})
    ran = launcher.run(compile_graph(graph(first, replace(second, modules=("loud_module.py",))), files=files))
    assert (ran["a"].stdout, ran["b"].stdout) == ("imported\n", "[1]\n")


def test_a_variable_that_holds_a_part_of_an_output_crosses_with_it(own: Any) -> None:
    own.ROWS.append([1])
    guard = started()
    name = "state:module:own_module:ROWS"
    assert guard.sharing({"part": own.ROWS[0]}) == {name: own.ROWS}
    assert guard.sharing({"whole": own.ROWS, "other": [1]}) == guard.sharing({}) == {}


def test_a_variable_with_another_object_is_told_from_one_that_was_changed(own: Any) -> None:
    guard = started()
    first, own.ROWS = own.ROWS, [2]
    own.Kept.made.append("x")
    found = guard.found()
    name = "state:module:own_module:ROWS"
    assert isinstance(found[name], Rebound) and isinstance(module_states([name])[name], Rebound)
    own.ROWS = first
    restore({name: found[name]})
    assert own.ROWS == [2] and first == []
    restore({"state:module:own_module:Kept": found["state:module:own_module:Kept"]})
    assert own.Kept.made == ["x"]


def test_what_cannot_be_changed_in_place_gets_another_object_by_all_its_names(own: Any) -> None:
    own.PAIR = first = deque([1], 1)
    del sys.modules["own_module"]
    sys.modules["own_module"] = own
    own.AGAIN = first
    known.note(own)
    new = deque([1, 2], 2)
    restore({"state:module:own_module:PAIR": new})
    assert own.PAIR is new and own.AGAIN is new


def test_collections_of_weak_references_and_what_is_there_already_stay(own: Any) -> None:
    thing = started()
    own.LIVE = first = WeakSet()
    own.LOG = log = logging.getLogger("own")
    restore({"state:module:own_module:LIVE": WeakSet([thing])})
    restore({"state:module:own_module:LOG": log})
    assert own.LIVE is first and thing in first and log.disabled is False


def test_that_a_module_has_warned_and_the_functions_that_it_has_are_no_state(own: Any) -> None:
    guard = started()
    own.__warningregistry__ = {"version": 1}
    own.g = lambda: 1
    assert guard.found() == {}


def test_what_functions_and_methods_keep_is_state(own: Any) -> None:
    exec("def f(x=[]): x.append(1)\nclass K:\n    def m(self, x=[]): x.append(1)", vars(own))
    guard = started()
    assert guard.found() == {}
    own.f()
    own.K().m()
    found = guard.found()
    assert found["state:module:own_module:f"].defaults == ([1],)
    assert found["state:module:own_module:K"]["m"].defaults == ([1],)


def test_a_variable_that_is_gone_is_found(own: Any) -> None:
    guard = started()
    del own.COUNT
    found = guard.found()
    assert list(found) == ["state:module:own_module:COUNT"]
    assert isinstance(found["state:module:own_module:COUNT"], Gone)


def test_a_module_that_is_gone_is_left_alone(own: Any) -> None:
    guard = started()
    del sys.modules["own_module"]
    assert guard.found() == {}
    sys.modules["own_module"] = own


def test_a_function_of_the_notebook_that_a_variable_has_is_state(own: Any) -> None:
    guard = started()
    own.hook = hook = lambda: 1
    hook.__module__ = "__main__"
    found = guard.found()["state:module:own_module:hook"]
    assert isinstance(found, Rebound) and found.value is hook


def test_whatever_is_on_the_path_stops_no_step(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = ModuleGuard()
    monkeypatch.setattr(sys, "path", [*sys.path, 5, None, ""])
    guard.start()
    own.COUNT = 3
    assert list(guard.found()) == ["state:module:own_module:COUNT"]


@pytest.mark.parametrize("after", ["", "\n1"])
def test_what_later_steps_do_to_a_module_too_is_no_change_and_what_is_done_before_it_is(
    launcher: Launcher, after: str
) -> None:
    for before, told in (("1", False), ("own_module.ROWS.append(1)", True)):
        known = step("a", f"import own_module\n{before}\nown_module.COUNT = 7{after}")
        known = replace(known, modules=("own_module.py",), repeated=((1, 3),))
        ir = compile_graph(graph(known, step("b", "1")), files={"own_module.py": TEXT.encode()})
        found = launcher.run(ir)["a"]
        assert found.code == int(told)
        assert not told or "ROWS" in found.error["message"]


@pytest.mark.parametrize(
    ("changes", "touched", "told"),
    [("ROWS[0].append(2)", (), True), ("ROWS.append(2)", (), False), ("ROWS.append(2)", ("part",), True)],
)
def test_a_value_that_holds_a_part_of_a_variable_goes_where_that_goes(
    launcher: Launcher, changes: str, touched: tuple[str, ...], told: bool
) -> None:
    name = "state:module:own_module:ROWS"
    first = step("a", "import own_module\npart = own_module.ROWS[0]", outputs=("part", name))
    second = step(
        "b",
        f"import own_module\nown_module.{changes}",
        inputs={name: "a"},
        outputs=(name,),
        later=("part",),
        touched=touched,
    )
    third = step("c", "print(part)", inputs={"part": "a"})
    steps = [replace(each, modules=("own_module.py",)) for each in (first, second, third)]
    ran = launcher.run(compile_graph(graph(*steps), files={"own_module.py": b"ROWS = [[1]]"}))
    assert ran["b"].code == int(told)
    assert not told or "`part`" in ran["b"].error["message"]


def test_a_variable_that_got_its_object_here_is_found_as_changed_only(own: Any) -> None:
    guard = started()
    own.ROWS = rows = [1]
    assert guard.sharing({"rows": rows}) == {}
    assert list(guard.found()) == ["state:module:own_module:ROWS"]


def test_a_variable_that_refers_to_what_was_changed_unseen_crosses_with_it(launcher: Launcher) -> None:
    name = "state:module:weak_module:LIVE"
    files = {"weak_module.py": b"import weakref\nclass Thing: pass\nLIVE = weakref.WeakSet()"}
    made = "import weak_module\ny = weak_module.Thing()\nweak_module.LIVE.add(y)"
    first = step("a", made, outputs=(name, "y"))
    second = step("b", "import weak_module\ny.n = 1", inputs={name: "a", "y": "a"}, later=("y", name))
    third = step("c", "import weak_module\nprint(y in weak_module.LIVE)", inputs={name: "a", "y": "a"})
    steps = [replace(each, modules=tuple(files)) for each in (first, second, third)]
    error = launcher.run(compile_graph(graph(*steps), files=files))["b"].error
    assert error["code"] == "CL520" and "`y`" in error["message"] and "weak_module:LIVE" in error["message"]

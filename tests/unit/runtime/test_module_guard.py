"""Variables of the notebook's own modules that a step changes although no source shows it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime.local_modules import restore
from cellift.pipeline.runtime.module_guard import ModuleGuard
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
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "own_module.py").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("own_module")
    del sys.modules["own_module"]


def started() -> ModuleGuard:
    guard = ModuleGuard()
    guard.start()
    return guard


def test_what_is_bound_anew_and_what_is_changed_in_place_is_found(own: ModuleType) -> None:
    guard = started()
    assert guard.found() == {}
    own.COUNT = 2  # type: ignore[attr-defined]
    own.ROWS.append(1)
    own.Kept.made.append("x")
    own.NEW = "new"  # type: ignore[attr-defined]
    assert guard.found() == {
        "state:module:own_module:COUNT": 2,
        "state:module:own_module:ROWS": [1],
        "state:module:own_module:Kept": {"made": ["x"]},
        "state:module:own_module:NEW": "new",
    }


def test_what_cannot_be_handed_on_is_left_to_the_module(own: ModuleType) -> None:
    guard = started()
    own.LOCK = own.threading.Lock()  # type: ignore[attr-defined]
    own.COUNT = (each for each in ())  # type: ignore[attr-defined]
    assert guard.found() == {}


def test_a_module_that_is_imported_meanwhile_is_as_its_import_leaves_it(own: ModuleType) -> None:
    del sys.modules["own_module"]
    guard = started()
    sys.modules["own_module"] = own
    guard.note_imports()
    assert guard.found() == {}
    own.ROWS.append(1)
    guard.note_imports()
    assert list(guard.found()) == ["state:module:own_module:ROWS"]


def test_each_module_is_looked_at_once(own: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    is_own = ModuleGuard._is_own
    monkeypatch.setattr(ModuleGuard, "_is_own", lambda self, module: looked.append("") or is_own(self, module))
    guard = started()
    first = len(looked)
    for _ in range(3):
        guard.note_imports()
    guard.start()
    assert 0 < first == len(looked)


def test_what_later_steps_do_too_is_no_change_but_what_came_before_is(own: ModuleType) -> None:
    guard = started()
    own.COUNT = 5  # type: ignore[attr-defined]
    guard.settle()
    own.ROWS.append("repeated")
    guard.start()
    assert guard.found() == {"state:module:own_module:COUNT": 5}


def test_installed_modules_and_those_of_other_folders_are_not_watched(
    own: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    guard = started()
    own.COUNT = 3  # type: ignore[attr-defined]
    assert guard.found() == {}
    installed = tmp_path / "site-packages" / "own_module.py"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(own, "__file__", str(installed))
    guard = started()
    own.COUNT = 4  # type: ignore[attr-defined]
    assert guard.found() == {}


def test_modules_that_are_made_from_a_text_are_not_watched(own: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "__file__", "<runner>/own_module.py")
    guard = started()
    own.COUNT = 3  # type: ignore[attr-defined]
    assert guard.found() == {}


def test_a_folder_that_the_notebook_puts_on_the_path_is_its_own(
    own: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    sys.path.remove(str(tmp_path))
    guard = ModuleGuard()
    sys.path.insert(0, str(tmp_path))
    guard.start()
    own.COUNT = 3  # type: ignore[attr-defined]
    assert guard.found() == {"state:module:own_module:COUNT": 3}


def test_in_a_container_the_step_fails_unless_a_later_step_does_the_same(launcher: Launcher, tmp_path: Path) -> None:
    files = {"own_module.py": TEXT.encode()}
    known = step("a", "import own_module\nown_module.COUNT = 7")
    known = replace(known, modules=("own_module.py",))
    ir = compile_graph(graph(known, step("b", "1")), files=files)
    assert launcher.run(ir)["a"].error["code"] == "CL520"
    ir = compile_graph(graph(replace(known, repeated=((1, 2),)), step("b", "1")), files=files)
    assert launcher.run(ir)["a"].code == 0


def test_an_object_that_a_class_keeps_stays_the_object_that_others_have(own: ModuleType) -> None:
    alias = own.Kept.made
    restore("state:module:own_module:Kept", {"made": ["x"]})
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

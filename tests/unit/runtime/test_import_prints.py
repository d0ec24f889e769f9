"""What a module prints while it is imported is shown once in a run, and again where it is reloaded."""

from __future__ import annotations

import importlib
import io
import sys
import threading
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime import import_prints
from cellift.pipeline.runtime.display import Display
from cellift.pipeline.runtime.import_prints import PRINTED, Printing, read_printed
from cellift.pipeline.runtime.module_guard import ModuleGuard, watch_imports
from cellift.pipeline.runtime.muting import muted
from cellift.pipeline.runtime.process_state import make_changes, settings
from unit.pipeline.kit import Launcher, graph, step


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What importing ``noisy_module`` prints; the module is forgotten before."""
    (tmp_path / "noisy_module.py").write_text("import quiet_module\nprint('noisy')")
    (tmp_path / "quiet_module.py").write_text("x = 1")
    (tmp_path / "failing_module.py").write_text("print('failing')\n1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(SourceFileLoader, "exec_module", SourceFileLoader.exec_module)
    monkeypatch.setattr(import_prints, "_printed", set())
    monkeypatch.setattr(import_prints, "_quiet", set())
    watch_imports(ModuleGuard())

    def run(module: str = "noisy_module") -> str:
        sys.modules.pop(module, None)
        stream = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            importlib.import_module(module)
            assert "write" not in vars(stream)
        return stream.getvalue()

    yield run
    for name in ("noisy_module", "quiet_module"):
        sys.modules.pop(name, None)


def test_a_module_that_printed_is_told(said: Any) -> None:
    assert said() == "noisy\n"
    assert settings(frozenset({PRINTED})) == {PRINTED: {"noisy_module": (True,)}}


def test_what_an_earlier_step_has_seen_is_not_shown_again_but_where_it_is_reloaded(said: Any) -> None:
    make_changes(PRINTED, {"noisy_module": ((), (True,))})
    assert said() == ""
    assert said() == "noisy\n"


def test_a_module_that_is_imported_already_prints_when_it_is_reloaded(said: Any) -> None:
    said()
    make_changes(PRINTED, {"noisy_module": ((), (True,))})
    assert said() == "noisy\n"


def test_what_is_muted_nobody_has_seen(said: Any, tmp_path: Path) -> None:
    with muted(Display(str(tmp_path))):
        said()
    assert read_printed(sys) == {}


def test_a_module_that_could_not_be_imported_is_not_told(said: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        said("failing_module")
    assert read_printed(sys) == {}


def test_what_another_thread_prints_meanwhile_is_not_of_the_module(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    make_changes(PRINTED, {"some_module": ((), (True,))})
    printing = Printing("some_module")
    other = threading.Thread(target=print, args=("other",))
    other.start()
    other.join()
    sys.stdout.write("own")
    printing.end(True)
    assert sys.stdout.getvalue() == "other\n"


def test_a_stream_with_a_write_of_its_own_has_that_again(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    stream = io.StringIO()
    stream.write = written.append  # type: ignore[assignment, method-assign]
    monkeypatch.setattr(sys, "stdout", stream)
    printing = Printing("some_module")
    sys.stdout.write("own")
    printing.end(True)
    assert vars(stream)["write"] == written.append
    assert written == ["own"]
    assert read_printed(sys) == {"some_module": True}


def test_a_step_that_later_ones_cannot_be_told_of_does_not_fail_for_it(launcher: Launcher) -> None:
    files = {"noisy_module.py": b"print('noisy')"}
    steps = [replace(step(name, "import noisy_module"), modules=tuple(files)) for name in ("one", "two")]
    outcome = launcher.run(compile_graph(graph(*steps), files=files))["one"]
    assert (outcome.code, outcome.stdout) == (0, "noisy\n")

"""What a step sets up in its process before the notebook's code runs."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cellift.pipeline.runtime import api
from cellift.pipeline.runtime.display import Display
from cellift.pipeline.runtime.hooks import _AfterImport, install


@pytest.mark.parametrize(
    ("before", "after", "used"),
    [
        ("", "Agg", ["Agg"]),
        ("module://matplotlib_inline.backend_inline", "Agg", ["Agg"]),
        ("module://ipykernel.pylab.backend_inline", "Agg", ["Agg"]),
        ("svg", "svg", []),
    ],
)
def test_plots_are_drawn_without_a_screen_also_where_the_library_is_imported_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, used: list[str]
) -> None:
    for name in ("matplotlib.pyplot", "IPython.core.display_functions", "IPython.display"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    asked: list[str] = []
    monkeypatch.setitem(sys.modules, "matplotlib", SimpleNamespace(use=asked.append))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(builtins, "input", input)
    monkeypatch.setattr(builtins, "display", None, raising=False)
    monkeypatch.setenv("MPLBACKEND", before)
    install(Display(str(tmp_path)))
    assert (api.os.environ["MPLBACKEND"], asked) == (after, used)


def test_figures_stay_open_while_the_notebook_draws_where_it_has_chosen_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    plots = SimpleNamespace(
        get_fignums=lambda: [1], figure=lambda number: number, close=closed.append, fignum_exists=bool
    )
    for name in ("IPython.core.display_functions", "IPython.display"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", plots)
    monkeypatch.setitem(sys.modules, "matplotlib", SimpleNamespace(use=lambda backend: None))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(builtins, "input", input)
    monkeypatch.setattr(builtins, "display", None, raising=False)
    display = Display(str(tmp_path))
    display.captured = []
    install(display)
    for backend, ended in (("Agg", []), ("module://matplotlib_inline.backend_inline", [1]), ("svg", [1])):
        sys.modules["matplotlib"].use(backend)
        display.end_of_cell()
        assert closed == ended


def test_a_library_that_is_not_installed_is_not_found_as_without_us() -> None:
    finder = _AfterImport({"no_such_module_of_cellift": print})
    assert finder.find_spec("no_such_module_of_cellift", None) is None


def test_numpy_draws_other_numbers_in_each_forked_step(monkeypatch: pytest.MonkeyPatch) -> None:
    random = pytest.importorskip("numpy").random
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    before = random.get_state()
    api._as_fresh_process()
    first = random.rand()
    random.set_state(before)
    api._as_fresh_process()
    assert random.rand() != first

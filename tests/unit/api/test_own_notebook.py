from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cellift.api.own_notebook import OwnNotebookError, announce, own_notebook

CODE = "%pipeline run"


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Let this process be a kernel that runs the cell "c"; call with what the request says."""

    def be(hint: str | None = "nb.ipynb", cell_id: str | None = "c", code: str = CODE) -> None:
        parent = {"content": {"code": code}, "metadata": {"cellId": cell_id} if cell_id else {}}
        shell = SimpleNamespace(get_parent=lambda: parent)
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))  # type: ignore[arg-type]
        if hint is None:
            monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
        else:
            monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / hint))

    return be


def save(path: Path, source: str = CODE, cell_id: str | None = "c") -> Path:
    cell: dict[str, Any] = {"cell_type": "code", "source": source.splitlines(keepends=True), "metadata": {}}
    if cell_id:
        cell["id"] = cell_id
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
    return path


def test_the_hinted_file_with_the_running_cell(kernel: Any, tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb")
    kernel()
    assert own_notebook() == path


def test_after_a_rename_the_file_in_the_same_folder_that_has_the_cell(kernel: Any, tmp_path: Path) -> None:
    save(tmp_path / "other.ipynb", cell_id="another")
    renamed = save(tmp_path / "renamed.ipynb")
    kernel()
    assert own_notebook() == renamed


def test_a_stale_hint_to_another_notebook_is_not_believed(kernel: Any, tmp_path: Path) -> None:
    save(tmp_path / "nb.ipynb", cell_id="another")
    kernel()
    with pytest.raises(OwnNotebookError, match="no saved notebook"):
        own_notebook()


def test_a_cell_that_was_changed_since_it_was_saved_is_refused(kernel: Any, tmp_path: Path) -> None:
    save(tmp_path / "nb.ipynb", source="%pipeline graph")
    kernel()
    with pytest.raises(OwnNotebookError, match=r"not yet saved in nb\.ipynb"):
        own_notebook()


def test_a_front_end_that_sends_no_cell_id_is_verified_by_the_source(kernel: Any, tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", cell_id=None)
    kernel(cell_id=None)
    assert own_notebook() == path


def test_without_a_hint_the_path_is_asked_for(kernel: Any) -> None:
    kernel(hint=None)
    with pytest.raises(OwnNotebookError, match="Give the path"):
        own_notebook()


def test_outside_a_notebook_the_path_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))  # type: ignore[arg-type]
    with pytest.raises(OwnNotebookError, match="no notebook"):
        own_notebook()


def test_a_notebook_that_the_front_end_is_saving_is_waited_for(kernel: Any, tmp_path: Path) -> None:
    save(tmp_path / "nb.ipynb", source="%pipeline graph")
    kernel()
    announce("c", {"c": CODE})
    saving = threading.Timer(0.2, save, [tmp_path / "nb.ipynb"])
    saving.start()
    assert own_notebook() == tmp_path / "nb.ipynb"
    saving.join()


def test_another_cell_that_is_not_saved_yet_is_noticed(kernel: Any, tmp_path: Path) -> None:
    save(tmp_path / "nb.ipynb")
    kernel()
    announce("c", {"c": CODE, "other": "x = 2"})
    with pytest.raises(OwnNotebookError, match="not saved"):
        own_notebook(patience=0)


def test_what_was_told_before_another_cell_does_not_count(kernel: Any, tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb")
    kernel()
    announce("another", {"another": "x = 2"})
    assert own_notebook(patience=0) == path


def test_a_cell_that_came_after_the_running_one_does_not_matter(kernel: Any, tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb")
    notebook = json.loads(path.read_text())
    notebook["cells"].append({"cell_type": "code", "id": "new", "source": [], "metadata": {}})
    path.write_text(json.dumps(notebook))
    kernel()
    announce("c", {"c": CODE})
    assert own_notebook(patience=0) == path

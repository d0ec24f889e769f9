"""``cellift import kale``: writes another notebook, and says what became of each mark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cellift.cli.__main__ import main
from unit.cli.notebooks import code, save

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def kale(tmp_path: Path) -> Path:
    return save(
        tmp_path / "nb.ipynb",
        code("n = 2", tags=("pipeline-parameters",)),
        code("x = 'é' * n", tags=("step:make", "limit:cpu:2")),
        code("print(x)", tags=("step:show", "prev:make")),
    )


def test_a_new_notebook_is_written_beside_the_old_one(kale: Path, capsys: Capture) -> None:
    before = kale.read_bytes()
    assert main(["import", "kale", str(kale)]) == 0
    out = capsys.readouterr().out
    target = kale.with_name("nb.cellift.ipynb")
    assert out.splitlines()[0] == f"{target}: 2 steps"
    assert "  cell 2, step make: a step" in out
    assert "Not possible here\n  cell 2, `limit:cpu:2`: " in out
    assert out.splitlines()[-1] == f"Next: cellift run {target}"
    assert kale.read_bytes() == before
    cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
    assert [cell["metadata"]["cellift"] for cell in cells] == [{"parameters": True}, {"step": "make"}, {"step": "show"}]
    assert main(["check", str(target)]) == 0


def test_what_is_there_is_not_overwritten_without_force(kale: Path, capsys: Capture) -> None:
    target = kale.with_name("out.ipynb")
    target.write_text("mine")
    assert main(["import", "kale", str(kale), "-o", str(target)]) == 1
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert main(["import", "kale", str(kale), "-o", str(kale), "--force"]) == 2
    assert main(["import", "kale", str(kale), "-o", str(target), "--force"]) == 0
    assert sorted(one.name for one in kale.parent.iterdir()) == ["nb.ipynb", "out.ipynb"]


def test_the_report_as_json(kale: Path, capsys: Capture) -> None:
    assert main(["import", "kale", str(kale), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["file"] == str(kale.with_name("nb.cellift.ipynb"))
    assert said["diagnostics"] == []
    assert {"kind": "taken", "what": "step make", "text": "a step", "cell": 2, "id": "c2"} in said["report"]


def test_what_is_refused_afterwards_is_said_with_its_place(tmp_path: Path, capsys: Capture) -> None:
    path = save(tmp_path / "nb.ipynb", code("print(nobody)", tags=("step:use",)))
    assert main(["import", "kale", str(path)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("Next: cellift check ")
    assert err.startswith("cell 1, line 1: error CL104")


def test_a_notebook_without_marks_is_refused_and_nothing_written(tmp_path: Path, capsys: Capture) -> None:
    path = save(tmp_path / "nb.ipynb", code("x = 1"))
    assert main(["import", "kale", str(path), "--json"]) == 1
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == ["CL005"]
    assert [one.name for one in tmp_path.iterdir()] == ["nb.ipynb"]


def test_a_format_that_nobody_knows_is_wrong_usage(capsys: Capture) -> None:
    assert main(["import", "elyra", "nb.ipynb"]) == 2
    assert "kale" in capsys.readouterr().err

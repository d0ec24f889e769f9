from __future__ import annotations

import json
from pathlib import Path

import pytest

from cellift.cli.__main__ import main
from unit.cli.notebooks import code, save, two_steps

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return save(tmp_path / "bad.ipynb", code("import math"), code("x = 1\ny = modle(x)", step="use"))


def test_check_says_that_all_is_well(tmp_path: Path, capsys: Capture) -> None:
    path = two_steps(tmp_path / "nb.ipynb")
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 2 steps, no problems\n"


def test_check_shows_place_source_caret_and_counts(bad: Path, capsys: Capture) -> None:
    assert main(["check", str(bad)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("cell 2, line 2: error CL104: `modle`")
    assert lines[1:3] == ["    y = modle(x)", "        ^"]
    assert lines[-2:] == [f"{bad}: 1 step, 1 error", "What a code means, with examples: cellift explain CL104"]


def test_check_as_json_is_the_list_of_diagnostics(bad: Path, capsys: Capture) -> None:
    assert main(["check", str(bad), "--json"]) == 1
    (one,) = json.loads(capsys.readouterr().out)
    assert set(one) == {"code", "severity", "cell", "line", "column", "message", "fix"}
    assert (one["code"], one["cell"], one["line"], one["column"]) == ("CL104", "c2", 2, 5)


@pytest.mark.parametrize("command", ["check", "graph", "compile", "run"])
@pytest.mark.parametrize("kind", ["absent", "text", "folder", "r"])
def test_what_is_no_python_notebook_is_refused_by_every_command(
    home: Path, tmp_path: Path, command: str, kind: str, capsys: Capture
) -> None:
    path = tmp_path / "nb.ipynb"
    if kind == "text":
        path.write_text("hello")
    elif kind == "folder":
        path.mkdir()
    elif kind == "r":
        save(path, code("x <- 1", step="one"), language="R")
    words = [command, str(path), *(["-o", str(tmp_path / "out.yaml")] if command == "compile" else [])]
    assert main(words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error CL002" if kind == "r" else "error CL001")
    assert main([*words, "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert not (tmp_path / "out.yaml").exists()
    assert not (home / "runs").exists() or not list((home / "runs").iterdir())


def test_graph_as_text(tmp_path: Path, capsys: Capture) -> None:
    assert main(["graph", str(two_steps(tmp_path / "nb.ipynb"))]) == 0
    assert "└─ xs → add it" in capsys.readouterr().out


def test_graph_as_json_has_the_reason_of_each_edge(tmp_path: Path, capsys: Capture) -> None:
    assert main(["graph", str(two_steps(tmp_path / "nb.ipynb")), "--json"]) == 0
    graph = json.loads(capsys.readouterr().out)
    (edge,) = graph["edges"]
    (name,) = edge["names"]
    assert (name["name"], name["producer"]["cell"], name["consumer"]["cell"]) == ("xs", "c2", "c3")
    assert [step["name"] for step in graph["steps"]] == ["make", "add it"]


def test_graph_as_mermaid(tmp_path: Path, capsys: Capture) -> None:
    assert main(["graph", str(two_steps(tmp_path / "nb.ipynb")), "--mermaid"]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR\n")


def test_graph_explained_says_where_names_come_from(tmp_path: Path, capsys: Capture) -> None:
    path = two_steps(tmp_path / "nb.ipynb")
    assert main(["graph", str(path), "--explain"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "make",
        "  parameters",
        "    `n` is used in cell 2, line 1",
        "  gives",
        "    xs → add it",
        "",
        "add it",
        "  takes",
        "    xs  from make  made in cell 2, line 1, used in cell 3, line 1",
    ]
    assert main(["graph", str(path), "--explain", "add it"]) == 0
    assert capsys.readouterr().out.startswith("add it\n")
    assert main(["graph", "--explain", str(path)]) == 0
    assert capsys.readouterr().out.startswith("make\n")


def test_graph_explained_as_json_has_graph_and_reasons(tmp_path: Path, capsys: Capture) -> None:
    assert main(["graph", str(two_steps(tmp_path / "nb.ipynb")), "--explain", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [step["name"] for step in said["steps"]] == [step["name"] for step in said["explanation"]["steps"]]


def test_graph_explained_of_a_refused_notebook_says_what_is_known_and_what_is_refused(
    bad: Path, capsys: Capture
) -> None:
    assert main(["graph", str(bad), "--explain"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("use\n")
    assert err.startswith("cell 2, line 2: error CL104")


def test_graph_explained_for_a_step_that_is_not_there_names_the_steps(tmp_path: Path, capsys: Capture) -> None:
    assert main(["graph", str(two_steps(tmp_path / "nb.ipynb")), "--explain", "mak"]) == 1
    assert "The notebook has: make, add it." in capsys.readouterr().err


def test_graph_of_a_notebook_with_errors_is_refused_with_the_place(bad: Path, capsys: Capture) -> None:
    assert main(["graph", str(bad)]) == 1
    assert capsys.readouterr().err.startswith("cell 2, line 2: error CL104")


def test_compile_writes_the_same_file_twice(tmp_path: Path, capsys: Capture) -> None:
    path = two_steps(tmp_path / "nb.ipynb")
    for name in ("a.yaml", "b.yaml"):
        assert main(["compile", str(path), "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.yaml").read_bytes() == (tmp_path / "b.yaml").read_bytes()
    assert capsys.readouterr().out == ""
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.yaml", "b.yaml", "nb.ipynb"]


def test_compile_to_standard_output_is_only_the_pipeline(tmp_path: Path, capsys: Capture) -> None:
    import yaml

    assert main(["compile", str(two_steps(tmp_path / "nb.ipynb")), "-o", "-"]) == 0
    spec = yaml.safe_load(capsys.readouterr().out.split("\n---\n")[0])
    assert spec["schemaVersion"] == "2.1.0"


def test_compile_as_json_says_what_was_written(tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "out.yaml"
    assert main(["compile", str(two_steps(tmp_path / "nb.ipynb")), "-o", str(target), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"file": str(target), "bytes": target.stat().st_size, "steps": 2, "diagnostics": []}


def test_a_refused_compilation_leaves_the_old_file(bad: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.yaml"
    target.write_text("old")
    assert main(["compile", str(bad), "-o", str(target)]) == 1
    assert target.read_text() == "old"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: Capture) -> None:
    path = two_steps(tmp_path / "nb.ipynb")
    assert main(["compile", str(path), "-o", str(tmp_path / "no" / "out.yaml")]) == 1
    assert f"{tmp_path}/no/out.yaml: No such file or directory" in capsys.readouterr().err


def test_infos_are_for_check_and_do_not_interrupt_other_commands(tmp_path: Path, capsys: Capture) -> None:
    path = save(tmp_path / "nb.ipynb", code("x = 1", step="use"), code("run = %pipeline run\nprint(run)"))
    assert main(["check", str(path)]) == 0
    assert "info CL117" in capsys.readouterr().out
    assert main(["graph", str(path)]) == 0
    assert "CL117" not in capsys.readouterr().err

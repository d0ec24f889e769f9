"""A run with other parameters gives what the notebook gives with one more cell after the parameters cell."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unit.cli.notebooks import code, save

PARAMETERS = """from typing import Literal, Optional
whole = 3
part: float = 1
flag = True
text = "plain"
mode: Literal["a", "b"] = "a"
some: Optional[int] = 5
word: Optional[str] = "w"
union: int | str = 7
anything = None
items: list[float] = [1, 2]
table = {"k": 1}
half = whole / 2
"""
GIVEN: dict[str, tuple[str, str]] = {
    "whole": ("-4", "-4"),
    "part": ("2", "2.0"),
    "flag": ("false", "False"),
    "text": ("$(rm) {{x}} 'é", '"$(rm) {{x}} \'é"'),
    "mode": ("b", "'b'"),
    "some": ("None", "None"),
    "word": ("null", "None"),
    "union": ("x y", "'x y'"),
    "anything": ('{"a": [null, 1.0]}', '{"a": [None, 1.0]}'),
    "items": ("[3, 4.5]", "[3, 4.5]"),
    "table": ("{'n': -0.5}", "{'n': -0.5}"),
    "half": ("9.5", "9.5"),
}
SHOW = "print([whole, part, flag, text, mode, some, word, union, anything, items, table, half, whole + half])"


def cellift(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cellift", *map(str, words)], capture_output=True, text=True, check=False
    )


def printed(run: subprocess.CompletedProcess[str], home: Path) -> str:
    assert run.returncode == 0, run.stderr
    record: dict[str, Any] = json.loads(run.stdout)
    (task,) = (one for one in record["tasks"] if one["name"] == "show")
    return (home / "runs" / record["id"] / "logs" / f"{task['id']}.{task['attempt']}.log").read_text().strip()


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return save(tmp_path / "nb.ipynb", code(PARAMETERS, tags=("parameters",)), code(SHOW, step="show"))


@pytest.mark.parametrize("compiled", [False, True], ids=["notebook", "pipeline"])
@pytest.mark.parametrize("given", [{}, GIVEN, {"some": ("6", "6")}], ids=["defaults", "all", "one"])
def test_an_override_acts_as_a_cell_after_the_parameters_cell(
    notebook: Path, home: Path, compiled: bool, given: dict[str, tuple[str, str]]
) -> None:
    extra = "".join(f"{name} = {value}\n" for name, (_, value) in given.items())
    expected = io.StringIO()
    with contextlib.redirect_stdout(expected):
        exec(PARAMETERS + extra + SHOW, {})
    source = notebook
    if compiled:
        source = notebook.with_suffix(".yaml")
        assert cellift("compile", notebook, "-o", source).returncode == 0
    words = [word for name, (value, _) in given.items() for word in ("-p", f"{name}={value}")]
    assert printed(cellift("run", source, "--json", *words), home) == expected.getvalue().strip()


@pytest.mark.parametrize(
    ("given", "code_"),
    [
        ("mode=c", "CL403"),
        ("some=x", "CL403"),
        ("table=[1]", "CL403"),
        ("items=['a']", "CL403"),
        ("whole=1", "CL404"),
        ("hole=1", "CL402"),
    ],
)
@pytest.mark.parametrize("compiled", [False, True], ids=["notebook", "pipeline"])
def test_a_refusal_is_the_same_for_the_notebook_and_its_pipeline(
    notebook: Path, home: Path, compiled: bool, given: str, code_: str
) -> None:
    source = notebook
    if compiled:
        source = notebook.with_suffix(".yaml")
        assert cellift("compile", notebook, "-o", source).returncode == 0
    run = cellift("run", source, "--json", "-p", given)
    assert run.returncode == 1
    assert [one["code"] for one in json.loads(run.stdout)] == [code_]
    assert not (home / "runs").exists() or not list((home / "runs").iterdir())

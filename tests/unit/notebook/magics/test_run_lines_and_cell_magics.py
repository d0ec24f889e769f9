"""Rules of ``%run`` lines, cell magics and namespaces by text, one a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import analysed, codes, edges, graph_of, notebook, text


def ran(folder: Path, line: str, content: str, *more: str) -> Analysis:
    (folder / "file.py").write_text(content)
    (folder / "file.ipy").write_text("%who\n")
    (folder / "shown.ipy").write_text("%load_ext tensorboard\n%tensorboard --logdir x\nx = 1\n")
    return analyse(parse_notebook(notebook(f"%%step a\n{line}", *more)), Project(folder))


@pytest.mark.parametrize(
    ("line", "content", "why"),
    [
        ("%run -n file.py", "if __name__ == '__main__':\n    x = 1", "looks at its name"),
        ("%run file.py", "x = __file__", "looks where it lies"),
        ("%run file.py", "from __future__ import annotations", "would hold for the notebook"),
        ("%run file.py *.csv", "x = 1", "stand for names of files"),
        ("%run file.py ~", "x = 1", "stand for names of files"),
        ("%run file.py", "import somewhere\nfor x in", "not valid Python"),
        ("%run {name}", "x = 1", "puts its words together"),
        ("%run -z file.py", "x = 1", "the option -z"),
        ("%run", "x = 1", "names no file"),
        ("%run other.py", "x = 1", "is not there"),
        ("%run /other.py", "x = 1", "does not lie in the notebook's folder"),
        ("%run file.py", "get_ipython().run_line_magic('run', 'other.py')", "runs another file in turn"),
        ("%run file.py", "def f():\n    return missing", "uses `missing`"),
        ("%run file.py", "print(missing)", "uses `missing`"),
        ("x = %run file.py", "x = 1", "gives None"),
        ("get_ipython().run_line_magic('run', name)", "x = 1", "in a way that cannot be read"),
        ("%run file.ipy", "x = 1", "which a step cannot run: `%who`"),
        ("if True:\n    %run file.py", "x = 1", "stands inside other code"),
        ("open('file.py', 'w').write('y = 1')\n%run file.py", "x = 1", "may write before"),
    ],
)
def test_a_file_that_a_step_cannot_run_as_the_notebook_does_is_refused(
    tmp_path: Path, line: str, content: str, why: str
) -> None:
    assert why in " ".join(one.message for one in ran(tmp_path, line, content).diagnostics)


@pytest.mark.parametrize(
    ("line", "content"),
    [
        ("%run -n file.py", "x = 1"),
        ("%run -G file.py *.csv", "x = 1"),
        ("%run file.py a b", "x = 1"),
        ("%run file.py", "def f():\n    global x\n    x = 1\nf()\nprint(x)"),
        ("%run file.py", "from math import *\nprint(pi)"),
        ("%run file.py\nopen('file.py', 'w').write('y = 1')", "x = 1"),
        ("%run file", "x = 1"),
        ("%run file.py", "global later\nx = 1"),
        ("%run shown.ipy", "x = 1"),
    ],
)
def test_a_file_that_a_step_can_run_is(tmp_path: Path, line: str, content: str) -> None:
    assert codes(ran(tmp_path, line, content)) == []


@pytest.mark.parametrize(
    "statement", ["def k(): pass", "class k: pass", "import k", "from k2 import k", "k = 2", "del k"]
)
def test_a_name_of_the_file_s_functions_that_the_notebook_binds_behind_is_told(tmp_path: Path, statement: str) -> None:
    found = ran(tmp_path, f"%run file.py\n{statement}", "k = 1\ndef f():\n    return k")
    assert "is bound anew behind" in " ".join(one.message for one in found.diagnostics)


def test_a_name_inside_of_a_function_is_not_bound_anew(tmp_path: Path) -> None:
    found = ran(tmp_path, "%run file.py\ndef g():\n    k = 2", "k = 1\ndef f():\n    return k")
    assert codes(found) == []


def test_of_a_notebook_only_its_code_cells_run(tmp_path: Path) -> None:
    cells = [{"cell_type": kind, "source": source} for kind, source in (("markdown", "no code"), ("code", "x = 1"))]
    (tmp_path / "other.ipynb").write_text(json.dumps({"cells": cells}))
    found = ran(tmp_path, "%run other.ipynb", "", "%%step b\nprint(x)")
    assert (codes(found), "no code" in text(found.graph, "a")) == ([], False)


def test_packages_of_a_cell_are_named_once_however_many_parts_it_has(tmp_path: Path) -> None:
    found = ran(tmp_path, "%pip install no-such-package-of-cellift\n%run file.py\ny = 1", "x = 1")
    assert codes(found) == []
    assert str(found.graph).count("no-such-package-of-cellift") == str(found.graph.steps[0]).count(
        "no-such-package-of-cellift"
    )
    assert found.graph.steps[0].installs == ("no-such-package-of-cellift",)
    assert codes(ran(tmp_path, "%pip install -r nowhere.txt\n%run file.py\ny = 1", "x = 1")) == ["CL207"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%%prun\nx = 1\nx", None),
        ("%%time 5\nx = 1", "CL203"),
        ("%%capture a b\nx = 1", "CL203"),
        ("%%capture --unknown\nx = 1", "CL203"),
        ("%%capture 5\nx = 1", "CL203"),
        ("%%timeit\n!ls", "CL203"),
        ("%%timeit !ls\nx = 1", "CL203"),
        ("%%bash --bg\nls", "CL202"),
        ("%%bash\n", "CL203"),
        ("def f():\n    %time x = 1", "CL201"),
        ("def f():\n    %time print(1)", None),
        ("name = 'x'\nget_ipython().run_line_magic('pwd', name)", None),
        ("name = 'x'\nget_ipython().run_line_magic(name, '')", "CL206"),
        ("get_ipython().user_ns", "CL206"),
        ("shell = get_ipython()", None),
        ("x = 1\n%%time\ny = 2", "CL203"),
    ],
)
def test_magics_that_a_step_does_otherwise_are_refused(source: str, code: str | None) -> None:
    found = [one for one in codes(analysed(("y = 0", {"cellift": {"step": "zero"}}), source)) if one != "CL204"]
    assert found[:1] == ([code] if code else [])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%%prun\nx = 1\nx", "pass"),
        ("%%!\nls", "getoutput('ls\\n')"),
        ("\n\n%%time\nx = 1", "time_cell()"),
        ("%%capture out\nx = 1;", "get_ipython().capture_cell()\n"),
        ("%reset -f\nx = 1", "pass\nx = 1"),
    ],
)
def test_what_cell_magics_become(source: str, expected: str) -> None:
    cells = [(source, {"cellift": {"step": "a"}})]
    assert expected in text(graph_of(*cells), "a") + "\n"


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("globals().get('x')", {"x"}),
        ("globals().get()", {"x", "y"}),
        ("globals().setdefault('x', 1)", {"x"}),
        ("globals().pop('x')", {"x"}),
        ("globals()['x']", {"x"}),
        ("'x' in globals()", {"x"}),
        ("print(list(globals()))", {"x", "y"}),
        ("print('%(x)s' % globals())", {"x", "y"}),
        ("f(**globals())", {"x", "y"}),
        ("eval('x')", {"x"}),
        ("d = {**globals()}", {"x", "y"}),
        ("def g():\n    return globals()['x']\ng()", {"x"}),
        ("getattr(sys.modules[__name__], 'x')", {"x"}),
        ("sys.modules[__name__].x", {"x"}),
    ],
)
def test_names_that_are_looked_up_by_text_cross(use: str, expected: set[str]) -> None:
    setup = "import sys\ndef f(**names):\n    return len(names)"
    analysis = analysed(setup, "%%step a\nx = list('a')\ny = list('b')", f"%%step b\n{use}")
    found = {one.partition(":")[2] for one in edges(analysis.graph)} if analysis.graph else set()
    assert found & {"x", "y"} == expected or not analysis.ok


@pytest.mark.parametrize(
    ("module", "free"),
    [
        ("def f():\n    return 1", True),
        ("import os", False),
        ("from shutil import copy", False),
        ("def f(p):\n    return open(p)", False),
        ("def f(p):\n    return p.read_text()", False),
        ("import pandas as pd\ndef f(p):\n    return pd.read_csv(p)", False),
        ("import math", True),
    ],
)
def test_a_module_that_uses_no_files_keeps_steps_apart(tmp_path: Path, module: str, free: bool) -> None:
    (tmp_path / "mod.py").write_text(module)
    cells = ("import mod", "%%step a\nopen('x.csv', 'w')", "%%step b\nmod.f(1)")
    found: Any = analyse(parse_notebook(notebook(*cells), str(tmp_path / "nb.ipynb")), Project(tmp_path))
    assert any(one.startswith("a>b") for one in edges(found.graph)) is not free

"""What statements do to the state of the process, and which steps that reaches: one construct a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import codes, edges, graph_of, notebook, text

_SETUP = "import logging, os, random, warnings\nimport numpy as np"


def crossing(first: str, second: str) -> set[str]:
    """Hidden state on the edges between two steps."""
    graph = graph_of(_SETUP, f"%%step a\nx = 1\n{first}", f"%%step b\n{second}")
    return {one.partition(":")[2] for one in edges(graph) if one.startswith("a>b:state:")}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("random.seed(1)", "print(random.random())", {"state:random"}),
        ("random.seed(1)\nrandom.random()", "print(random.random())", {"state:random"}),
        ("np.random.seed(1)\nnp.random.rand()", "print(np.random.rand())", {"state:numpy.random"}),
        ("random.seed(1)\nif x:\n    random.random()", "print(random.random())", {"state:random"}),
        ("random.seed(1)\nwith open('/dev/null'):\n    random.random()", "print(random.random())", {"state:random"}),
        ("random.seed(1)\ndef f():\n    return random.random()", "print(1)", set()),
        ("random.seed(1)\ndef f(v=random.random()):\n    return v\nf()", "print(random.random())", {"state:random"}),
        ("random.seed(1)\ndef f(*, w, v=random.random()):\n    return v", "print(random.random())", {"state:random"}),
        ("random.seed(1)\nclass K:\n    v = random.random()", "print(random.random())", {"state:random"}),
        ("random.seed(1)\nf = lambda: random.random()\nf()", "print(random.random())", {"state:random"}),
    ],
)
def test_generators_reach_the_steps_that_draw(first: str, second: str, expected: set[str]) -> None:
    assert crossing(first, second) == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("os.environ['A'] = str(x)", "print(os.environ['A'])"),
        ("for os.environ['A'] in ['1']:\n    pass", "print(os.environ['A'])"),
        ("os.environ.update(A='1')", "print(os.environ['A'])"),
        ("os.chdir('/')", "print(os.getcwd())"),
        ("logging.getLogger('n').setLevel('INFO')", "logging.getLogger('n').info('x')"),
        ("log = logging.getLogger('n')\nlog.setLevel('INFO')", "logging.getLogger('n').info('x')"),
        ("get_ipython().run_line_magic('cd', '/')", "print(os.getcwd())"),
        ("warnings.simplefilter('error')", "warnings.warn('x')"),
    ],
)
def test_what_changes_the_process_is_there_in_the_next_step(first: str, second: str) -> None:
    graph = graph_of(_SETUP, f"%%step a\nx = 1\n{first}", f"%%step b\n{second}")
    line = first.rpartition("\n")[2].strip()
    assert edges(graph) or line in text(graph, "b")


@pytest.fixture
def beside(tmp_path: Path) -> Any:
    def make(helpers: str, *cells: str) -> Analysis:
        (tmp_path / "helpers.py").write_text(helpers)
        return analyse(parse_notebook(notebook(*cells), str(tmp_path / "nb.ipynb")), Project(tmp_path))

    return make


def test_a_function_of_a_module_that_sets_the_environment_is_called_in_every_later_step(beside: Any) -> None:
    helpers = "import os\ndef prepare():\n    os.environ['A'] = '1'"
    cells = ("import helpers, os", "%%step a\nhelpers.prepare()", "%%step b\nprint(os.environ['A'])", "%%step c\nx = 1")
    found = beside(helpers, *cells)
    assert codes(found) == []
    assert "helpers.prepare()" in text(found.graph, "b")


def test_a_module_that_seeds_when_it_is_imported_is_imported_where_it_was(beside: Any) -> None:
    helpers = "import random\nrandom.seed(5)"
    found = beside(
        helpers, "import random", "%%step a\nimport helpers\nx = random.random()", "%%step b\ny = random.random()"
    )
    assert {one for one in edges(found.graph) if "state:random" in one} == {"a>b:state:random"}


def test_a_method_of_a_module_s_class_that_changes_its_object_makes_a_new_version(beside: Any) -> None:
    helpers = "class Box:\n    def __init__(self):\n        self.items = []"
    helpers += "\n    def put(self, x):\n        self.items.append(x)"
    cells = ("import helpers", "%%step a\nb = helpers.Box()", "%%step b\nb.put(1)", "%%step c\nprint(b.items)")
    assert "b>c:b" in edges(beside(helpers, *cells).graph)

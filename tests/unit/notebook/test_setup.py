"""The cells before the first step, statement by statement."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import PARAMETERS, analysed, codes, edges, graph_of, step, text

USE = "%%step s\nprint(1)"


def setup_text(*cells: str) -> str | None:
    graph = graph_of(*cells)
    return text(graph, "setup") if any(step.role == "setup" for step in graph.steps) else None


@pytest.mark.parametrize(
    "statement",
    [
        "import sys\nsys.path.insert(0, 'lib')",
        "import os\nos.environ['A'] = 'b'",
        "import os\nos.environ.setdefault('A', 'b')",
        "import pandas as pd\npd.options.display.max_rows = 5",
        "import pandas as pd\npd.set_option('display.max_rows', 5)",
        "import warnings\nwarnings.filterwarnings('ignore')",
        "import random\nrandom.seed(0)",
        "import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 80",
        "import matplotlib.pyplot as plt\nplt.rcParams.update(a=1)",
        "def prepare():\n    print('x')\nprepare()",
        "from __future__ import annotations",
        "from sklearn.experimental import enable_iterative_imputer",
        "import accessor_package",
    ],
)
def test_state_of_the_process_is_set_in_every_step(statement: str) -> None:
    graph = graph_of(statement, "%%step a\nx = len('a')", "%%step b\nprint(x)")
    assert [step.role for step in graph.steps] == ["step", "step"]
    for identifier in ("a", "b"):
        assert text(graph, identifier).startswith(statement)


def test_definitions_that_no_step_uses_are_left_out() -> None:
    definitions = "import numpy as np\nA = 1\nB = [1, 2]\ndef f():\n    pass\nclass C:\n    pass\ng = lambda: 1"
    graph = graph_of(definitions, "%%step a\nx = 1")
    assert [piece.source for piece in step(graph, "a").code] == ["x = 1"]


@pytest.mark.parametrize(
    "statement",
    ["x = open('f')", "x = []\nx.append(1)", "x = [1]\ny = x", "total = sum([1])", "for i in [1]:\n    pass"],
)
def test_computed_values_come_from_one_implicit_step(statement: str) -> None:
    assert setup_text(statement, USE) == statement


@pytest.mark.parametrize("statement", ["print('hello')", "x = 1\nx", "assert 1 + 1 == 2"])
def test_what_shows_or_checks_runs_once(statement: str) -> None:
    found = setup_text(statement, USE)
    assert found is not None
    assert found.endswith(statement.rsplit("\n", maxsplit=1)[-1])


def test_computed_values_cross_to_the_steps_that_use_them() -> None:
    graph = graph_of("import json\nraw = json.loads('[1]')\nN = len(raw)", "%%step a\nprint(N)", "%%step b\nprint(2)")
    assert edges(graph) == {"setup>a:N"}
    assert step(graph, "setup").outputs == ("N",)
    assert text(graph, "setup") == "import json\nraw = json.loads('[1]')\nN = len(raw)"


def test_the_implicit_step_has_only_what_it_needs() -> None:
    assert setup_text("def unused():\n    pass\nx = open('f')", USE) == "x = open('f')"


@pytest.mark.parametrize("use", ["str(x)", "x.seed(1)", "if x:\n    str(x)"])
def test_what_only_uses_a_computed_value_runs_once(use: str) -> None:
    graph = graph_of("x = open('f')", use, "%%step a\nprint(1)", "%%step b\nprint(2)")
    assert edges(graph) == set()
    assert use in text(graph, "setup")
    assert use not in text(graph, "a")


def test_a_cell_that_is_timed_is_no_reason_for_an_implicit_step() -> None:
    assert setup_text("%%time\nimport os", USE) is None
    assert setup_text("%%time\nx = open('f')", USE) == "get_ipython().time_cell()\nx = open('f')"


def test_docstrings_and_bare_annotations_are_nothing() -> None:
    assert setup_text('"""About this notebook."""\nx: int\npass', USE) is None


def test_a_parameter_that_a_replayed_statement_needs_reaches_every_step() -> None:
    graph = graph_of(
        "import random", ("seed = 3", PARAMETERS), "random.seed(seed)", "%%step a\nx = 1", "%%step b\ny = 1"
    )
    assert [step.params for step in graph.steps] == [("seed",), ("seed",)]


def test_a_state_change_with_computed_data_is_made_in_every_step() -> None:
    graph = graph_of("import random, os\nseed = len(os.getcwd())\nrandom.seed(seed)", "%%step a\nprint(1)")
    assert edges(graph) == {"setup>a:seed"}
    assert "random.seed(seed)" in text(graph, "a")


def test_a_state_change_through_another_name_of_a_module_is_made_in_every_step() -> None:
    setup = "import nolib\nlib = nolib\nn = len(open('f').read())\nif n:\n    lib.set_option('x', n)"
    graph = graph_of(setup, "%%step a\nprint(1)", "%%step b\nprint(2)")
    assert ["lib.set_option('x', n)" in text(graph, one) for one in ("a", "b")] == [True, True]


def test_a_method_of_a_value_is_called_once() -> None:
    setup = "log = open('f')\nif len('a'):\n    log.use(1)"
    graph = graph_of(setup, "%%step a\nprint(1)", "%%step b\nprint(log)")
    assert ["log.use" in text(graph, one) for one in ("setup", "a", "b")] == [True, False, False]


def test_a_statement_that_computes_and_changes_state_is_refused() -> None:
    analysis = analysed("import sys\nfor x in (1, 2):\n    sys.setrecursionlimit(x)", "%%step a\nprint(x)")
    assert "CL301" in codes(analysis)


def test_a_statement_that_computes_and_changes_the_environment_hands_it_on() -> None:
    graph = graph_of("import os\nx = os.environ.pop('A', None)", "%%step a\nprint(1)", "%%step b\nprint(x)")
    assert edges(graph) == {"setup>a:state:environ", "setup>b:state:environ", "setup>b:x"}


def test_a_statement_that_computes_and_seeds_hands_the_generator_on() -> None:
    graph = graph_of("import random\nif True:\n    random.seed(1)\n    x = 1", "%%step a\nprint(random.random())")
    assert edges(graph) == {"setup>a:state:random"}

"""What reads a pickle may make objects of every class and call every function of the notebook."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of, text

SETUP = "import pickle, joblib, shelve, torch\nimport numpy as np\nimport pandas as pd\nfrom joblib import load\n"
CODE = "limit = len('abc')\nclass Model:\n    def run(self):\n        return helper()\ndef helper():\n    return limit"


@pytest.mark.parametrize(
    "use",
    [
        "pickle.load(file)",
        "pickle.loads(b'')",
        "pickle.Unpickler(file).load()",
        "joblib.load('m')",
        "load('m')",
        "torch.load('m')",
        "pd.read_pickle('m')",
        "np.load('m', allow_pickle=True)",
        "shelve.open('m')",
        "(lambda: pickle.load(file))()",
        "[load(name) for name in 'ab']",
    ],
)
def test_who_reads_a_pickle_has_the_classes_and_functions(use: str) -> None:
    cells = SETUP + "file = open('m', 'rb') if 0 else None", f"%%step a\n{CODE}", f"%%step b\nprint({use})"
    graph = graph_of(*cells)
    found = text(graph, "b")
    assert "class Model" in found and "def helper" in found
    assert "a>b:limit" in edges(graph)


def test_a_function_that_reads_a_pickle_needs_them_where_it_is_called() -> None:
    restore = "def restore():\n    return pickle.load(open('m', 'rb'))"
    graph = graph_of(f"{SETUP}{restore}", f"%%step a\n{CODE}", "%%step b\nprint(restore())", "%%step c\nprint(1)")
    texts = {name: text(graph, name) for name in "bc"}
    assert "class Model" in texts["b"] and "class Model" not in texts["c"]


@pytest.mark.parametrize("use", ["np.load('m')", "json.load(file)", "model.load('m')", "model.load.x(1)", "open('m')"])
def test_other_calls_of_that_name_need_none(use: str) -> None:
    setup = f"{SETUP}import json\nfile = model = None"
    graph = graph_of(setup, f"%%step a\n{CODE}", f"%%step b\nprint({use})")
    assert "class Model" not in text(graph, "b")


def test_what_was_deleted_is_not_among_them() -> None:
    graph = graph_of(SETUP, f"%%step a\n{CODE}\ndel Model", "%%step b\nprint(load('m'))")
    assert "class Model" not in text(graph, "b")

"""Functions of the notebook that a library has been given: whatever uses the library may call them."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of

GIVEN = [
    "pd.DataFrame.first = lambda self: self.iloc[:k]",
    "def first(self): return self.iloc[:k]\npd.DataFrame.first = first",
    "pd.DataFrame.first = property(lambda self: self.iloc[:k])",
]


@pytest.mark.parametrize("gives", GIVEN)
def test_what_they_read_is_there_in_a_step_that_names_neither(gives: str) -> None:
    made = graph_of(f"%%step a\nimport pandas as pd\nk = [3]\ndf = pd.DataFrame()\n{gives}", "%%step b\nprint(df)")
    assert "a>b:k" in edges(made)


def test_it_is_what_the_name_stands_for_by_then() -> None:
    made = graph_of(
        f"%%step a\nimport pandas as pd\nk = [3]\ndf = pd.DataFrame()\n{GIVEN[1]}",
        "%%step b\nk = [2]",
        "%%step c\nprint(df)",
    )
    assert "b>c:k" in edges(made)
    assert "a>c:k" not in edges(made)


def test_a_class_of_the_notebook_is_no_library() -> None:
    made = graph_of(
        "%%step a\nclass A: pass\nk = [3]\nA.first = lambda self: k",
        "%%step b\nprint(1)",
    )
    assert "a>b:k" not in edges(made)


def test_definitions_call_nothing() -> None:
    made = graph_of(f"%%step a\nimport pandas as pd\nk = [3]\n{GIVEN[0]}", "%%step b\nimport os\ndef f(): return 1")
    assert "a>b:k" not in edges(made)


@pytest.mark.parametrize("decorator", ["@pd.register_accessor('mine')", "@pd.register"])
def test_what_a_decorator_registers_may_be_called_in_its_own_step(decorator: str) -> None:
    made = graph_of(
        "%%step a\nimport pandas as pd\nk = [3]",
        f"%%step b\n{decorator}\nclass Mine:\n    def first(self): return k\ndf = pd.DataFrame()\nprint(df.mine)",
    )
    assert "a>b:k" in edges(made)


@pytest.mark.parametrize("decorator", ["@pd.cached('mine')", "@register"])
def test_other_decorators_hand_nothing_over(decorator: str) -> None:
    made = graph_of(
        "%%step a\nimport pandas as pd\nk = [3]\ndef register(c): return c",
        f"%%step b\n{decorator}\nclass Mine:\n    def first(self): return k\ndf = pd.DataFrame()\nprint(df.mine)",
    )
    assert "a>b:k" not in edges(made)

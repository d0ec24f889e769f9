"""What must not be taken for unchanged after an edit of another cell; each answer is compared with a fresh one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

import pytest

from cellift.notebook import parsed
from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.flow import resolved

COUNTED = """def counted(f):
    n = 0
    def inner():
        nonlocal n
        n += 1
        return n
    return inner"""
CASES = {
    "a name means another version": (["x = [1]", "y = x", "print(y)"], 0, "x = [2]"),
    "a name means none any more": (["x = [1]", "y = [2]", "print(x, y)"], 0, "z = [1]"),
    "a name shares with another one": (["a = [1]", "b = [2]", "a.append(3)", "print(b)"], 1, "b = a"),
    "a name shares with none any more": (["a = [1]", "b = a", "a.append(3)", "print(b)"], 1, "b = [2]"),
    "the value may be made of another class": (
        ["rate = 2\nclass A:\n    def f(self):\n        return rate", "xs = []", "ys = []", "ys = xs", "print(xs)"],
        2,
        "ys = [A()]\nxs = ys",
    ),
    "who shares brings a class along": (
        ["rate = 2\nclass A:\n    def f(self):\n        return rate", "b = [1]", "a = []", "print(b)", "print(b)"],
        2,
        "a = [A()]\nb.append(a)\na = b",
    ),
    "a function binds the name": (
        ["def use():\n    return total", "def other():\n    pass", "print(use())"],
        1,
        "def other():\n    global total\n    total = 1",
    ),
    "a function binds the name no more": (
        ["def use():\n    return total", "def other():\n    global total\n    total = 1", "print(use())"],
        1,
        "def other():\n    pass",
    ),
    "a definition has to cross as a value": (
        ["seen = []\ndef f(x, kept=[]):\n    kept.append(x)\n    return kept", "f(1)", "x = 1"],
        2,
        "x = f(2)",
    ),
    "a library has code of the notebook": (
        ["import pandas as pd\nrate = 2\ndef first(t):\n    return rate", "x = 1", "pd.DataFrame().first()"],
        1,
        "pd.DataFrame.first = first",
    ),
    "a library has it no more": (
        [
            "import pandas as pd\nrate = 2\ndef first(t):\n    return rate",
            "pd.DataFrame.first = first",
            "pd.DataFrame()",
        ],
        1,
        "x = 1",
    ),
    "somebody looks at identity": (["a = 'x' * 3", "b = a", "x = 1", "print(b)"], 2, "print(a is b)"),
    "a decorator keeps something": (
        [
            "def counted(f):\n    return f",
            "@counted\ndef g():\n    return 1",
            "g()",
            "print(g())",
        ],
        0,
        COUNTED,
    ),
    "a decorator keeps nothing any more": (
        [
            COUNTED,
            "@counted\ndef g():\n    return 1",
            "g()",
            "print(g())",
        ],
        0,
        "def counted(f):\n    return f",
    ),
    "names are looked up by text": (["x = 1", "print(sorted(globals()))", "y = 2"], 0, "x = 1\nz = 3"),
    "names are bound by text": (["n = 1", "globals()[f'v{n}'] = 2", "print(1)"], 2, "print(v1)"),
    "a missing name is still told": (["x = 1", "print(lost)", "y = 2"], 2, "y = 3"),
    "a name that is defined further down is told with its new place": (
        ["x = 1", "print(late)", "y = 2", "late = 1"],
        2,
        "late = 2",
    ),
    "a name in a branch is still told": (["x = 1", "def f():\n    if x:\n        lost()\nf()", "y = 1"], 2, "y = 2"),
    "the text around a statement": (["x = [1]  # one", "print(x)"], 0, "x = [1]  # one\n# two"),
    "a statement between two that are copied": (
        ["import json\nx = [1]\nimport re", "print(json, re)", "y = 1"],
        0,
        "import json\n\nimport re",
    ),
    "a method that the statement calls": (
        ["class A:\n    def save(self):\n        return 1", "a = A()", "a.save()", "open('t.txt').read()"],
        0,
        "class A:\n    def save(self):\n        open('t.txt', 'w').write('x')",
    ),
    "the file that a name stands for": (
        ["path = 'a.txt'", "open(path, 'w').write('x')", "open('b.txt').read()"],
        0,
        "path = 'b.txt'",
    ),
    "what a name is imported as": (["import json as tool", "tool.chdir('x')", "print(1)"], 0, "import os as tool"),
    "a read that is taken back": (
        ["x = [1]", "for i in []:\n    x = [2]", "y = 1", "print(y)"],
        3,
        "print(x)",
    ),
    "a read that is needed no more": (["x = [1]", "for i in []:\n    x = [2]", "y = 1", "print(x)"], 3, "print(y)"),
    "who is repeated above": (["x = 1", "y = 2", "print(y)"], 0, "import warnings\nwarnings.simplefilter('ignore')"),
    "what later steps ask for": (["x = [1]\ny = [2]", "z = x", "print(z)"], 2, "print(y)"),
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    def forget() -> None:
        monkeypatch.setattr(parsed, "_trees", parsed._Trees())
        monkeypatch.setattr(resolved, "_kept", OrderedDict())

    forget()
    yield forget


def read(texts: list[str]) -> Analysis:
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {"cellift": {"step": f"s{number}"}}, "source": text}
        for number, text in enumerate(texts)
    ]
    return analyse(parse_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_after_an_edit_the_answer_is_a_fresh_one(case: tuple[list[str], int, str], fresh: Callable[[], None]) -> None:
    texts, place, text = case
    edited = [*texts[:place], text, *texts[place + 1 :]]
    read(texts)
    after, back = read(edited), read(texts)
    fresh()
    assert after == read(edited)
    fresh()
    assert back == read(texts)

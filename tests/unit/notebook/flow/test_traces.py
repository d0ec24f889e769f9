"""What must not be taken for unchanged after an edit of another cell; each answer is compared with a fresh one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

import pytest

from cellift.notebook import parsed
from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.flow import resolved
from cellift.notebook.flow.blocks import Block, BlockTrace, joined
from cellift.notebook.flow.dataflow import Flow
from cellift.notebook.flow.statements import Statement
from cellift.notebook.flow.traces import Trace
from cellift.notebook.state.changes import StateChanges

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
    "another name brings a class along": (
        ["rate = 2\nclass A:\n    def f(self):\n        return rate", "xs = []", "ys = 1", "print(xs)"],
        2,
        "ys = [xs, A()]",
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
    "a part of a class has another name": (
        ["class K:\n    rows = []", "x = 1", "K.rows.append(1)", "print(x)"],
        1,
        "x = K.rows",
    ),
    "another cell takes a part of a class": (
        ["class K:\n    rows = []", "a = K.rows", "b = 1", "K.rows.append(1)", "print(a)"],
        2,
        "b = 2",
    ),
    "a name for a part of a class is changed": (
        ["class K:\n    rows = []", "a = K.rows", "x = 1", "a.append(1)", "print(K.rows)"],
        2,
        "x = 2",
    ),
    "a class has an object": (
        ["class K:\n    rows = 1", "a = K.rows", "a.append(1)", "print(K.rows)"],
        0,
        "class K:\n    rows = []",
    ),
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
    "a cell in between puts two names together": (["x = [1]\ny = [2]", "z = 1", "print(x, y)"], 1, "z = [x, y]"),
    "what a method does to its object": (
        ["class Box:\n    def weigh(self):\n        return 1", "box = Box()", "box.weigh()", "print(box)"],
        0,
        "class Box:\n    def weigh(self):\n        self.x = 1",
    ),
    "names that are reached by text are still told": (["x = 'a'", "exec(x())", "y = 1"], 2, "y = 2"),
    "code that a library was given above": (
        ["import pandas as pd\nrate = 2\ndef first(t):\n    return rate", "pd.DataFrame.first = first", "x = 1"],
        2,
        "pd.DataFrame().first()",
    ),
    "a constant that is given away": (
        ["ITEMS = []", "import lib\nlib.use(ITEMS)", "print(ITEMS)", "y = 1"],
        3,
        "y = 2",
    ),
    "a function in a value whose name means another now": (
        ["rate = 1\ndef f():\n    return rate", "fs = [f]", "def f():\n    return 2", "print(fs[0]())", "y = 1"],
        4,
        "y = 2",
    ),
    "a read that is taken back, and another one with it": (
        ["x = [1]", "for i in []:\n    x = [2]", "for i in []:\n    x = [3]", "print(x)"],
        3,
        "print(1)",
    ),
    "a library is given code between two statements": (
        [
            "import pandas as pd\nrate = 2\ndef first(t):\n    return rate",
            "x = 1\npd.DataFrame.first = first\npd.DataFrame().first()",
            "y = 1",
        ],
        2,
        "pd.DataFrame().first()",
    ),
    "a cell of nothing but comments": (["x = [1]", "# x", "print(x)"], 2, "x.append(1)"),
    "what later steps ask for": (["x = [1]\ny = [2]", "z = x", "print(z)"], 2, "print(y)"),
}


#: (Cells, the cell that is edited, its new text, how many statements are resolved then.)
RESOLVED = {
    "nothing has changed": (["a = [1]\nb = a\na.append(2)", "print(a, b)", "c = a"], 0, None, 0),
    "what shares objects, from first to last": (["a = [1]", "b = a", "c = [b]", "a.append(1)", "print(c)"], 4, "c", 1),
    "what nobody shares with": (["a = [1]", "b = [2]", "b.append(1)", "a = [3]", "a.append(2)"], 1, "b = [4]", 2),
    "a name that is bound, and then looked up": (["x = 1", "a = [x]\na = [a]", "b = a", "print(b)"], 3, "b", 1),
    "classes that values are made of": (
        ["class A:\n    pass", "x = [A()]", "y = x", "print(x, y)", "z = 1"],
        4,
        "z = 2",
        1,
    ),
    "a function inside a value, in the place of who had it first": (
        ["rate = 1\ndef make():\n    return lambda: rate", "a = make()", "b = make()", "print(1)"],
        1,
        "a = 1",
        2,
    ),
    "what comes to be made of a class further down": (
        ["class A:\n    pass", "a = [1]", "b = a", "c = [b, A()]", "z = 1"],
        4,
        "z = 2",
        1,
    ),
    "a name that leaves others and is changed at once": (
        ["a = [1]", "b = a", "(a := [3]).append(4)", "print(a, b)", "z = 1"],
        4,
        "z = 2",
        1,
    ),
    "a name that a loop may keep": (["x = [1]", "for i in []:\n    x = [2]", "print(x)", "y = 1"], 3, "y = 2", 1),
}


@pytest.mark.parametrize("case", RESOLVED.values(), ids=RESOLVED.keys())
def test_nothing_else_is_resolved_again(
    case: tuple[list[str], int, str | None, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, place, text, expected = case
    read(texts)
    count = 0
    resolve = Flow._resolve

    def counting(self: Flow, statement: Statement) -> None:
        nonlocal count
        count += 1
        resolve(self, statement)

    monkeypatch.setattr(Flow, "_resolve", counting)
    read([*texts[:place], text, *texts[place + 1 :]] if text is not None else texts)
    assert count == expected


#: Cells in which statements depend on each other.
TOGETHER = {
    "a name that is bound, and looked up": "x = 1\ny = [x]\nprint(y)",
    "names that come to share, and leave": "b = a\nb.append(2)\na = [3]\na.append(b)\nb = [1]\nprint(a, b)",
    "a value that comes to be made of a class": "b = [a, A()]\nc = b\na = c\nprint(c)",
    "functions inside values": "make = lambda: (lambda: a)\nf = make()\ng = make()\nprint(f, g)",
    "a function that binds a name": "def go():\n    global total\n    total = a\ngo()\nprint(total)",
}


@pytest.mark.parametrize("text", TOGETHER.values(), ids=TOGETHER.keys())
def test_what_depends_on_the_same_cell_is_no_reason_to_look_again(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["a = [1]\nclass A:\n    pass", text, "print(1)"]
    for _ in range(2):
        read(texts)
    looks: list[str] = []
    each = Flow._resolve_each

    def counting(self: Flow, block: Block, start: int) -> None:
        looks.extend(one.code.text for one in block.statements)
        each(self, block, start)

    monkeypatch.setattr(Flow, "_resolve_each", counting)
    texts[2] = "print(2)"
    read(texts)
    assert looks == ["print(2)"]


def test_all_of_a_trace_is_joined() -> None:
    """Who adds a field to a trace has to say what it is for all statements of a cell: then it is added here."""
    told_by_each = {"whole", "kept_as_data", "travel", "bodies"}
    assert vars(Trace()).keys() - told_by_each <= vars(BlockTrace(())).keys()
    assert vars(BlockTrace(())).keys() - vars(Trace()).keys() == {"travels", "makes", "held_after"}


def test_a_definition_that_crosses_as_a_value_is_looked_at_by_itself() -> None:
    """An earlier try of the same analysis has shown that; the next analysis begins without."""
    read(["def f():\n    return 1"])
    ((statements, _),) = resolved._kept.values()
    assert joined(statements) is not None
    assert statements[0].trace is not None
    statements[0].trace.kept_as_data = True
    assert joined(statements) is None


def test_what_later_rules_found_out_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["x = [1]", "x.append(2)", "for i in []:\n    x = [3]", "print(1)"]
    read(texts)
    asked: list[str] = []
    changes = StateChanges._changes

    def counting(self: StateChanges, statement: Statement) -> object:
        asked.append(statement.code.text)
        return changes(self, statement)

    monkeypatch.setattr(StateChanges, "_changes", counting)
    read(texts)
    assert asked == [texts[2]], "what it reads may be taken back"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    def forget() -> None:
        monkeypatch.setattr(parsed, "_trees", parsed._Trees())
        monkeypatch.setattr(resolved, "_kept", OrderedDict())

    forget()
    yield forget


def read(texts: list[str], steps_from: int = 0) -> Analysis:
    marks = [{"cellift": {"step": f"s{number}"}} if number >= steps_from else {} for number in range(len(texts))]
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": marks[number], "source": text}
        for number, text in enumerate(texts)
    ]
    return analyse(parse_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))


@pytest.mark.parametrize("times", [1, 3], ids=["read once", ""])
@pytest.mark.parametrize("together", [False, True], ids=["", "the cells around it are one"])
@pytest.mark.parametrize("steps_from", [0, 1], ids=["all are steps", "the first is the set-up"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_after_an_edit_the_answer_is_a_fresh_one(
    case: tuple[list[str], int, str], steps_from: int, together: bool, times: int, fresh: Callable[[], None]
) -> None:
    texts, place, text = case
    above, below = texts[:place], texts[place + 1 :]
    if together:
        above, below = (["\n".join(cells)] if cells else [] for cells in (above, below))
    texts, edited = [*above, texts[place], *below], [*above, text, *below]
    for _ in range(times):  # what a cell does is put together when all in it has been done again
        read(texts, steps_from)
    after, back = read(edited, steps_from), read(texts, steps_from)
    fresh()
    assert after == read(edited, steps_from)
    fresh()
    assert back == read(texts, steps_from)

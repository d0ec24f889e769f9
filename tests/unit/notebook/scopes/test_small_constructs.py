"""One construct a row: which names cross because of it, and what is told."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes, edges, graph_of

MAKE = "%%step a\nx = list('ab')\ny = list('c')\nn = len('a')"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what a later step reads of the names of the first
        ("class K:\n    n = 1\n    n += 1", ""),
        ("class K:\n    m = n", "n"),
        ("class K:\n    def f(self):\n        return n\nprint(K().f())", "n"),
        ("class K:\n    def f(self):\n        return n", ""),
        ("class Meta(type):\n    def __call__(cls):\n        return n\nclass K(metaclass=Meta):\n    pass\nK()", "n"),
        ("n: int = 5", ""),
        ("x[0]: int = 5\nprint(x)", "x"),
        ("x[0]: int", "x"),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    v: n = 1", "n"),
        ("def f():\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n        v: n = 1\nf()", ""),
        ("globals()['n'] += 1", "n"),
        ("globals()['m'] = n", "n"),
        ("del globals()['n']", "n"),
        ("def f(n: int) -> int:\n    return n\nf(1)", ""),
        ("def f(v: n):\n    pass", "n"),
        ("def f(v: 'K'):\n    pass\nclass K(n):\n    pass\nf(1)", "n"),
        ("def f(v=n):\n    pass", "n"),
        ("def f(*, v=n):\n    pass", "n"),
        ("f = lambda v=n: v", "n"),
        ("f = lambda n: n", ""),
        ("f = lambda: n\nf()", "n"),
        ("[n for n in range(3)]", ""),
        ("[x for n in range(3)]", "x"),
        ("[y for v in range(3) if n]", "n y"),
        ("try:\n    pass\nexcept KeyError as n:\n    print(n)", ""),
        ("try:\n    pass\nexcept KeyError as n:\n    pass\nprint(n)", "n"),  # it may stay
        ("try:\n    pass\nexcept KeyError:\n    print(n)", "n"),
        ("match 1:\n    case n:\n        pass", ""),
        ("match 1:\n    case v if n:\n        pass", "n"),
        ("match n:\n    case 1:\n        pass", "n"),
        ("match {}:\n    case {'k': n, **y}:\n        print(n, y)", ""),
        ("match {}:\n    case {'k': n, **y}:\n        pass\nprint(n, y)", "n y"),
        ("match []:\n    case [n, *x]:\n        print(n, x)", ""),
        ("match []:\n    case [n, *x]:\n        pass\nprint(n, x)", "n x"),
        ("with open('/dev/null') as n:\n    print(n)", ""),
        ("for n in range(2):\n    pass\nprint(n)", "n"),
        ("for n in x:\n    print(y)", "x y"),
        ("for n in x:\n    print(n)", "x"),
        ("for n in x:\n    pass\nprint(n)", "n x"),
        ("import os as n\nprint(n)", ""),
        ("from os import path as n, sep as y\nprint(n, y)", ""),
        ("def n():\n    pass\nn()", ""),
        ("if (n := 1):\n    print(n)", ""),
        ("print(n, (n := 1))", "n"),
        ("def f():\n    global n\n    n = 5\nf()\nprint(n)", "n"),
        (
            "def f():\n    n = 5\n    def g():\n        nonlocal n\n        n += 1\n    g()\n    return n\nprint(f())",
            "",
        ),
        ("async def f():\n    return n\nawait f()", "n"),
        ("print(f'{n:>{y}}')", "n y"),
        ("x.n", "x"),
        ("print(dict(n=1))", ""),
        ("a, *b = x", "x"),
        ("x[n] = y", "n x y"),
        ("del x[n]", "n x"),
        ("n += 1", "n"),
        ("while n:\n    break\nelse:\n    print(y)", "n y"),
        ("assert n, y", "n y"),
        ("raise n from y", "n y"),
        ("(yield_ for yield_ in x)", "x"),
        ("def f():\n    return\nf()", ""),
        ("def f():\n    yield n\nlist(f())", "n"),
    ],
)
def test_names_that_a_construct_reads(text: str, expected: str) -> None:
    found = edges(graph_of(MAKE, f"%%step b\n{text}"))
    assert " ".join(sorted(edge.partition(":")[2] for edge in found)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x.append(1)",
        "x[0] = 1",
        "x[0] += 1",
        "x += [1]",
        "del x[0]",
        "x.pop()",
        "x.sort()",
        "x[0], y[0] = 1, 2",
        "for x[0] in range(3):\n    pass",
        "with open('/dev/null') as x[0]:\n    pass",
        "[x.append(v) for v in range(3)]",
        "if n:\n    x.clear()",
        "(x if n else y).append(1)",
        "(x or y).append(1)",
        "[x, y][0].append(1)",
        "z = x\nz.append(1)",
        "z = [x]\nz[0].append(1)",
        "def f():\n    x.append(1)\nf()",
        "def f(v):\n    v.append(1)\nf(x)",
        "def f(v):\n    v[0] = 1\nf(v=x)",
        "def f(v):\n    w = v\n    w.append(1)\nf(x)",
        "class K:\n    def f(self):\n        x.append(1)\nK().f()",
        "class K:\n    def __init__(self, v):\n        self.v = v\nK(x).v.append(1)",
        "import random\nrandom.shuffle(x)",
        "import heapq\nheapq.heappush(x, 'd')",
        "z = x.append\nz(1)",
        "setattr(x, 'k', 1)",
        "class K:\n    x += [1]",
        "def f(v):\n    v += [1]\nf(x)",
        "def g(v):\n    v.append(1)\ndef f(v):\n    g(v)\nf(x)",
        "def f(v):\n    try:\n        1 / 0\n    except Exception as e:\n        w = v\n        w.append(1)\nf(x)",
        "def f():\n    x = 1\n    def g():\n        global x\n        x.append(1)\n    g()\nf()",
        "@x.route('/')\ndef f():\n    pass",
        "def f(v):\n    v.append(1)\ntry:\n    from nowhere_at_all import f\nexcept ImportError:\n    pass\nf(x)",
    ],
)
def test_a_change_in_place_makes_a_new_version(text: str) -> None:
    assert "b>c:x" in edges(graph_of(MAKE, f"%%step b\n{text}", "%%step c\nprint(x)"))


@pytest.mark.parametrize(
    "text",
    [
        "x.copy().append(1)",
        "x.count(1)",
        "print(x)",
        "len(x)",
        "def f(v):\n    return len(v)\nf(x)",
        "def f(x):\n    x.append(1)\nf(list(y))",
        "def f():\n    x = []\n    x.append(1)\nf()",
        "def f():\n    x.append(1)",
        "class K:\n    def f(self):\n        x.append(1)",
        "[1 for v in x]",
        "def g(v):\n    v.append(1)\ndef f():\n    x = []\n    g(x)\nf()",
        "def f(v):\n    v.append(1)\n[f(x) for x in [[1]]]",
        "def f():\n    x = 1\n    del x\nf()",
        "class K:\n    x = 1\n    del x",
        "class K:\n    x = []\n    x += [1]",
        "class K:\n    x += 'd'",
    ],
)
def test_what_only_looks_makes_none(text: str) -> None:
    assert "b>c:x" not in edges(graph_of(MAKE, f"%%step b\n{text}", "%%step c\nprint(x)"))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["%%step a\nprint(nope, nope)\nprint(nope)"], ["CL104"]),
        (["%%step a\nprint(nope)", "%%step b\nprint(nope)"], ["CL104", "CL104"]),
        (["%%step a\nfrom nowhere_at_all import *\nprint(nope)"], ["CL109"]),
        (["%%step a\nprint(later)", "%%step b\nlater = 1"], ["CL105"]),
        (["%%step a\nprint(later)\nlater = 1"], ["CL105"]),
        (["%%step a\nx = 1\ndel x", "%%step b\nprint(x)"], ["CL113"]),
        (["%%step a\nx = 1\ndel x\nx = 2", "%%step b\nprint(x)"], []),
        (["%%step a\ntry:\n    print(nope)\nexcept NameError:\n    pass"], []),
        (["%%step a\ntry:\n    print(nope)\nexcept:\n    pass"], []),
        (["%%step a\ntry:\n    print(nope)\nexcept Exception:\n    pass"], []),
        (["%%step a\ntry:\n    print(nope)\nexcept (KeyError, NameError):\n    pass"], []),
        (["%%step a\ntry:\n    print(nope)\nexcept KeyError:\n    pass"], ["CL104"]),
        (["%%step a\n1 + 1\nprint(len)"], []),
        (["%%step a\nprint(__name__)"], []),
        (["def f():\n    return nope", "%%step a\nx = 1"], ["CL118"]),
        (["def f():\n    return nope\ndef g():\n    return nope", "%%step a\nx = 1"], ["CL118"]),
        (["def f():\n    return nope", "%%step a\nf()"], ["CL104"]),
        (["from nowhere_at_all import *\ndef f():\n    return nope", "%%step a\nx = 1"], ["CL109"]),
        (["def f():\n    return v1", "%%step a\nfor n in (1, 2):\n    globals()[f'v{n}'] = n"], []),
        (["def f():\n    return v1\ndef g(n):\n    globals()[f'v{n}'] = n", "%%step a\nx = 1"], []),
    ],
)
def test_names_that_are_missing_are_told_once_a_step(cells: list[str], told: list[str]) -> None:
    assert codes(analysed(*cells)) == told

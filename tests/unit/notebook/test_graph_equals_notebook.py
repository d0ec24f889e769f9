"""The graph of a notebook, run step by step, gives what the notebook gives from top to bottom."""

from __future__ import annotations

import pytest

from unit.notebook.graph_oracle import run_graph, run_notebook
from unit.notebook.make_notebook import PARAMETERS, CellText, graph_of

CASES: dict[str, list[CellText]] = {
    "chain": ["%%step a\nx = sorted([3, 1])", "%%step b\ny = x + [9]", "%%step c\nprint(x, y)"],
    "code is copied": [
        "import math\nN = 2\ndef area(r):\n    return round(math.pi * r ** N, 3)",
        "%%step a\nx = area(3)",
        "%%step b\nprint(area(x))",
    ],
    "function reads data where it is called": [
        "def scaled(v):\n    return [one * factor for one in v]",
        "%%step a\nfactor = len('abc')",
        "%%step b\nprint(scaled([1, 2]))",
        "%%step c\nfactor = factor * 10",
        "%%step d\nprint(scaled([1, 2]))",
    ],
    "function of a function": [
        "def outer():\n    return inner() + 1\ndef inner():\n    return base * 2",
        "%%step a\nbase = int('4')",
        "%%step b\nprint(outer())",
    ],
    "diamond with mutation in one branch": [
        "%%step a\nitems = list('ab')",
        "%%step b\nitems.append('c')",
        "%%step c\nother = len(items)",
        "%%step d\nprint(items, other)",
    ],
    "two branches change one list": [
        "%%step a\nitems = list('a')",
        "%%step b\nitems.append('b')",
        "%%step c\nitems.append('c')",
        "%%step d\nprint(items)",
    ],
    "name like a builtin": [
        "%%step a\nmax = int('10')\nid = 'run-7'\ninput = [1]",
        "%%step b\nprint(max, id, input, min(3, 4))",
    ],
    "last write wins": ["%%step a\nx = int('1')", "%%step b\nx = int('101')", "%%step c\nprint(x)"],
    "alias changed in another step": [
        "%%step a\nfirst = list('ab')\nsecond = first",
        "%%step b\nsecond.append('c')",
        "%%step c\nprint(first, second, first is second)",
    ],
    "alias made in a later step": [
        "history = []",
        "%%step a\nlog = history\nlog.append(1)",
        "%%step b\nhistory.append(2)",
        "%%step c\nprint(history, log, history is log)",
    ],
    "object inside a container": [
        "%%step a\nrow = list('x')\ntable = {'row': row}",
        "%%step b\ntable['row'].append('y')",
        "%%step c\nprint(row, table)",
    ],
    "loop over members that change": [
        "%%step a\nrows = [dict(v=int('1')), dict(v=int('2'))]",
        "%%step b\nfor row in rows:\n    row['v'] = row['v'] * 10",
        "%%step c\nprint(rows)",
    ],
    "augmented assignment": ["total = 0", "%%step a\ntotal += 5", "%%step b\ntotal += 6", "%%step c\nprint(total)"],
    "augmented assignment of a shared list": [
        "%%step a\none = list('a')\ntwo = one",
        "%%step b\ntwo += ['b']",
        "%%step c\nprint(one, two)",
    ],
    "only some branches assign": [
        "%%step a\nx = int('1')\nflag = bool('')",
        "%%step b\nif flag:\n    x = 2",
        "%%step c\nprint(x)",
    ],
    "set-up computes": [
        "import json\nraw = json.loads('[1, 2]')\nraw.append(3)\nCOUNT = len(raw)",
        "%%step a\nprint(raw, COUNT)",
        "%%step b\nraw.append(COUNT)",
        "%%step c\nprint(raw)",
    ],
    "set-up changes state": [
        "import os, sys\nos.environ['CELLIFT_ORACLE'] = 'x'\nsys.path.append('/nowhere-cellift')",
        "%%step a\nprint(os.environ['CELLIFT_ORACLE'], '/nowhere-cellift' in sys.path)",
        "%%step b\nimport os as again\nprint(again.environ['CELLIFT_ORACLE'])",
    ],
    "definitions inside steps": [
        "%%step a\nimport math\nSCALE = 3\ndef f(x):\n    return math.floor(x) * SCALE\nv = f(2.5)",
        "%%step b\nprint(f(1.5), v)",
        "%%step c\nclass Box:\n    size = SCALE\n    def __init__(self, v):\n        self.v = f(v)\nbox = Box(7)",
        "%%step d\nprint(box.v, box.size)",
    ],
    "function defined again": [
        "def f():\n    return 'old'\ndef g():\n    return f()",
        "%%step a\nprint(g())",
        "%%step b\ndef f():\n    return 'new'",
        "%%step c\nprint(g())",
    ],
    "default value is evaluated at the definition": [
        "k = 1\ndef f(v=k):\n    return v\nk = 2",
        "%%step a\nprint(f(), k)",
    ],
    "class with base in another cell": [
        "class Base:\n    def hello(self):\n        return GREETING",
        "GREETING = 'hi'\nclass Child(Base):\n    pass",
        "%%step a\nchild = Child()\nprint(child.hello())",
        "%%step b\nprint(child.hello(), isinstance(child, Base))",
    ],
    "instance keeps a global object": [
        "class Box:\n    def __init__(self):\n        self.content = SHARED\nSHARED = [1]",
        "%%step a\nbox = Box()",
        "%%step b\nbox.content.append(2)",
        "%%step c\nprint(SHARED, box.content)",
    ],
    "method changes its object": [
        "class Counter:\n    def __init__(self):\n        self.n = 0\n    def bump(self):\n        self.n += 1",
        "%%step a\nc = Counter()",
        "%%step b\nc.bump()",
        "%%step c\nprint(c.n)",
    ],
    "function changes its argument": [
        "def add(to, what):\n    to.append(what)",
        "%%step a\nitems = list('a')",
        "%%step b\nadd(items, 'b')",
        "%%step c\nadd(what='c', to=items)",
        "%%step d\nprint(items)",
    ],
    "function changes a global": [
        "log = []\ndef note(text):\n    log.append(text)",
        "%%step a\nnote('a')",
        "%%step b\nnote('b')",
        "%%step c\nprint(log)",
    ],
    "function rebinds a global": [
        "count = 0\ndef tick():\n    global count\n    count = count + 1",
        "%%step a\ntick()",
        "%%step b\ntick()",
        "%%step c\nprint(count)",
    ],
    "comprehension, walrus, lambda": [
        "%%step a\nn = int('3')\nsquares = [n * n for n in range(3)]\nlast = [(w := v) for v in squares]",
        "%%step b\ntimes = lambda v: v * n\nprint(n, squares, w, list(map(times, squares)))",
        "%%step c\nprint(times(5))",
    ],
    "match": [
        "%%step a\ncommand = ['go', str('north')]",
        "%%step b\nmatch command:\n    case [verb, where]:\n        pass\n    case _:\n        verb = where = ''",
        "%%step c\nprint(verb, where)",
    ],
    "parameters": [
        ("alpha = 2\nnames = ['x']\nbeta = alpha * 3", PARAMETERS),
        "%%step a\nnames.append('y')\nv = alpha + beta",
        "%%step b\nprint(names, v, beta)",
    ],
    "parameter set again": [("lr = 2", PARAMETERS), "lr = lr * 2", "%%step a\nprint(lr)", "%%step b\nprint(lr)"],
    "constants unpacked, one set again": [
        "a, b = 1, 2",
        "%%step s\nb = int('5')",
        "%%step t\nprint(a, b)",
    ],
    "try import": [
        "try:\n    import no_such_module_here as fast\nexcept ImportError:\n    fast = None",
        "%%step a\nprint(fast)",
        "%%step b\nprint(fast is None)",
    ],
    "dotted imports": [
        "import os.path\nimport xml.dom",
        "import xml.etree.ElementTree",
        "%%step a\nprint(xml.etree.ElementTree.fromstring('<a/>').tag, xml.dom.__name__, os.path.basename('a/b'))",
    ],
    "generator object goes on": [
        "import random\nrng = random.Random(1)",
        "%%step a\nfirst = rng.random()",
        "%%step b\nsecond = rng.random()",
        "%%step c\nprint(first, second)",
    ],
    "named tuple and enum": [
        "from collections import namedtuple\nfrom enum import Enum\nPoint = namedtuple('Point', 'x y')\n"
        "class Color(Enum):\n    RED = 1",
        "%%step a\np = Point(1, 2)\nc = Color.RED",
        "%%step b\nprint(p, c is Color.RED, p.x)",
    ],
    "partial of a notebook function": [
        "from functools import partial\ndef power(b, e):\n    return b ** e",
        "%%step a\nsquare = partial(power, e=2)",
        "%%step b\nprint(square(5))",
    ],
    "deleted and defined again": ["%%step a\nx = int('1')", "%%step b\ndel x\nx = int('2')", "%%step c\nprint(x)"],
    "module attribute set in a step": [
        "import decimal",
        "%%step a\ndecimal.own_mark = 5",
        "%%step b\nprint(decimal.own_mark)",
    ],
    "class attribute set in a step": [
        "class Config:\n    rate = 1",
        "%%step a\nConfig.rate = 2",
        "%%step b\nprint(Config.rate)",
    ],
    "decorated function": [
        "import functools",
        "def twice(f):\n    @functools.wraps(f)\n    def g(*a):\n        return f(f(*a))\n    return g",
        "@twice\ndef inc(x):\n    return x + STEP",
        "%%step a\nSTEP = int('2')",
        "%%step b\nprint(inc(1))",
    ],
    "several cells in one step": [
        ("x = int('1')", {"cellift": {"step": "a"}}),
        ("y = x + 1", {}),
        ("z = y + 1", {"cellift": {"step": "a"}}),
        ("print(x, y, z)", {"cellift": {"step": "b"}}),
    ],
    "cells that are skipped": [
        "%%step a\nx = int('1')",
        ("x = 100", {"cellift": {"skip": True}}),
        "%%step b\nprint(x)",
    ],
    "statements on one line, not only ascii": [
        "é = 'ü'; import math; x = 1",
        "%%step a\nprint(é, x); y = math.sqrt(4); print(y)",
        "%%step b\nprint(é, math.floor(y))",
    ],
    "three names that share": [
        "%%step a\none = list('a')",
        "%%step b\ntwo = one",
        "%%step c\nthree = one",
        "%%step d\ntwo.append('z')\nprint(one, two, three)",
    ],
    "global list of functions": [
        "handlers = []\ndef h1():\n    return 'one'",
        "%%step a\nhandlers.append(h1)",
        "%%step b\nprint([h() for h in handlers])",
    ],
    "with and file": [
        "import io",
        "%%step a\nwith io.StringIO('a b') as f:\n    words = f.read().split()",
        "%%step b\nprint(words)",
    ],
    "exception name": [
        "%%step a\ntry:\n    int('x')\nexcept ValueError as problem:\n    said = str(problem)",
        "%%step b\nprint(said)",
    ],
}


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
def test_graph_gives_what_the_notebook_gives(cells: list[CellText]) -> None:
    texts: dict[str, str] = {}
    for number, cell in enumerate(cells, 1):
        source, metadata = (cell, {}) if isinstance(cell, str) else cell
        if not metadata.get("cellift", {}).get("skip"):
            texts[f"c{number}"] = "\n".join("" if line.startswith("%%") else line for line in source.split("\n"))
    expected = run_notebook(texts, list(texts))
    found = run_graph(graph_of(*cells), texts)
    assert found
    for cell, (printed, _) in found.items():
        assert printed == expected[cell][0], f"cell {cell} prints otherwise"
    for cell, (_, values) in found.items():
        assert values == expected[cell][1], f"other values after cell {cell}"

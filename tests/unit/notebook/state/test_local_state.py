"""State of modules beside the notebook crosses from step to step like a variable; what is pure does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import codes, edges, notebook, text


@pytest.fixture
def beside(tmp_path: Path) -> Any:
    """Analyse cells with ``helpers.py`` beside them."""

    def make(helpers: str, *cells: str) -> Analysis:
        (tmp_path / "helpers.py").write_text(helpers)
        return analyse(parse_notebook(notebook(*cells), str(tmp_path / "nb.ipynb")), Project(tmp_path))

    return make


def crossing(helpers: str, beside: Any, use: str = "helpers.f(1)") -> set[str]:
    analysis = beside(helpers, "import helpers", f"%%step a\n{use}", f"%%step b\n{use}")
    assert analysis.ok, [d.message for d in analysis.diagnostics]
    return edges(analysis.graph)


@pytest.mark.parametrize(
    "helpers",
    [
        "n = 0\ndef f(x):\n    global n\n    n += x",
        "seen = []\ndef f(x):\n    seen.append(x)",
        "seen = {}\ndef f(x):\n    seen[x] = 1",
        "seen = {}\ndef f(x):\n    s = seen\n    s[x] = 1",
        "seen = []\ndef add(rows, x):\n    rows.append(x)\ndef f(x):\n    add(seen, x)",
        "seen = []\ndef f(x):\n    return seen",
        "def f(x, seen=[]):\n    seen.append(x)",
        "def f(x):\n    f.n = x",
        "class C:\n    n = 0\n    def __init__(self, x):\n        C.n += x\ndef f(x):\n    return C(x)",
        "class C:\n    n = 0\n    @classmethod\n    def up(cls):\n        cls.n += 1\ndef f(x):\n    C.up()",
        "class C:\n    seen = []\n    def add(self, x):\n        self.seen.append(x)\ndef f(x):\n    C().add(x)",
        "import random\nrng = random.Random(1)\ndef f(x):\n    return rng.random()",
        "import itertools\nids = itertools.count()\ndef f(x):\n    return next(ids)",
        "def make():\n    n = 0\n    def up(x):\n        nonlocal n\n        n += x\n    return up\nf = make()",
        "n = 0\ndef g():\n    global n\n    n = 1\ndef f(x):\n    return g()",
        "seen = []\nf = lambda x: seen.append(x)",
        "try:\n    seen = []\n    def f(x):\n        seen.append(x)\nexcept ImportError:\n    f = print",
    ],
)
def test_state_that_a_function_keeps_goes_to_the_next_step(beside, helpers):
    assert len(crossing(helpers, beside)) == 1


@pytest.mark.parametrize(
    "helpers",
    [
        "def f(x):\n    return x + 1",
        "import re\nWORD = re.compile('a')\ndef f(x):\n    return WORD.match(str(x))",
        "TABLE = {1: 2}\ndef f(x):\n    return TABLE.get(x), TABLE[x]",
        "import logging\nlog = logging.getLogger('a')\ndef f(x):\n    log.info(x)",
        "seen = []\ndef f(x):\n    seen = []\n    seen.append(x)",
        "from functools import lru_cache\n@lru_cache\ndef f(x):\n    return x * x",
        "class C:\n    def __init__(self, x):\n        self.x = x\ndef f(x):\n    return C(x).x",
        "def f(x, rows=()):\n    return [*rows, x]",
    ],
)
def test_steps_that_use_pure_functions_stay_independent(beside, helpers):
    assert crossing(helpers, beside) == set()


@pytest.mark.parametrize(
    "helpers",
    ["import other\ndef f(x):\n    other.up(x)", "from other import *\ndef f(x):\n    up(x)"],
)
def test_what_a_function_calls_of_another_module_counts(beside, tmp_path, helpers):
    (tmp_path / "other.py").write_text("n = 0\ndef up(x):\n    global n\n    n += x")
    assert len(crossing(helpers, beside)) == 1


def test_what_an_object_of_the_module_changes_elsewhere_goes_to_the_next_step(beside):
    helpers = "made = []\nclass C:\n    def go(self):\n        made.append(1)\nbox = C()\ndef f(x):\n    box.go()"
    assert {edge.rpartition(":")[2] for edge in crossing(helpers, beside)} == {"box", "made"}


def test_a_function_passed_as_a_value_counts(beside):
    assert crossing("seen = []\ndef f(x):\n    seen.append(x)", beside, "list(map(helpers.f, [1]))")


def test_a_method_counts_wherever_the_object_comes_from(beside):
    helpers = "made = []\nclass C:\n    def go(self):\n        made.append(1)"
    analysis = beside(helpers, "import helpers", "%%step a\nc = helpers.C()\nc.go()", "%%step b\nc.go()")
    assert "a>b:state of helpers.made" in edges(analysis.graph) or any(
        "helpers:made" in name for name in edges(analysis.graph)
    )


def test_a_class_that_its_base_registers_is_repeated(beside):
    helpers = "known = []\nclass Base:\n    def __init_subclass__(cls):\n        known.append(cls)"
    cells = ("from helpers import Base", "class One(Base):\n    pass", "%%step a\n1", "%%step b\n2")
    graph = beside(helpers, *cells).graph
    assert "class One" in text(graph, "a")
    assert "class One" in text(graph, "b")


def test_a_function_that_a_module_keeps_crosses_with_what_keeps_it_and_does_what_it_does(beside):
    helpers = "known = {}\ndef register(f):\n    known[f.__name__] = f\n    return f\ndef call():\n    known['one']()"
    steps = "%%step a\n@register\ndef one():\n    rows.append(1)", "%%step b\ncall()", "%%step c\nprint(rows, one)"
    graph = beside(helpers, "from helpers import register, call\nrows = []", *steps).graph
    assert edges(graph) >= {"a>b:state:module:helpers:known", "b>c:rows"}
    assert "def one" not in text(graph, "c")
    plain = beside(
        helpers + "\ndef plain(f):\n    return f",
        "from helpers import plain\nrows = []",
        *steps[:0],
        "%%step a\n@plain\ndef one():\n    rows.append(1)",
        "%%step b\n1",
        "%%step c\nprint(one)",
    ).graph
    assert "def one" in text(plain, "c")


def test_an_import_that_changes_the_process_is_repeated(beside):
    helpers = "import decimal\ndecimal.getcontext().prec = 3"
    graph = beside(helpers, "1", "%%step a\nimport helpers", "%%step b\nprint(1)").graph
    assert "import helpers" in text(graph, "b")


@pytest.mark.parametrize("helpers", ["import decimal\ndecimal.getcontext().prec = 3", "import random\nrandom.seed(1)"])
def test_an_import_in_a_block_of_the_set_up_that_changes_the_process_is_made_in_every_step(beside, helpers):
    block = "if len('a'):\n    import helpers"
    graph = beside(helpers, block, "%%step a\nprint(1)", "%%step b\nprint(2)").graph
    assert block in text(graph, "a")
    assert block in text(graph, "b")


@pytest.mark.parametrize("function", ["def f():\n    import helpers", "if 1:\n    def f():\n        import helpers"])
def test_an_import_in_a_function_that_nobody_calls_changes_nothing(beside, function):
    cells = f"%%step a\n{function}", "%%step b\nprint(1)"
    assert "import helpers" not in text(beside("import random\nrandom.seed(1)", *cells).graph, "b")


@pytest.mark.parametrize("uses", ["random.random()", "open('a.txt')"])
def test_a_module_that_draws_nothing_and_uses_no_files_stands_apart_from_one_that_does(beside, tmp_path, uses):
    (tmp_path / "other.py").write_text(f"import random\ndef g():\n    return {uses}")
    setup = "import helpers, other, foreign, random\nrandom.seed(1)"
    act = "random.random()\nopen('a.txt', 'w').close()"

    def taken(call: str) -> set[str]:
        return edges(beside("def f():\n    return 1", setup, f"%%step a\n{act}", f"%%step b\n{call}").graph)

    assert taken("helpers.f()") == set()
    assert taken("other.g()") == ({"a>b:state:random"} if "random" in uses else {"a>b:a.txt"})
    assert taken("foreign.g()") == {"a>b:a.txt", "a>b:state:random"}


def test_what_an_import_in_a_branch_seeds_is_not_counted_on(beside):
    seed = "import random\nrandom.seed(4)"
    cells = seed, "%%step a\nrandom.random()", "%%step b\nif len(''):\n    import helpers", "%%step c\nrandom.random()"
    assert edges(beside("import random\nrandom.seed(3)", *cells).graph) == {"a>c:state:random"}


def test_state_of_modules_begins_with_the_first_import_of_one(beside):
    helpers = "kept = []\ndef f(x):\n    kept.append(x)"
    steps = "%%step a\nimport helpers\nhelpers.f(1)", "%%step b\nhelpers.f(2)"
    assert edges(beside(helpers, "%%step z\nx = 1", *steps).graph) == {"a>b:state:module:helpers:kept"}
    by_name = "import importlib", "%%step a\nm = importlib.import_module('helpers')\nm.f(1)"
    graph = beside(helpers, *by_name, "%%step b\nimport helpers\nhelpers.f(2)").graph
    assert "a>b:state:module:helpers:kept" in edges(graph)


@pytest.mark.parametrize(
    "definition", ["def g():\n    helpers.f(1)", "if len('a'):\n    def g():\n        helpers.f(1)"]
)
def test_a_function_that_would_use_the_state_of_a_module_does_nothing_when_it_is_defined(beside, definition):
    helpers = "kept = []\ndef f(x):\n    kept.append(x)"
    cells = "import helpers", "%%step a\nhelpers.f(1)", f"%%step b\n{definition}", "%%step c\nhelpers.f(1)"
    assert edges(beside(helpers, *cells).graph) == {"a>c:state:module:helpers:kept"}


def test_a_change_of_the_process_in_a_statement_that_does_more_is_left_to_the_guard(beside):
    helpers = "import os\ndef start():\n    os.environ['A'] = '1'\n    return 1"
    analysis = beside(helpers, "import helpers", "%%step a\nx = helpers.start()", "%%step b\nprint(x)")
    assert codes(analysis) == []
    assert "helpers.start" not in text(analysis.graph, "b")


@pytest.mark.parametrize("decorator", ["@functools.cache\n@same", "@memory.cache"])
def test_a_cache_whose_answers_can_be_noticed_and_that_cannot_be_handed_on_is_refused(beside, decorator):
    helpers = f"import functools\n{decorator}\ndef f(x):\n    print('working')\n    return x"
    analysis = beside(helpers, "import helpers", "%%step a\nhelpers.f(1)", "%%step b\nhelpers.f(1)")
    assert "CL302" in codes(analysis)


@pytest.mark.parametrize(
    ("body", "crosses"),
    [
        ("print(x)", True),
        ("return [x]", True),
        ("return SCALE * x", True),
        ("import os\n    return x", True),
        ("return x.upper()", True),
        ("y = f(x - 1) if x else 0\n    return max(y, 1)", False),
    ],
)
def test_what_a_cache_holds_is_handed_on_if_somebody_can_tell(beside, body, crosses):
    for decorator in ("@functools.cache", "@lru_cache(maxsize=3)"):
        helpers = f"import functools\nfrom functools import lru_cache\nSCALE = 2\n{decorator}\ndef f(x):\n    {body}"
        assert bool(crossing(helpers, beside)) is crosses


def test_a_module_written_after_its_import_is_refused(beside):
    cells = ("import helpers", "%%step a\nopen('helpers.py', 'w').write('x = 1')", "%%step b\nprint(helpers)")
    assert "CL302" in codes(beside("x = 0", *cells))


@pytest.mark.parametrize("call", ["helpers.fill(rows)", "fill(rows)", "helpers.through(rows)"])
def test_an_argument_that_a_local_function_changes_is_changed(beside, call):
    helpers = "def fill(rows):\n    rows.append(1)\ndef through(rows):\n    fill(rows)"
    cells = ("import helpers\nfrom helpers import fill", "%%step a\nrows = []", f"%%step b\n{call}", "%%step c\nrows")
    assert "b>c:rows" in edges(beside(helpers, *cells).graph)


def test_a_method_of_a_local_class_that_sets_something_changes_its_object(beside):
    helpers = "class C:\n    def put(self, x):\n        self.x = x"
    cells = ("import helpers", "%%step a\nc = helpers.C()", "%%step b\nc.put(1)", "%%step c\nprint(c.x)")
    assert "b>c:c" in edges(beside(helpers, *cells).graph)


def test_a_change_by_another_name_of_what_a_module_keeps_is_one_of_the_module(beside):
    steps = "import helpers", "%%step a\nmine = helpers.kept", "%%step b\nmine.append(1)", "%%step c\nhelpers.kept"
    assert edges(beside("kept = []", *steps).graph) >= {"a>b:mine", "b>c:state:module:helpers:kept"}


def test_a_name_for_what_gets_another_item_stays_a_name_for_it(beside):
    steps = "import helpers", "%%step a\nmine = helpers.kept", "%%step b\nmine.append(1)\nhelpers.kept[0] = 1"
    assert "b>c:state:module:helpers:kept" in edges(beside("kept = []", *steps, "%%step c\nhelpers.kept").graph)
    steps = (*steps[:2], "%%step b\nmine.append(1)", "%%step c\nhelpers.kept[0] = 1")
    assert "b>c:state:module:helpers:kept" in edges(beside("kept = []", *steps).graph)


def test_another_name_for_what_is_imported_asks_for_no_state(beside):
    module = "kept = [1]\ndef grow():\n    kept.append(1)"
    steps = "%%step a\ngrow()", "%%step b\nmine = kept\nmine.append(2)\ngrow()", "%%step c\nprint(mine, kept)"
    graph = beside(module, "from helpers import kept, grow", *steps).graph
    assert "b>c:state:module:helpers:kept" in edges(graph)


def test_a_name_for_what_a_function_of_the_module_binds_anew_is_a_value(beside):
    module = "kept = []\ndef renew():\n    global kept\n    kept = []"
    steps = "import helpers", "%%step a\nmine = helpers.kept", "%%step b\nprint(mine)"
    assert "a>b:mine" in edges(beside(module, *steps).graph)


_PATCH = "import json\ndef patch(value=None):\n    json.JSONEncoder.default = value\n    return 1\n"
_SET = "import json\ndef patch(target):\n    target.default = None\n    return 1\n"


@pytest.mark.parametrize(("helpers", "argument"), [(_PATCH, ""), (_SET, "json.JSONEncoder")])
def test_what_a_local_function_changes_of_a_library_is_repeated_or_told(beside, helpers: str, argument: str) -> None:
    setup, call = "import helpers, json", f"helpers.patch({argument})"
    graph = beside(helpers, setup, f"%%step a\n{call}", "%%step b\njson.dumps(1)").graph
    assert call in text(graph, "b")
    more = beside(helpers, setup, f"%%step a\nx = {call}", "%%step b\nprint(x)")
    assert codes(more) == ["CL302"]
    assert codes(beside(helpers, setup, "%%step a\ny = 1", f"%%step b\nx = {call}\nprint(x)")) == []


def test_what_a_function_changes_of_its_own_things_or_of_a_parameter_is_no_patch(beside) -> None:
    helpers = "import json\ndef patch(json):\n    json.x = 1\n    json[0].z = 2"
    graph = beside(helpers, "import helpers\nclass A:\n    pass", "%%step a\nhelpers.patch(A())", "%%step b\n1").graph
    assert "helpers.patch" not in text(graph, "b")


_BUS = (
    "subs = []\nclass On:\n    def __init_subclass__(cls):\n        subs.append(cls)\n"
    "def emit():\n    return [cls().f() for cls in list(subs)]"
)


def test_what_is_registered_brings_all_that_it_needs_to_each_step(beside):
    cells = (
        "from helpers import On, emit",
        "def twice(x):\n    return x * RATE + gone",
        "RATE = 2\nseen = []\nword = 'a'\ngone = 1\ndel gone",
        "class F(On):\n    def f(self):\n        seen.append(twice(len(word) + late))\n        return F",
        "%%step a\nemit()",
        "%%step b\nprint(1)\nlate = [2]\nword = 'b'",
        "%%step c\nemit()",
    )
    graph = beside(_BUS, *cells).graph
    assert {"setup>a:seen", "setup>c:seen", "b>c:late", "b>c:word"} <= edges(graph)
    assert ["word = 'a'" in text(graph, step) for step in "abc"] == [True, True, False]
    for step in "abc":
        assert all(part in text(graph, step) for part in ("RATE = 2", "def twice"))
        assert "seen = []" not in text(graph, step)
        assert "del gone" not in text(graph, step)


@pytest.mark.parametrize(("between", "repeated"), [("emit()", False), ("print(1)", True)])
def test_what_is_registered_after_the_state_was_changed_is_handed_on_with_it(beside, between, repeated):
    first, second = "class F(On):\n    f = int", "class G(On):\n    f = float"
    cells = ("from helpers import On, emit", first, f"%%step a\n{between}", f"%%step b\n{second}", "%%step c\nemit()")
    graph = beside(_BUS.replace("list(subs)", "subs"), *cells).graph
    assert first in text(graph, "c")
    assert (second in text(graph, "c")) is repeated
    assert (any(edge.startswith("b>c:state") for edge in edges(graph)), "a>b" in str(edges(graph))) == (
        not repeated,
        not repeated,
    )


_KEPT = "kept = []\ndef keep(x):\n    kept.append(x)\ndef look(x):\n    return len(x)\nlevel = 1\n"


@pytest.mark.parametrize(
    ("act", "held"),
    [
        ("helpers.keep(rows)", True),
        ("helpers.keep(rows.append)", True),
        ("helpers.keep(x=rows)", True),
        ("helpers.kept.append(rows)", True),
        ("helpers.kept = [rows]", True),
        ("helpers.kept[0] = rows", True),
        ("helpers.kept: list = [rows]", True),
        ("helpers.kept += [rows]", True),
        ("helpers.look(rows)", False),
        ("helpers.keep(len(rows))", False),
        ("helpers.kept = []", False),
    ],
)
def test_what_a_module_may_hold_of_the_notebook_comes_from_the_step_that_changes_it(beside, act, held):
    steps = "import helpers", "%%step a\nrows = []", f"%%step b\n{act}", "%%step c\nhelpers.keep(0)", "%%step d\nrows"
    found = edges(beside(_KEPT, *steps).graph)
    assert ("c>d:rows" in found) is held


@pytest.mark.parametrize(
    "store",
    ["helpers.level = 2", "del helpers.level", "from_helpers.level = 2", "helpers.level += 1", "helpers.f = print"],
)
def test_what_the_notebook_binds_anew_in_a_module_is_state_of_it(beside, store):
    helpers = "level = 1\ndef f():\n    return level\ndef g():\n    return f()"
    steps = "import helpers\nimport helpers as from_helpers", f"%%step a\n{store}", "%%step b\nhelpers.g()"
    graph = beside(helpers, *steps).graph
    name = "f" if ".f" in store else "level"
    assert edges(graph) == {f"a>b:state:module:helpers:{name}"}
    assert store not in text(graph, "b")


@pytest.mark.parametrize(
    ("store", "slot"), [("helpers.C.n = 2", "C"), ("C.n = 2", "C"), ("helpers.unknown = 2", ""), ("C.n.x = 2", "")]
)
def test_attributes_of_classes_are_state_and_what_nobody_knows_is_repeated(beside, store, slot):
    helpers = "class C:\n    n = None\n    def f(self):\n        return self.n\n    def g(self):\n        return self.m"
    steps = "import helpers\nfrom helpers import C", f"%%step a\n{store}", "%%step b\nhelpers.C().f()"
    graph = beside(helpers, *steps).graph
    assert edges(graph) == ({f"a>b:state:module:helpers:{slot}"} if slot else set())
    assert (store in text(graph, "b")) is not slot


def test_a_method_looks_at_the_attributes_of_its_class_that_it_names(beside):
    helpers = (
        "class C:\n    n = None\n    def f(self):\n        return self.n\n    def other(self):\n        return self.m"
    )
    for method, crosses in (("f", True), ("other", False)):
        steps = "%%step a\nfrom helpers import C\nc = C()", "%%step b\nC.n = 2", f"%%step c\nprint(c.{method}())"
        assert ("b>c:state:module:helpers:C" in edges(beside(helpers, *steps).graph)) is crosses


def test_a_change_through_what_a_function_gives_is_one_of_what_it_looks_at(beside):
    helpers = "class C:\n    n = None\n    @classmethod\n    def get(cls):\n        return cls.n"
    for change in ("C.get().x = 1", "C.get().rows[0] = 1", "C.get()['k'] = 1", "del C.get().x"):
        steps = "from helpers import C", "%%step a\nC.n = []", f"%%step b\n{change}", "%%step c\nprint(C.get())"
        graph = beside(helpers, *steps).graph
        assert "b>c:state:module:helpers:C" in edges(graph)
        assert change not in text(graph, "c")
    steps = "from helpers import C", "%%step a\nC.n = []", "%%step b\nprint(C.get().x)", "%%step c\nprint(C.get())"
    assert "b>c:state:module:helpers:C" not in edges(beside(helpers, *steps).graph)


@pytest.mark.parametrize(
    ("look", "reads"), [("vars(helpers)", True), ("hasattr(helpers, 'kept')", True), ("print(len)", False)]
)
def test_who_is_given_a_module_looks_at_what_it_keeps(beside, look, reads):
    steps = "import helpers", "%%step a\nhelpers.keep(1)", f"%%step b\n{look}"
    assert ("a>b:state:module:helpers:kept" in edges(beside(_KEPT, *steps).graph)) is reads


def test_an_import_of_what_was_bound_anew_gives_a_value(beside):
    helpers = "n = 0\nrows = []\ndef up():\n    global n\n    n += 1\n    rows.append(n)"
    before = "from helpers import n, up"
    after = beside(helpers, before, "%%step a\nup()\nfrom helpers import n as m, up as again", "%%step b\nprint(n, m)")
    assert "a>b:m" in edges(after.graph) and "a>b:n" not in edges(after.graph)
    assert "import n as m" not in text(after.graph, "b") and before in text(after.graph, "b")
    same = beside(helpers, before, "%%step a\nup()\nfrom helpers import rows", "%%step b\nprint(rows)")
    assert "import rows" in text(same.graph, "b")
    body = beside(
        helpers, before, "%%step a\ndef f():\n    up()\nf()\nfrom helpers import n as m", "%%step b\nprint(m)"
    )
    assert "a>b:m" in edges(body.graph)


_DECORATORS = """
def counted(f):
    def inner(*a):
        inner.n += 1
        return f(*a)
    inner.n = 0
    return inner
def times(k):
    def deco(f):
        seen = []
        def inner(*a):
            seen.append(k)
            return f(*a)
        return inner
    return deco
class Object:
    def __init__(self, f):
        self.f = f
    def __call__(self, x):
        self.x = x
def kept(f):
    return counted(f)
def plain(f):
    def inner(*a):
        return f(*a)
    return inner
"""


@pytest.mark.parametrize("name", ["counted", "times(2)", "Object", "kept"])
@pytest.mark.parametrize(
    "defined", ["{}\ndef f(x):\n    return x", "class f:\n    {}\n    def go(self):\n        return 1"]
)
def test_what_a_decorator_of_a_module_keeps_goes_on_with_what_it_decorates(beside, name, defined):
    cells = ["import helpers\n" + defined.format(f"@helpers.{name}"), "%%step a\nf(1)", "%%step b\nf(1)"]
    assert "a>b:f" in edges(beside(_DECORATORS, *cells).graph)


def test_a_decorator_counts_in_every_way_of_importing_it(beside, tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("from helpers import *")
    for first in ("from helpers import counted", "from helpers import *", "from pkg import counted"):
        cells = [first + "\n@counted\ndef f(x):\n    return x", "%%step a\nf(1)", "%%step b\nf(1)"]
        assert "a>b:f" in edges(beside(_DECORATORS, *cells).graph), first


@pytest.mark.parametrize(
    "decorator", ["helpers.plain", "functools.lru_cache", "helpers.made.plain", "[helpers.plain][0]"]
)
def test_a_function_whose_decorator_keeps_nothing_stays_a_copy(beside, decorator):
    cells = [f"import functools, helpers\n@{decorator}\ndef f(x):\n    return x", "%%step a\nf(1)", "%%step b\nf(1)"]
    assert edges(beside(_DECORATORS, *cells).graph) == set()


_ASKED = """
PLAIN = 1
from json import loads
_values = {"rows": []}
def __getattr__(name):
    return _values[name]
def put(x):
    _values["rows"] = x
"""


@pytest.mark.parametrize("use", ["helpers.rows.append(1)", "helpers.rows[0] = 1", "helpers.put(1)"])
@pytest.mark.parametrize("look", ["helpers.rows", "get()"])
def test_a_name_that_a_module_has_not_bound_asks_its_getattr(beside, use, look):
    cells = ["import helpers\ndef get():\n    return helpers.rows", f"%%step a\n{use}", f"%%step b\nx = {look}"]
    assert "a>b:state:module:helpers:_values" in edges(beside(_ASKED, *cells).graph)


@pytest.mark.parametrize("look", ["helpers.PLAIN", "helpers.loads", "helpers"])
def test_what_a_module_has_bound_asks_nobody(beside, look):
    cells = ["import helpers", "%%step a\nhelpers.put(1)", f"%%step b\nx = {look}"]
    assert edges(beside(_ASKED, *cells).graph) == set()


def test_another_module_may_ask_too(beside, tmp_path):
    (tmp_path / "other.py").write_text("import helpers\ndef get():\n    return helpers.rows")
    cells = ["import helpers, other", "%%step a\nhelpers.put(1)", "%%step b\nx = other.get()"]
    assert "a>b:state:module:helpers:_values" in edges(beside(_ASKED, *cells).graph)


@pytest.mark.parametrize(
    ("helpers", "crosses"),
    [(_ASKED, True), ("def __getattr__(name):\n    return name", False), ("rows = 1\n" + _ASKED, False)],
)
def test_what_a_module_gave_when_it_was_asked_is_a_value(beside, helpers, crosses):
    cells = ["from helpers import rows", "%%step a\nprint(rows)", "%%step b\nprint(rows)"]
    assert ("setup>a:rows" in edges(beside(helpers, *cells).graph)) is crosses


@pytest.mark.parametrize("load", ["from other import add", "import other as o\n    add = o.add"])
def test_what_a_function_imports_itself_counts(beside, tmp_path, load):
    (tmp_path / "other.py").write_text("seen = []\ndef add(x):\n    seen.append(x)\n")
    assert crossing(f"def f(x):\n    {load}\n    add(x)", beside) == {"a>b:state:module:other:seen"}


@pytest.mark.parametrize("load", ["from other import add", "from other import *", "import other\nadd = other.add"])
def test_what_a_module_imports_counts(beside, tmp_path, load):
    (tmp_path / "other.py").write_text("seen = []\ndef add(x):\n    seen.append(x)\n")
    known = {"a>b:state:module:other:seen"} if "=" not in load else set()  # left to the guard of the modules
    assert crossing(f"{load}\ndef f(x):\n    add(x)", beside) == known


def test_what_one_function_imports_is_unknown_to_the_next(beside, tmp_path):
    (tmp_path / "other.py").write_text("seen = []\ndef add(x):\n    seen.append(x)\n")
    assert crossing("def g():\n    from other import add\ndef f(x):\n    add(x)", beside) == set()


@pytest.mark.parametrize(
    "body", ["globals()[x] = 1", "return globals().get(x)", "exec(x, globals())", "return eval(x)"]
)
def test_a_function_of_a_module_looks_names_up_in_its_own_module(beside, body):
    analysis = beside(f"def f(x):\n    {body}", "from helpers import f", "%%step a\nf('n')", "%%step b\nf('n')")
    assert codes(analysis) == []


def test_what_a_module_sets_of_itself_is_no_patch_of_a_library(beside):
    helpers = "import sys\ndef f(x):\n    setattr(sys.modules[__name__], 'n', x)\n    return x"
    analysis = beside(helpers, "import helpers", "%%step a\ny = helpers.f(1)", "%%step b\nprint(helpers.n)")
    assert codes(analysis) == []


_WEAKLY = """
import weakref
live = weakref.{}()
class Node:
    def __init__(self, name):
        {}
def keep(node):
    live[node] = live[node] = 1
def names():
    return list(live)
"""
_FILLED = {
    "WeakSet": "live.add(self)",
    "WeakValueDictionary": "live[name] = self",
    "WeakKeyDictionary": "live[self] = 1",
}


@pytest.mark.parametrize(("kind", "fills"), _FILLED.items(), ids=_FILLED)
@pytest.mark.parametrize("lets_go", ["del n", "n = None", "n = [1]", "for n in ():\n    pass"])
def test_who_lets_go_of_an_object_changes_the_collection_that_refers_weakly_to_it(beside, kind, fills, lets_go):
    cells = ["%%step a\nn = helpers.Node('n')", f"%%step b\n{lets_go}", "%%step c\nprint(helpers.names())"]
    found = edges(beside(_WEAKLY.format(kind, fills), "import helpers", *cells).graph)
    assert {"a>b:n", "b>c:state:module:helpers:live"} <= found


def test_what_a_function_is_given_may_be_in_there_too(beside):
    cells = ["%%step a\nn = len\nm = [1]\nhelpers.keep(m)", "%%step b\ndel m", "%%step c\nprint(helpers.names())"]
    helpers = _WEAKLY.format("WeakSet", "pass")
    assert "b>c:state:module:helpers:live" in edges(beside(helpers, "import helpers", *cells).graph)


def test_objects_go_with_the_collection_that_refers_weakly_to_them(beside):
    helpers = _WEAKLY.format("WeakSet", "live.add(self)")
    cells = ["%%step a\nn = helpers.Node('n')", "%%step b\nk = helpers.Node('k')", "%%step c\nprint(n in helpers.live)"]
    assert {"a>b:n", "b>c:n"} <= edges(beside(helpers, "import helpers", *cells).graph)


@pytest.mark.parametrize("live", ["WeakSet", "OrderedDict"])
def test_who_lets_go_of_something_else_changes_nothing(beside, live):
    helpers = _WEAKLY.replace("import weakref", "import weakref, collections").format(live, "live.add(self)")
    helpers = helpers.replace("weakref.O", "collections.O")
    name = "x" if live == "WeakSet" else "n"
    cells = ["%%step a\nx = [1]\nn = helpers.Node('n')", f"%%step b\ndel {name}", "%%step c\nprint(helpers.names())"]
    assert "a>c:state:module:helpers:live" in edges(beside(helpers, "import helpers", *cells).graph)


_PLUG = "ITEMS = {'a': int}\ndef put(x):\n    ITEMS[x] = x\n    return put\nclass Base:\n    kinds = {}\n"
_PLUG += "    def __init_subclass__(cls):\n        Base.kinds[cls] = 1\n"
_REGISTERS = {
    "a call": "plug.put('x')",
    "a decorator": "@plug.put\ndef f():\n    pass",
    "a decorator of a class": "@plug.put\nclass C:\n    pass",
    "a decorator of a method": "class C:\n    @plug.put\n    def f(self):\n        pass",
    "a base": "class C(plug.Base):\n    pass",
    "a metaclass": "class C(metaclass=plug.Base):\n    pass",
    "a class body": "class C:\n    x = plug.put(1)",
    "a default": "def f(x=plug.put(1), *, y=2, z):\n    pass",
    "a default by name": "def f(*, y=plug.put(1), z):\n    pass",
    "an item": "plug.ITEMS['x'] = 1",
    "a function of its own": "def fill():\n    plug.put(1)\nfill()",
    "an item in a block": "if True:\n    plug.ITEMS['x'] = 1",
}
_KEEPS = {
    "its own things": "ROWS = []\nROWS.append(1)\ndef up():\n    ROWS.append(2)\nup()",
    "a body": "def f():\n    plug.put(1)",
    "a method": "class C:\n    def f(self):\n        plug.put(1)",
}


def _registering(beside: Any, tmp_path: Path, helpers: str, *cells: str) -> Analysis:
    (tmp_path / "plug.py").write_text(_PLUG)
    return beside(f"import plug\n{helpers}", "import plug", *cells)


@pytest.mark.parametrize("helpers", _REGISTERS.values(), ids=_REGISTERS)
def test_an_import_that_changes_another_module_is_made_in_every_later_step(beside, tmp_path, helpers):
    found = _registering(beside, tmp_path, helpers, "%%step a\nimport helpers", "%%step b\nprint(plug.ITEMS)")
    assert "import helpers" in text(found.graph, "b")


@pytest.mark.parametrize("helpers", _KEEPS.values(), ids=_KEEPS)
def test_an_import_that_changes_its_own_module_only_is_made_where_it_is_needed(beside, tmp_path, helpers):
    found = _registering(beside, tmp_path, helpers, "%%step a\nimport helpers", "%%step b\nprint(plug.ITEMS)")
    assert "import helpers" not in text(found.graph, "b")


def test_an_import_after_a_change_of_what_it_changes_too_hands_that_on(beside, tmp_path):
    cells = ["%%step a\nplug.put(1)", "%%step b\nimport helpers", "%%step c\nprint(plug.ITEMS)"]
    found = _registering(beside, tmp_path, "plug.put(2)", *cells)
    assert {"a>b:state:module:plug:ITEMS", "b>c:state:module:plug:ITEMS"} <= edges(found.graph)


@pytest.mark.parametrize("load", ["importlib.import_module(x)", "__import__(x)"])
def test_a_module_that_is_imported_by_name_may_change_what_functions_change(beside, tmp_path, load):
    text = f"import importlib\ndef load(x):\n    {load}"
    cells = ["%%step a\nimport helpers\nhelpers.load('x')", "%%step b\nprint(plug.ITEMS)"]
    assert "a>b:state:module:plug:ITEMS" in edges(_registering(beside, tmp_path, text, *cells).graph)
    cells = [f"%%step a\nimport importlib\nfor x in ():\n    {load}", "%%step b\nprint(plug.ITEMS)"]
    assert "a>b:state:module:plug:ITEMS" in edges(_registering(beside, tmp_path, "", *cells).graph)


@pytest.mark.parametrize(("base", "crosses"), [("plug.ITEMS['a']", True), ("plug.Base", False), ("KINDS['a']", False)])
def test_a_class_made_of_what_a_module_keeps_is_a_value(beside, tmp_path, base, crosses):
    cells = [f"KINDS = {{'a': int}}\nclass F({base}):\n    pass", "%%step a\nF()", "%%step b\nF()"]
    assert ("setup>a:F" in edges(_registering(beside, tmp_path, "", *cells).graph)) is crosses


_RELOADED = "rows = []\nclass K:\n    pass\ndef add(x):\n    rows.append(x)"


@pytest.mark.parametrize("setup", ["", "%%step first\n"])
def test_a_reload_is_repeated_and_makes_the_state_anew(beside, setup):
    reload = f"{setup}import importlib, helpers\nfrom helpers import K\nimportlib.reload(helpers)"
    graph = beside(_RELOADED, reload, "%%step a\nhelpers.add(1)", "%%step b\nprint(helpers.rows, K)").graph
    assert all("reload(helpers)" in text(graph, name) for name in "ab")
    assert edges(graph) == {"a>b:state:module:helpers:rows"}


@pytest.mark.parametrize(
    ("helpers", "before", "after", "refused"),
    [
        (_RELOADED, "k = helpers.K()", "print(k)", True),
        (_RELOADED, "from helpers import K\nk = K()", "print(k)", True),
        (_RELOADED, "class F(helpers.K):\n    pass", "print(k)", True),
        (_RELOADED, "def make():\n    return helpers.K()", "print(1)", False),
        (_RELOADED, "from helpers import K", "print(1)", False),
        (_RELOADED, "importlib.reload(helpers)", "print(1)", False),
        (_RELOADED, "k = len('helpers')", "print(k)", False),
        (_RELOADED, "k = helpers.K()", "", False),
        ("rows = []", "helpers.rows.append(1)", "print(1)", False),
    ],
)
def test_a_reload_after_objects_were_made_is_refused(beside, helpers, before, after, refused):
    cells = ["import importlib, helpers", f"%%step a\n{before}", "%%step b\nimportlib.reload(helpers)"]
    analysis = beside(helpers, *cells, *([f"%%step c\n{after}"] if after else []))
    assert ("CL302" in codes(analysis)) is refused


def test_a_reload_within_more_changes_the_state(beside):
    cells = ["import importlib, helpers", "%%step a\nm = importlib.reload(helpers)", "%%step b\nprint(helpers.rows)"]
    assert "a>b:state:module:helpers:rows" in edges(beside(_RELOADED, *cells).graph)


def test_a_reload_after_changes_is_repeated_before_the_state_is_taken(beside):
    helpers = "rows = []\ndef add(x):\n    rows.append(x)"
    cells = [
        "%%step a\nhelpers.add(1)",
        "%%step b\nimportlib.reload(helpers)\nhelpers.add(2)",
        "%%step c\nhelpers.add(3)",
    ]
    analysis = beside(helpers, "import importlib, helpers\nfrom helpers import add", *cells)
    assert codes(analysis) == []
    assert edges(analysis.graph) == {"b>c:state:module:helpers:rows"}
    assert "reload(helpers)" in text(analysis.graph, "c")


_IMPLICIT = {
    "__add__": "k + 1", "__radd__": "1 + k", "__iadd__": "k += 1", "__neg__": "y = -k", "__bool__": "y = not k",
    "__eq__": "y = k == 1", "__contains__": "y = 1 in k", "__getitem__": "y = k[0]", "__setitem__": "k[0] = 1",
    "__delitem__": "del k[0]", "__enter__": "with k:\n    pass", "__exit__": "with k:\n    pass",
    "__iter__": "for y in k:\n    pass", "__next__": "y = [z for z in k]", "__len__": "y = len(k)",
    "__call__": "y = k()", "__str__": "print(k)", "__repr__": "k", "__format__": "y = f'{k}'",
    "__hash__": "y = hash(k)", "__int__": "y = int(k)",
}  # fmt: skip
_ANYWHERE = {"if": "if k:\n    pass", "sorted": "y = sorted(k)", "star": "y = [*k]", "or": "y = k or 1"}


@pytest.mark.parametrize(("method", "use"), _IMPLICIT.items(), ids=_IMPLICIT)
def test_methods_that_python_calls_itself_count(beside, method, use):
    helpers = f"seen = []\nclass K:\n    def {method}(self, *a):\n        seen.append(1)\nk = K()\ndef f(k):\n    {use}"
    helpers = helpers.replace("\n    pass", "\n        pass")
    name = "b>c:state:module:helpers:seen"
    cells = ["import helpers", "%%step a\nk = helpers.K()", f"%%step b\n{use}", "%%step c\nx = helpers.seen"]
    assert name in edges(beside(helpers, *cells).graph)
    cells[2] = "%%step b\nhelpers.f(1)"
    assert name in edges(beside(helpers, *cells).graph)
    other = helpers.replace(method, "__reversed__")
    assert name not in edges(beside(other, *cells).graph)


@pytest.mark.parametrize("use", _ANYWHERE.values(), ids=_ANYWHERE)
@pytest.mark.parametrize("methods", [("__bool__", "__len__"), ("__iter__", "__next__")])
def test_methods_count_where_a_value_is_asked_or_gone_through(beside, methods, use):
    text = "".join(f"    def {method}(self):\n        seen.append(1)\n" for method in methods)
    cells = ["import helpers", "%%step a\nk = helpers.K()", f"%%step b\n{use}", "%%step c\nx = helpers.seen"]
    found = edges(beside(f"seen = []\nclass K:\n{text}", *cells).graph)
    asks = use.startswith("if") or "or 1" in use
    assert ("b>c:state:module:helpers:seen" in found) is (asks is (methods[0] == "__bool__"))


@pytest.mark.parametrize("use", ["y = k is None", "y = k is not None"])
def test_no_method_is_called_for_identity(beside, use):
    helpers = "seen = []\nclass K:\n    def __add__(self, o):\n        seen.append(1)\n    __eq__ = __add__"
    cells = ["import helpers", "%%step a\nk = helpers.K()", f"%%step b\n{use}", "%%step c\nx = helpers.seen"]
    assert "b>c:state:module:helpers:seen" not in edges(beside(helpers, *cells).graph)


def test_what_a_method_reads_that_python_calls_itself_is_needed(beside):
    helpers = "seen = []\nclass K:\n    def __add__(self, o):\n        return len(seen)\ndef f(x):\n    seen.append(x)"
    cells = ["import helpers\nk = helpers.K()", "%%step a\nhelpers.f(1)", "%%step b\ny = sum([k + z for z in (1, 2)])"]
    assert "a>b:state:module:helpers:seen" in edges(beside(helpers, *cells).graph)


@pytest.mark.parametrize(("body", "crosses"), [("return [self, x]", True), ("return x * x", False)])
def test_what_the_cache_of_a_method_holds_is_handed_on_with_its_class(beside, body, crosses):
    helpers = f"import functools\nclass C:\n    @functools.lru_cache\n    def f(self, x):\n        {body}\nc = C()"
    assert (crossing(helpers, beside, "helpers.C().f(1)") == {"a>b:state:module:helpers:C"}) is crosses


@pytest.mark.parametrize(
    ("helpers", "repeated"),
    [
        ("import codecs\nclass C:\n    pass\ncodecs.register_error('c', C)", True),
        (
            "from pandas.api.extensions import register_series_accessor\n@register_series_accessor('c')\nclass C: pass",
            True,
        ),
        ("import numbers\n@numbers.Number.register\nclass C: pass", True),
        ("import atexit\n@atexit.register\ndef f(): pass", False),
        ("import codecs\ndef f():\n    codecs.register_error('c', f)", False),
        ("import codecs\ncodecs.lookup('ascii')", False),
        ("def register(f): return f\n@register\ndef g(): pass", False),
    ],
)
def test_a_module_that_gives_something_to_a_library_is_imported_in_every_step(beside, helpers, repeated):
    analysis = beside(helpers, "import helpers", "%%step a\nprint(1)", "%%step b\nhelpers.x = 1")
    assert analysis.ok
    assert ("import helpers" in text(analysis.graph, "a")) == repeated

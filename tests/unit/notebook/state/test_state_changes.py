"""State of the process that a step changes: repeated in later steps, in document order, or refused."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes, edges, graph_of, text

_IMPORTS = "import os, sys, logging, warnings\nimport pandas as pd\nfrom decimal import getcontext"


@pytest.mark.parametrize(
    "change",
    [
        "os.environ['A'] = '1'",
        "os.environ.pop('A')",
        "del os.environ['A']",
        "sys.path.insert(0, 'lib')",
        "warnings.simplefilter('error')",
        "pd.set_option('display.precision', 2)",
        "pd.options.display.precision = 2",
        "getcontext().prec = 5",
        "logging.getLogger('a').setLevel(10)",
        "if sys.platform != 'win32':\n    os.environ['A'] = '1'",
    ],
)
def test_later_steps_repeat_it_although_they_do_not_mention_it(change: str) -> None:
    graph = graph_of(_IMPORTS, "%%step a\nx = len('a')", f"%%step b\n{change}", "%%step c\nprint(x)")
    assert change in text(graph, "c")
    assert change not in text(graph, "a")
    assert text(graph, "b").count(change) == 1


def test_a_call_of_an_own_function_that_changes_state_is_repeated() -> None:
    graph = graph_of(
        _IMPORTS, "def configure():\n    os.environ['A'] = '1'", "%%step a\nconfigure()", "%%step b\nprint(1)"
    )
    assert "configure()" in text(graph, "b").splitlines()


@pytest.mark.parametrize(
    "change",
    [
        "k = os.environ.pop('A')",
        "for k in ('A', 'B'):\n    os.environ[k] = '1'",
        "if print(k := 1) is None:\n    os.environ['A'] = '1'",
    ],
)
def test_what_makes_a_value_for_others_as_well_is_handed_on(change: str) -> None:
    graph = graph_of(_IMPORTS, f"%%step a\n{change}", "%%step b\nprint(k)", "%%step c\nprint(1)")
    assert edges(graph) == {"a>b:k", "a>b:state:environ", "a>c:state:environ"}


def test_after_a_change_that_is_handed_on_later_changes_are_too() -> None:
    change = "os.environ['A'] = '2'"
    graph = graph_of(
        _IMPORTS, "%%step a\nk = os.environ.pop('A')", f"%%step b\n{change}", "%%step c\nprint(1)", "%%step d\nprint(k)"
    )
    environ = "state:environ"
    assert edges(graph) == {f"a>b:{environ}", f"b>c:{environ}", f"b>d:{environ}", "a>d:k"}
    assert change not in text(graph, "c")


def test_a_change_made_with_a_value_that_changes_later_is_handed_on() -> None:
    graph = graph_of(
        _IMPORTS, "%%step a\nn = len('a')\nos.environ['A'] = str(n)", "%%step b\nn = 7", "%%step c\nprint(n)"
    )
    assert edges(graph) == {"a>b:state:environ", "b>c:n", "a>c:state:environ"}


def test_a_change_of_two_kinds_after_one_is_handed_on_hands_on_both() -> None:
    go = "def go():\n    os.environ['B'] = '1'\n    os.chdir('/')"
    graph = graph_of(_IMPORTS, go, "%%step a\nk = os.environ.pop('A')", "%%step b\ngo()", "%%step c\nprint(k)")
    assert edges(graph) == {"a>b:state:environ", "a>c:k", "b>c:state:cwd", "b>c:state:environ"}


@pytest.mark.parametrize(
    "change", ["warnings.simplefilter('ignore')", "sys.setrecursionlimit(2000)", "sys.setswitchinterval(1)"]
)
def test_a_change_of_another_kind_is_repeated_where_one_is_handed_on(change: str) -> None:
    cells = "%%step a\nk = os.environ.pop('A')", f"%%step b\n{change}\nprint(k)", "%%step c\nprint(1)"
    graph = graph_of(_IMPORTS, *cells)
    assert edges(graph) == {"a>b:k", "a>b:state:environ", "a>c:state:environ"}
    assert change in text(graph, "c")


def test_an_object_that_changes_the_process_when_it_is_called_is_found_by_its_class() -> None:
    setup = "import os\nclass C:\n    def __call__(self):\n        os.environ['A'] = '1'"
    graph = graph_of(setup, "%%step a\nc = C()", "%%step b\nc()", "%%step c\nprint(1)")
    assert "b>c:state:environ" in edges(graph)


def test_a_change_before_the_one_that_is_handed_on_is_repeated() -> None:
    before = "os.environ['B'] = '1'"
    graph = graph_of(_IMPORTS, f"%%step a\n{before}", "%%step b\nk = os.environ.pop('A')", "%%step c\nprint(k)")
    assert edges(graph) == {"b>c:k", "b>c:state:environ"}
    assert before in text(graph, "b")


def test_a_statement_that_may_seed_and_changes_more_is_not_repeated() -> None:
    change = "if len('a'):\n    random.seed(1)\n    os.environ['A'] = '1'"
    graph = graph_of("import os, random\nrandom.seed(2)", f"%%step a\n{change}", "%%step b\nprint(random.random())")
    assert edges(graph) == {"a>b:state:environ", "a>b:state:random"}


@pytest.mark.parametrize(
    "definition",
    [
        "class C:\n    x = go()",
        "@go\nclass C:\n    pass",
        "@go\ndef f():\n    pass",
        "def f(x=go()):\n    pass",
    ],
)
def test_a_definition_that_changes_the_process_when_it_is_made_is_repeated(definition: str) -> None:
    go = "import os\ndef go(x=1):\n    os.environ['A'] = '1'\n    return x"
    assert definition in text(graph_of(go, definition, "%%step a\nprint(1)", "%%step b\nprint(2)"), "b")
    assert definition in text(graph_of(go, f"%%step a\n{definition}", "%%step b\nprint(2)"), "b")


@pytest.mark.parametrize(
    "definition",
    [
        "f = lambda: os.environ.update(A='1')",
        "if len('a'):\n    def f():\n        os.environ['A'] = '1'",
        "if len('a'):\n    class A:\n        def f(self):\n            os.environ['A'] = '1'",
        "def f():\n    os.environ['A'] = '1'",
    ],
)
def test_a_function_that_would_change_the_process_changes_nothing_when_it_is_defined(definition: str) -> None:
    graph = graph_of(_IMPORTS, f"%%step a\n{definition}", "%%step b\nprint(1)")
    assert definition not in text(graph, "b")


def test_what_cannot_be_handed_on_and_not_repeated_is_refused() -> None:
    change = "for k in (2000, 3000):\n    sys.setrecursionlimit(k)"
    analysis = analysed(_IMPORTS, f"%%step a\n{change}", "%%step b\nprint(k)")
    assert codes(analysis) == ["CL302"]
    assert codes(analysed(_IMPORTS, f"%%step a\n{change}", "%%step b\nprint(1)")) == []
    assert codes(analysed(_IMPORTS, "%%step a\nprint(1)", f"%%step b\n{change}\nprint(k)")) == []


@pytest.mark.parametrize(
    ("imports", "change"),
    [
        ("from os import environ", "environ['A'] = '1'"),
        ("from os import environ", "environ |= {'A': '1'}"),
        ("import os\ne = os.environ", "e['A'] = '1'"),
        ("import os", "os.environ.update(A='1')"),
        ("import os", "os.putenv('A', '1')"),
        ("from decimal import getcontext\nctx = getcontext()", "ctx.prec = 5"),
        ("import logging\nh = logging.StreamHandler()", "logging.getLogger('a').addHandler(h)"),
        ("import pandas as pd\nopts = pd.options.display", "opts.precision = 3"),
        ("import builtins", "builtins.say = print"),
        ("import mylib", "setattr(mylib, 'SCALE', 2)"),
        ("import os\nclass C:\n    def go(self):\n        os.environ['A'] = '1'\nc = C()", "c.go()"),
        ("import os\nclass C:\n    def __init__(self):\n        os.environ['A'] = '1'", "C()"),
        ("import os\nclass B:\n    def __init__(self):\n        os.environ['A'] = '1'\nclass C(B):\n    pass", "C()"),
        ("import os, abc\nclass C(abc.ABC):\n    def __init__(self):\n        os.environ['A'] = '1'", "C()"),
        ("def go():\n    import os\n    os.environ['A'] = '1'", "go()"),
        ("import os\ndef go():\n    os.environ['A'] = '1'\ndef outer():\n    go()", "outer()"),
        ("import os", "try:\n    os.environ['A'] = '1'\nexcept KeyError:\n    pass"),
        ("import os, pandas as pd", "with pd.option_context('display.width', 2):\n    os.environ['A'] = '1'"),
        ("import socket", "socket.setdefaulttimeout(3)"),
        ("import matplotlib.pyplot as plt", "plt.style.use('ggplot')"),
    ],
)
def test_a_change_is_found_through_aliases_functions_and_blocks(imports: str, change: str) -> None:
    graph = graph_of(imports, "%%step a\nx = 1", f"%%step b\n{change}", "%%step c\nprint(1)")
    assert change in text(graph, "c")


@pytest.mark.parametrize(
    "change",
    [
        "with cd('/'):\n    pass",
        "with CD():\n    pass",
        "try:\n    os.chdir('/')\nfinally:\n    os.chdir(here)",
        "x = {}.update(a=1)",
        "import numpy as np\nx = np.char.add('a', 'b')",
    ],
)
def test_what_puts_the_state_back_is_no_change(change: str) -> None:
    context = (
        "import os, contextlib\nhere = 'x'\n@contextlib.contextmanager\ndef cd(p):\n    os.chdir(p)\n    try:\n"
        "        yield\n    finally:\n        os.chdir(here)\nclass CD:\n    def __enter__(self):\n"
        "        os.chdir('/')\n    def __exit__(self, *a):\n        os.chdir(here)"
    )
    graph = graph_of(context, f"%%step a\n{change}", "%%step b\nprint(1)")
    assert change not in text(graph, "b")
    assert edges(graph) == set()


def test_a_finally_that_changes_what_was_changed_before_it_is_a_change() -> None:
    change = "try:\n    x = 1\nfinally:\n    os.environ['A'] = '1'"
    assert change in text(graph_of(_IMPORTS, f"%%step a\n{change}", "%%step b\nprint(1)"), "b")


def test_redirecting_prints_and_putting_that_back_is_no_change() -> None:
    redirect = "import io\nb = io.StringIO()\nsys.stdout = b\nprint(1)"
    assert codes(analysed(_IMPORTS, f"%%step a\n{redirect}", "%%step b\nprint(2)")) == ["CL302"]
    assert codes(analysed(_IMPORTS, f"%%step a\n{redirect}\nsys.stdout = sys.__stdout__", "%%step b\nprint(2)")) == []


def test_a_step_tells_which_statements_later_steps_repeat() -> None:
    graph = graph_of(_IMPORTS, "%%step a\nos.environ['A'] = '1'\nos.umask(0)", "%%step b\nprint(1)")
    assert [step.repeated for step in graph.steps] == [((2, 2), (2, 3)), ()]


@pytest.mark.parametrize(
    "block",
    [
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')",
        "with pd.option_context('display.precision', 2):\n    pd.set_option('display.width', 2)",
    ],
)
def test_what_is_undone_at_the_end_of_a_block_is_no_change(block: str) -> None:
    analysis = analysed(_IMPORTS, f"%%step a\n{block}", "%%step b\nprint(1)")
    assert codes(analysis) == []
    assert block not in text(analysis.graph, "b")


def test_nothing_is_repeated_after_the_last_step() -> None:
    assert codes(analysed(_IMPORTS, "%%step a\nx = 1", "%%step b\nn = os.environ.pop('A')")) == []


def test_filters_that_a_block_puts_back_are_no_lost_change() -> None:
    block = "with warnings.catch_warnings():\n    warnings.simplefilter('error')"
    assert codes(analysed(_IMPORTS, f"%%step a\n{block}", "%%step b\nwarnings.warn('x')")) == []


@pytest.mark.parametrize(
    "use",
    [
        "data = pd.DataFrame()\n# --\ndata.columns = ['a']",
        "data = pd.DataFrame()\n# --\nsetattr(data, 'columns', ['a'])",
        "def rename(data):\n    data.columns = ['a']\nrename(pd.DataFrame())",
        "def rename():\n    data = pd.DataFrame()\n    setattr(data, 'columns', ['a'])\nrename()",
    ],
)
def test_a_variable_named_like_an_import_is_no_module(use: str) -> None:
    first, _, second = use.partition("\n# --\n")
    steps = f"%%step b\n{first}", f"%%step c\n{second}", "%%step d\nprint(1)"
    analysis = analysed(_IMPORTS, "%%step a\nfrom os import path as data", *steps)
    assert codes(analysis) == []
    assert "columns" not in text(analysis.graph, "d")
    assert "columns" not in text(analysed(_IMPORTS, f"%%step b\n{first}\n{second}", "%%step d\n1").graph, "d")


def test_what_a_function_imports_itself_is_a_module() -> None:
    patch = "def patch():\n    from decimal import Decimal\n    Decimal.half = lambda self: self / 2\npatch()"
    graph = graph_of(_IMPORTS, f"%%step a\n{patch}", "%%step b\nprint(1)")
    assert "patch()" in text(graph, "b").splitlines()


def test_a_change_that_says_so_is_repeated_where_a_step_has_made_it() -> None:
    change = "def configure():\n    os.environ['A'] = '1'\n    print('done')\nconfigure()"
    graph = graph_of(_IMPORTS, f"%%step a\n{change}", "%%step b\nprint(1)")
    assert "configure()" in text(graph, "b").splitlines()


_BYE = "def bye(path):\n    with open(path, 'w') as f:\n        f.write('bye')\n"


@pytest.mark.parametrize(
    ("registers", "told"),
    [
        ("_ = atexit.register(bye, 'a.txt')", True),
        ("atexit.register(shutil.rmtree, folder)", True),
        ("@atexit.register\ndef end():\n    os.remove('a.txt')", True),
        ("@atexit.register\ndef end():\n    print('end')", False),
        ("atexit.register(print, 'end')", False),
        ("atexit.register(folder.close)", False),
    ],
)
def test_what_an_exit_handler_writes_would_be_there_too_early(registers: str, told: bool) -> None:
    setup = ("import atexit, os, shutil", _BYE, "folder = 'work'")
    other = "%%step b\nprint(1)"
    assert codes(analysed(*setup, f"%%step a\n{registers}", other)) == (["CL302"] if told else [])
    assert codes(analysed(*setup, "%%step a\nprint(1)", f"%%step b\n{registers}")) == []
    assert codes(analysed(*setup, registers, "%%step a\nprint(1)")) == []
    assert ("CL302" in codes(analysed(*setup, registers, "%%step a\nprint(1)", other))) is told


@pytest.mark.parametrize(
    ("body", "call", "repeated"),
    [
        ("setattr(target, 'default', value)", "patch(json.JSONEncoder, 1)", True),
        ("target.default = value", "patch(value=1, target=json.JSONEncoder)", True),
        ("print(target.default)", "patch(json.JSONEncoder, 1)", False),
        ("target.default = value", "patch(A, json)", False),
    ],
)
def test_what_a_function_sets_on_something_of_a_library_is_repeated(body: str, call: str, repeated: bool) -> None:
    setup = ("import json\nclass A:\n    pass", f"def patch(target, value):\n    {body}")
    graph = graph_of(*setup, f"%%step a\n{call}", "%%step b\nprint(json.dumps(1))")
    assert (call in text(graph, "b")) is repeated


def test_the_object_of_a_method_is_not_what_the_call_gives() -> None:
    setup = ("import sys\nclass Tee:\n    def __init__(self, to):\n        self.to = to",)
    assert codes(analysed(*setup, "%%step a\nt = Tee(sys.stdout)", "%%step b\nprint(t)")) == []


@pytest.mark.parametrize(
    ("change", "repeated"),
    [
        ("@pd.api.extensions.register_dataframe_accessor('own')\nclass Own:\n    pass", True),
        ("@pd.api.extensions.register\ndef own():\n    pass", True),
        ("@atexit.register\ndef own():\n    pass", False),
        ("@pd.api.extensions.wrapped('own')\ndef own():\n    pass", False),
        ("codecs.register_error('star', len)", True),
        ("matplotlib.colormaps.register(1)", True),
        ("codecs.unregister(len)", True),
        ("logging.setLogRecordFactory(len)", True),
    ],
)
def test_what_a_library_is_given_to_keep_it_is_given_in_each_step(change: str, repeated: bool) -> None:
    imports = "import atexit, codecs, logging, matplotlib\nimport pandas as pd"
    assert (change in text(graph_of(imports, f"%%step a\n{change}", "%%step b\nprint(1)"), "b")) is repeated
    assert (change in text(graph_of(imports, change, "%%step a\nx = 1", "%%step b\nprint(1)"), "b")) is repeated


@pytest.mark.parametrize(
    "change", ["logging.addLevelName(5, 'T')", "logging.setLoggerClass(A)", "matplotlib.colormaps.register(1)"]
)
def test_what_no_step_can_hand_on_is_refused_where_it_is_not_repeated(change: str) -> None:
    go = f"import logging, matplotlib\nclass A:\n    pass\ndef go():\n    {change}\n    return 3"
    assert codes(analysed(go, "%%step a\nn = go()", "%%step b\nprint(n)")) == ["CL302"]


def test_a_step_that_goes_to_another_folder_hands_that_on() -> None:
    for go in ("import os", "from os import chdir"):
        graph = graph_of(go, f"%%step a\n{go.split()[-1].replace('os', 'os.chdir')}('x')", "%%step b\nprint(1)")
        assert edges(graph) == {"a>b:state:cwd"}
    assert "cd" in text(graph_of("%%step a\n%cd x", "%%step b\nprint(1)"), "b")
    assert "os.chdir('x')" in text(graph_of("import os", "os.chdir('x')", "%%step a\nx = 1", "%%step b\nprint(1)"), "b")


def test_a_statement_that_changes_two_kinds_hands_on_both() -> None:
    both = "def both(v):\n    os.environ['K'] = v\n    decimal.getcontext().prec = 5"
    first = "%%step a\ny = os.environ.setdefault('K', '1')\nprint(y)"  # it cannot be repeated
    graph = graph_of(f"import os, decimal\n{both}", first, "%%step b\nboth('2')", "%%step c\nprint(os.environ['K'])")
    assert {"b>c:state:environ", "b>c:state:decimal"} <= edges(graph)

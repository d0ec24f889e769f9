"""Names that cannot be resolved are reported with cell, line and fix."""

from __future__ import annotations

from typing import Any

import pytest

from unit.notebook.make_notebook import analysed, codes


def only(*cells: Any) -> Any:
    (diagnostic,) = analysed(*cells).diagnostics
    return diagnostic


def test_a_name_that_nothing_defines() -> None:
    diagnostic = only("%%step a\nx = 1", "%%step b\nfor _ in [x]:\n    print(y)")
    assert (diagnostic.code, diagnostic.cell, diagnostic.line, diagnostic.column) == ("CL104", "c2", 3, 11)
    assert diagnostic.message == "`y` is used in step b, but nothing above defines it."


@pytest.mark.parametrize(
    "cell",
    [
        "if x:\n    y",
        "if x:\n    pass\nelse:\n    y",
        "x or y",
        "y if x else 1",
        "try:\n    x\nexcept ValueError:\n    y",
        "match x:\n    case 1:\n        y",
        "def f():\n    if x:\n        y\nf()",
    ],
)
def test_a_name_that_only_a_branch_uses_is_a_warning(cell: str) -> None:
    diagnostic = only("x = len('a')", f"%%step b\n{cell}")
    assert (diagnostic.code, diagnostic.severity, diagnostic.cell) == ("CL112", "warning", "c2")
    assert "`y`" in diagnostic.message


@pytest.mark.parametrize("test", ["True", "1", '__name__ == "__main__"'])
def test_a_branch_that_is_always_taken_is_none(test: str) -> None:
    assert only(f"%%step b\nif {test}:\n    y").code == "CL104"


def test_a_name_that_an_inner_loop_binds_may_be_there() -> None:
    loop = "for i in range(3):\n    for j in range(2):\n        y = i * j\n    print(y)"
    assert codes(analysed(f"%%step a\n{loop}")) == []
    assert only(f"%%step a\n{loop}\nprint(z)").code == "CL104"


def test_a_name_defined_only_below_says_where() -> None:
    diagnostic = only("%%step a\nprint(y)", "%%step b\n\ny = 1")
    assert diagnostic.code == "CL105"
    assert "cell 2, line 3" in diagnostic.message


def test_a_name_used_before_its_own_assignment() -> None:
    assert only("%%step a\nx = x + 1").code == "CL105"


def test_a_deleted_name_says_where_it_was_deleted() -> None:
    diagnostic = only("%%step a\nx = len('a')\ndel x", "%%step b\nprint(x)")
    assert diagnostic.code == "CL113"
    assert "cell 1, line 3" in diagnostic.message


def test_a_name_missing_in_a_function_is_reported_where_the_function_is_called() -> None:
    diagnostic = only("def f():\n    return missing", "%%step a\nx = 1\nf()")
    assert (diagnostic.code, diagnostic.cell, diagnostic.line) == ("CL104", "c2", 3)
    assert "(through f())" in diagnostic.message


def test_a_name_missing_in_a_function_that_a_called_function_calls_is_reported() -> None:
    assert only("def f():\n    return g()\ndef g():\n    return missing", "%%step a\nf()").code == "CL104"


def test_a_function_that_is_never_called_may_read_what_is_not_there() -> None:
    diagnostic = only("def f():\n    return missing", "%%step a\nx = 1")
    assert (diagnostic.code, diagnostic.severity, diagnostic.cell, diagnostic.line) == ("CL118", "warning", "c1", 2)


def test_a_method_that_may_not_be_called_is_told_of_at_its_line() -> None:
    diagnostic = only("class M:\n    def go(self):\n        return missing", "%%step a\nM().go()")
    assert (diagnostic.code, diagnostic.cell, diagnostic.line, diagnostic.column) == ("CL118", "c1", 3, 16)


@pytest.mark.parametrize(
    "body",
    [
        "try:\n        return missing\n    except NameError:\n        return 1",
        "return globals().get('missing')",
        "return 'missing' in globals()",
        "if 'missing' not in globals():\n        return 0\n    return missing",
        "x: missing = 1\n    return x",
        "for i in ():\n        y: missing\n    return 1",
        "def g(x: 'missing'): pass",
        "return frame.query('@missing > 1')",
        "global missing\n    missing = 1\n    return missing",
    ],
)
def test_names_that_may_well_be_missing_are_not_told_of(body: str) -> None:
    assert codes(analysed(f"frame = 1\ndef f():\n    {body}", "%%step a\nx = 1")) == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    fast\nexcept NameError:\n    fast = None",
        "def f():\n    return later\nlater = 1\nf()",
        "def f(n):\n    return f(n - 1) if n else 0\nf(2)",
        "class A:\n    def make(self):\n        return A()\nA().make()",
        "print(len([]), __name__, max(1, 2), display)",
        "[_ for _ in range(3)]",
        "class M:\n    def go(self):\n        return later\nm = M()\nlater = 1\nm.go()",
        "def f():\n    def g():\n        return later\n    return g\ng = f()\nlater = 1\ng()",
        "import no_such_module_at_all\nno_such_module_at_all.f()",
        "def f():\n    return lambda: later\ng = f()\nlater = 1\ng()",
        "print(missing if 'missing' in globals() else 1)",
        "if 'missing' in vars():\n    print(missing)",
        "if 'missing' not in dir():\n    missing = 1\nprint(missing)",
    ],
)
def test_no_false_alarm(source: str) -> None:
    assert codes(analysed(f"%%step a\n{source}")) == []


def test_a_name_that_a_called_function_makes_global_may_be_read_by_its_caller() -> None:
    code = "def load():\n    global data\n    data = 1\ndef run():\n    load()\n    return data"
    assert codes(analysed(code, "%%step a\nprint(run(), data)")) == []


def test_star_imports_are_refused_at_their_line() -> None:
    diagnostic = only("import os\nfrom math import *", "%%step a\nx = 1")
    assert (diagnostic.code, diagnostic.cell, diagnostic.line) == ("CL109", "c1", 2)


@pytest.mark.parametrize(
    "source",
    [
        "exec(text)",
        "exec(f'f({text})')",
        "locals()",
        "vars().clear()",
        "show(globals())",
        "show(names=globals())",
        "show({'names': globals()})",
        "globals().pop(text)",
        "globals().setdefault(text, 1)",
        "import sys\nshow(sys.modules[__name__], 'x')",
        "import __main__",
    ],
)
def test_names_that_are_reached_by_a_text_that_is_not_known_are_refused(source: str) -> None:
    assert codes(analysed("text = str('a')\nshow = print", f"%%step a\n{source}")) == ["CL110"]


@pytest.mark.parametrize("maker", ["globals()[text] = 1", "exec(f'v{text} = 1')", "globals().update(given)"])
@pytest.mark.parametrize("use", ["eval(text)", "globals()[text]", "[n for n in globals()]", "'{v}'.format(**vars())"])
def test_names_made_by_text_and_looked_up_by_text_in_another_step_are_refused(maker: str, use: str) -> None:
    setup = "text = str('a')\ngiven = dict(v=1)"
    assert codes(analysed(setup, f"%%step a\n{maker}", f"%%step b\n{use}")) == ["CL110"]
    assert codes(analysed(setup, f"%%step a\n{maker}\n{use}", "%%step b\nx = 1")) == []


@pytest.mark.parametrize(
    ("maker", "made"),
    [
        ("globals()[f'v{text}'] = 1", {"v1"}),
        ("globals()[text] = 1", {"v1", "w"}),
        ("vars()[text] = 1", {"v1", "w"}),
        ("def put(n, x):\n    globals()[n] = x\nput(text, 1)", {"v1", "w"}),
        ("exec(f'v{text} = 1')", {"v1"}),
        ("import sys\nsetattr(sys.modules[__name__], f'v{text}', 1)", {"v1"}),
        ("exec(f'{text}1 = {text}')", {"v1"}),
        ("globals().update(given)", {"v1", "w"}),
        ("globals().update(v1=1)", {"v1"}),
        ("globals().update({'v1': 1}, w=2)", {"v1", "w"}),
        ("globals().setdefault('v1', 1)", {"v1"}),
        ("globals()['v1'] = 1", {"v1"}),
        ("exec(known)", {"v1"}),
    ],
)
def test_names_that_are_made_by_text_come_from_that_step(maker: str, made: set[str]) -> None:
    setup = "text = str('a')\ngiven = dict(v=1)\nknown = 'v1 = 1'"
    analysis = analysed(setup, f"%%step a\n{maker}", "%%step b\nprint(v1)", "%%step c\nprint(w)")
    found = {name: code for name, code in zip(["v1", "w"], ["CL104", "CL104"], strict=True) if name not in made}
    assert codes(analysis) == list(found.values())
    assert {name for step in analysis.graph.steps for name in step.inputs} - {"text", "given"} == made


def test_a_name_made_by_text_may_be_the_old_one() -> None:
    analysis = analysed("%%step a\nv1 = len('a')", "%%step b\nglobals()[str(v1)] = 2", "%%step c\nprint(v1)")
    assert [dict(step.inputs) for step in analysis.graph.steps] == [{}, {"v1": "a"}, {"v1": "b"}]


def test_a_function_may_become_another_by_its_text() -> None:
    wrap = "for name in ('one',):\n    globals()[name] = wrap(globals()[name])"
    cells = ("def one():\n    return 1\ndef wrap(f):\n    return lambda: -f()", f"%%step a\n{wrap}", "%%step b\none()")
    assert dict(analysed(*cells).graph.steps[-1].inputs) == {"one": "a"}


def test_a_name_deleted_by_its_text_is_gone() -> None:
    for how in ("globals().pop('x')", "del globals()['x']"):
        assert codes(analysed(f"%%step a\nx = 1\n{how}", "%%step b\nprint(x)")) == ["CL113"]
    assert codes(analysed("%%step a\nx = 1\nglobals().pop('x', None)", "%%step b\nprint(x)")) == []


@pytest.mark.parametrize("again", ["import os as which", "from os import sep as which", "def which(): pass"])
def test_a_name_that_is_not_always_the_text_may_give_another_one(again: str) -> None:
    cells = ["import sys\nwhich = 'x'", f"%%step a\nx = len('a')\ny = len('b')\ndef f():\n    {again}"]
    analysis = analysed(*cells, "%%step b\nprint(getattr(sys.modules[__name__], which))")
    assert set(analysis.graph.steps[-1].inputs) == {"x", "y"}


def test_a_text_that_a_parameter_gives_is_not_known() -> None:
    given = ("how = 'v1 = 1'", {"tags": ["parameters"]})
    assert "CL110" in codes(analysed(given, "%%step a\nexec(how)", "%%step b\nprint(v1)"))
    assert "CL110" in codes(analysed("how = 'v1 = 1'\nhow = 'v2 = 1'", "%%step a\nexec(how)"))


@pytest.mark.parametrize(
    "source",
    [
        "exec('y = 1\\nprint(y)')",
        "globals()['y'] = 1",
        "eval(text)",
        "eval('text + text')",
        "exec(text, {})",
        "'text' in globals()",
        "globals().get(text)",
        "'{text}'.format(**globals())",
        "def f():\n    return locals()\nf()",
    ],
)
def test_names_that_are_reached_by_a_known_text_are_no_error(source: str) -> None:
    assert codes(analysed("text = str('a')", f"%%step a\n{source}")) == []


@pytest.mark.parametrize("main", ["sys.modules[__name__]", "sys.modules['__main__']"])
def test_names_of_the_module_of_the_notebook_are_names(main: str) -> None:
    for make, use in [("setattr({}, 'x', 1)", "{}.x"), ("{}.x = 1", "getattr({}, 'x')"), ("x = 1", "hasattr({}, 'x')")]:
        analysis = analysed("import sys", f"%%step a\n{make.format(main)}", f"%%step b\n{use.format(main)}")
        assert codes(analysis) == []
        assert dict(analysis.graph.steps[1].inputs) == {"x": "a"}
    for make in ("delattr({}, 'x')", "del {}.x"):
        cells = (f"%%step a\nx = 1\n{make.format(main)}", "%%step b\nprint(x)")
        assert codes(analysed("import sys", *cells)) == ["CL113"]
    assert codes(analysed("import sys", f"%%step a\nme = {main}")) == ["CL110"]


@pytest.mark.parametrize(
    "use",
    [
        "show(**globals())",
        "show({**globals(), 'x': 1})",
        "show(dict(globals(), x=1))",
        "show(text, globals=globals())",
        "frame.query(text, local_dict=locals())",
        "eval(text, globals(), {'x': 1})",
        "eval(text, {**globals(), 'x': 1})",
        "exec(text, globals(), {})",
        "'{low}'.format(**vars())",
        "'{low}'.format_map({**globals(), **locals()})",
        "sorted(globals())",
        "import sys\ngetattr(sys.modules[__name__], text)",
        "show((lambda: eval(text))())",
    ],
)
def test_a_namespace_that_is_only_read_needs_all_names(use: str) -> None:
    setup = "show = frame = print\ntext = str('a')"
    analysis = analysed(setup, "%%step a\nlow = len('a')", f"%%step b\n{use}")
    assert codes(analysis) == []
    assert analysis.graph.steps[-1].inputs["low"] == "a"


def test_a_text_with_names_of_its_own_needs_those_of_the_notebook_too() -> None:
    analysis = analysed("%%step a\nlow, high = 1, len('a')", "%%step b\neval('low + x', globals(), {'x': 1})")
    assert (codes(analysis), set(analysis.graph.steps[-1].inputs)) == ([], {"low"})
    analysis = analysed("%%step a\nbox, n = {}, 1", "%%step b\nexec('x = n', globals(), box)", "%%step c\nbox['x']")
    assert dict(analysis.graph.steps[-1].inputs) == {"box": "b"}


def test_the_local_names_of_a_function_are_no_names_of_the_notebook() -> None:
    analysis = analysed("%%step a\nlow = 1\ndef f(x):\n    return '{x}'.format(**locals())", "%%step b\nf(1)")
    assert dict(analysis.graph.steps[-1].inputs) == {}


def test_names_in_a_query_are_found() -> None:
    analysis = analysed("%%step a\ndf = dict()\nlow = len('a')", "%%step b\ndf.query('v > @low')")
    assert set(analysis.graph.steps[1].inputs) == {"df", "low"}


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [("x = 1\ny = = 2", 2, 5), ("def f(:\n    pass", 1, 7), ("x = 1\nreturn x", 2, 1), ("x = 'a\n", 1, 5)],
)
def test_a_syntax_error_has_cell_line_and_column(source: str, line: int, column: int) -> None:
    diagnostic = only(f"%%step a\n{source}")
    assert (diagnostic.code, diagnostic.cell, diagnostic.line, diagnostic.column) == ("CL103", "c1", line + 1, column)


@pytest.mark.parametrize("source", ["x = " + "(" * 5000 + ")" * 5000, "x = 1\0", "x = " + "-" * 100_000 + "1"])
def test_what_the_parser_cannot_take_is_an_error_and_no_crash(source: str) -> None:
    assert codes(analysed(f"%%step a\n{source}")) == ["CL103"]


def test_every_broken_cell_is_reported_and_the_rest_is_understood() -> None:
    analysis = analysed("%%step a\nx = = 1", "%%step b\ny = (", "%%step c\nz = 1")
    assert [(d.code, d.cell) for d in analysis.diagnostics] == [("CL103", "c1"), ("CL103", "c2")]
    assert [step.id for step in analysis.graph.steps] == ["a", "b", "c"]


def test_two_values_of_one_name_in_a_step_are_refused() -> None:
    setup = "import warnings\nk = list('ab')\nwarnings.filterwarnings('ignore', lineno=len(k))"
    assert "CL111" in codes(analysed(setup, "%%step a\nk = len('abc')", "%%step b\nprint(k)"))


def test_builtins_of_newer_pythons_are_names_of_any() -> None:
    for name in ("ExceptionGroup", "PythonFinalizationError"):
        assert codes(analysed(f"%%step a\ntry:\n    pass\nexcept {name}:\n    pass")) == []

"""Names that are reached by text: which steps they tie together."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes, edges, graph_of

BINDS = [
    "globals()['x'] = [1]",
    "locals()['x'] = [1]",
    "vars()['x'] = [1]",
    "globals().setdefault('x', [1])",
    "globals().update(x=[1])",
    "globals().update({'x': [1]})",
    "exec('x = [1]')",
    "import sys\nsys.modules['__main__'].x = [1]",
    "setattr(__import__('__main__'), 'x', [1])",
    "def make():\n    global x\n    x = [1]\nmake()",
]


@pytest.mark.parametrize("text", BINDS[:-2])
def test_a_name_that_is_bound_by_its_text_crosses(text: str) -> None:
    assert "a>b:x" in edges(graph_of(f"%%step a\n{text}", "%%step b\nprint(x)"))


READS = [
    "globals()['x']",
    "globals().get('x')",
    "globals().get('x', 1)",
    "eval('x')",
    "eval('x + 1', globals())",
    "'%(x)s' % globals()",
    "'{x}'.format(**globals())",
    "'{x}'.format_map(globals())",
    "'x' in globals()",
    "list(globals())",
    "sorted(globals().items())",
    "dir()",
    "exec('print(x)')",
]


@pytest.mark.parametrize("text", READS)
def test_a_name_that_is_read_by_its_text_crosses(text: str) -> None:
    assert "a>b:x" in edges(graph_of("%%step a\nx = len('a')", f"%%step b\nprint({text})"))


@pytest.mark.parametrize("text", READS)
def test_it_crosses_to_the_step_that_calls_a_function_that_reads_it(text: str) -> None:
    if text in ("dir()",):  # of the function
        return
    graph = graph_of(f"def look():\n    return {text}", "%%step a\nx = len('a')", "%%step b\nprint(look())")
    assert "a>b:x" in edges(graph)


@pytest.mark.parametrize(
    "text",
    [
        "{'x': 1}['x']",
        "{'x': 1}.get('x')",
        "d = {}\nd['x'] = 1",
        "eval('1 + 1')",
        "eval('x', {'x': 1})",
        "exec('x = 1', {})",
        "'%(x)s' % {'x': 1}",
        "'x' in {'x'}",
        "dir(list)",
        "def f():\n    x = 1\n    return locals()['x']\nf()",
    ],
)
def test_a_dictionary_of_its_own_is_no_name(text: str) -> None:
    assert edges(graph_of("%%step a\nx = len('a')", f"%%step b\n{text}")) == set()


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("del globals()['x']", "print(x)"),
        ("globals().pop('x')", "print(x)"),
        ("del x, y", "print(y)"),
        ("del (x, y)", "print(y)"),
        ("del [x, (y,)]", "print(y)"),
    ],
)
def test_what_is_deleted_is_missing_further_down(text: str, later: str) -> None:
    analysis = analysed("%%step a\nx = len('a')\ny = len('b')", f"%%step b\n{text}\n{later}")
    assert codes(analysis) == ["CL113"]


def test_texts_that_nobody_can_know_are_told_once_a_step() -> None:
    bind = "for n in range(3):\n    globals()[input()] = n"
    analysis = analysed(f"%%step a\n{bind}", "%%step b\nprint(eval(str('v1')))\nprint(eval(str('v2')))")
    assert codes(analysis).count("CL110") == 1


@pytest.mark.parametrize("use", ["print(v1)", "print(v0 + v2)"])
def test_names_of_which_a_part_is_known_come_from_the_step_that_may_make_them(use: str) -> None:
    found = edges(graph_of("%%step a\nfor n in range(3):\n    globals()[f'v{n}'] = n", f"%%step b\n{use}"))
    assert {edge.partition(":")[0] for edge in found} == {"a>b"}
    found = edges(graph_of("%%step a\nfor n in range(3):\n    exec(f'v{n} = {n}')", f"%%step b\n{use}"))
    assert {edge.partition(":")[0] for edge in found} == {"a>b"}


@pytest.mark.parametrize("text", ["f'v{n} = make({n})'", "f'v.n{n} = {n}'", "f'print({n})'", "f'v{n} = = 1'"])
def test_an_unknown_text_that_may_do_more_than_assign_is_refused(text: str) -> None:
    analysis = analysed(f"%%step a\nfor n in range(3):\n    exec({text})", "%%step b\nprint(1)")
    assert "CL110" in codes(analysis)


@pytest.mark.parametrize("reads", ["print(__annotations__)", "print(globals()['__annotations__'])"])
def test_annotations_that_other_steps_have_made_are_told(reads: str) -> None:
    assert codes(analysed("%%step a\nx: int = 1", f"%%step b\n{reads}")) == ["CL205"]
    assert codes(analysed("x: int = 1", f"%%step b\n{reads}")) == ["CL205"]
    assert codes(analysed("%%step a\nclass A:\n    x: int = 1", f"%%step b\ny: str = ''\n{reads}")) == []

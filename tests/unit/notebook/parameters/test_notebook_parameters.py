"""Parameters: types, defaults, and what a run may put in their place."""

from __future__ import annotations

from typing import Any

import pytest

from cellift.notebook.diagnostics import RefusedError
from cellift.notebook.parameters.overrides import apply_overrides
from unit.notebook.make_notebook import PARAMETERS, analysed, codes, graph_of


def parameters(source: str) -> dict[str, tuple[str, Any]]:
    graph = graph_of((source, PARAMETERS), "%%step a\nx = 1")
    return {p.name: (p.type, p.default) for p in graph.parameters}


def final(source: str, **given: Any) -> dict[str, Any]:
    return apply_overrides(graph_of((source, PARAMETERS), "%%step a\nx = 1"), given)


def refusal(source: str, **given: Any) -> Any:
    with pytest.raises(RefusedError) as caught:
        final(source, **given)
    return caught.value.diagnostics[0]


@pytest.mark.parametrize(
    ("source", "type_name", "default"),
    [
        ("p = 3", "int", 3),
        ("p = -2", "int", -2),
        ("p = 1e-3", "float", 0.001),
        ("p = True", "bool", True),
        ("p = 'a\\\\b'", "str", "a\\b"),
        ("p = [1, 'x', None]", "list", [1, "x", None]),
        ("p = {'a': [1]}", "dict", {"a": [1]}),
        ("p = None", "none", None),
        ("p: float = 1", "float", 1),
        ("p: 'int | None' = None", "int", None),
        ("p: list[int] = []", "list", []),
        ("p = 60 * 60", "int", 3600),
        ("p = 'a' + 'b'", "str", "ab"),
    ],
)
def test_type_comes_from_annotation_and_literal(source: str, type_name: str, default: Any) -> None:
    assert parameters(source) == {"p": (type_name, default)}


def test_a_parameter_may_be_computed_from_earlier_ones() -> None:
    graph = graph_of(("a = 2\nb = a * 3\nc = f'{b:03}-{a}'", PARAMETERS), "%%step s\nprint(c)")
    assert [(p.name, p.default, p.derived_from) for p in graph.parameters] == [
        ("a", 2, ()),
        ("b", 6, ("a",)),
        ("c", "006-2", ("b", "a")),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "dict(a=1)",
        "(1, 2)",
        "{1: 'a'}",
        "float('nan')",
        "1 / 0",
        "2 ** 10 ** 9",
        "b'x'",
        "...",
        "'%1000000000d' % 1",
        "'%*d' % (1000000000, 1)",
        "'a' * 10 ** 9",
    ],
)
def test_a_value_that_is_not_plain_is_set_up_code_with_a_warning(value: str) -> None:
    analysis = analysed((f"p = {value}", PARAMETERS), "%%step s\nprint(p)")
    assert codes(analysis) == ["CL401"]
    assert analysis.graph.parameters == ()


def test_values_that_double_from_line_to_line_are_not_followed_without_end() -> None:
    doubled = "\n".join(f"p{number + 1} = {form}" for number in range(60) for form in [f"p{number} + p{number}"])
    analysis = analysed((f"p0 = 'x'\n{doubled}", PARAMETERS), "%%step s\nprint(p0)")
    assert max(len(one.default) for one in analysis.graph.parameters) <= 1_000_000
    assert "CL401" in codes(analysis)


@pytest.mark.parametrize(
    ("source", "text", "value"),
    [
        ("p = 1", "-3", -3),
        ("p = 1.5", "2", 2.0),
        ("p = 1.5", "1e3", 1000.0),
        ("p = True", "false", False),
        ("p = True", "False", False),
        ("p = 'x'", "12", "12"),
        ("p = 'x'", '"quoted"', "quoted"),
        ("p = 'x'", 'say "hi"', 'say "hi"'),
        ("p = []", "[1, 'a']", [1, "a"]),
        ("p = {}", '{"a": null}', {"a": None}),
        ("p = None", "plain", "plain"),
        ("p = None", "5", 5),
    ],
)
def test_text_is_json_else_a_python_literal_else_text(source: str, text: str, value: Any) -> None:
    found = final(source, p=text)["p"]
    assert found == value
    assert type(found) is type(value)


def test_values_that_are_no_text_are_taken_as_they_are() -> None:
    assert final("p = [1]\nq = 2", p=[2]) == {"p": [2], "q": 2}


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("p = 1", "x"),
        ("p = 1", "1.5"),
        ("p = 1", True),
        ("p = True", "1"),
        ("p = []", "{}"),
        ("p = 'x'", 5),
        ("p = 1", None),
        ("p = 1.5", "1" + "0" * 400),
        ("p = 1", "[" * 100_000),
    ],
    ids=lambda text: str(text)[:12],
)
def test_another_type_is_refused_with_the_accepted_one(source: str, given: Any) -> None:
    diagnostic = refusal(source, p=given)
    assert (diagnostic.code, diagnostic.cell) == ("CL403", "c1")
    assert "`p` takes" in diagnostic.message


def test_an_unknown_parameter_is_refused_with_the_known_ones() -> None:
    diagnostic = refusal("p = 1\nq = 2", r="1")
    assert diagnostic.code == "CL402"
    assert "p, q" in diagnostic.message


def test_overriding_what_another_is_derived_from_needs_that_one_too() -> None:
    assert refusal("a = 1\nb = a * 2", a="5").code == "CL404"
    assert final("a = 1\nb = a * 2", a="5", b="7") == {"a": 5, "b": 7}
    assert final("a = 1\nb = a * 2", b="7") == {"a": 1, "b": 7}
    assert final("a = 1\nb = a * 2\nc = 3", c="4") == {"a": 1, "b": 2, "c": 4}


def test_a_step_gets_only_the_parameters_that_it_uses() -> None:
    graph = graph_of(("a = 1\nb = 2", PARAMETERS), "%%step s\nprint(a)", "%%step t\nprint(3)")
    assert [step.params for step in graph.steps] == [("a",), ()]


def test_the_graph_tells_choices_and_what_is_accepted() -> None:
    graph = graph_of(
        ("from typing import Literal\nmode: Literal['a', 'b'] = 'a'\nn: int | None = None", PARAMETERS),
        "%%step s\nprint(mode, n)",
    )
    mode, n = (parameter.to_dict() for parameter in graph.parameters)
    assert (mode["type"], mode["choices"], mode["accepts"], mode["optional"]) == (
        "str",
        ["a", "b"],
        "one of 'a', 'b'",
        False,
    )
    assert (n["type"], n["choices"], n["accepts"], n["optional"]) == ("int", [], "a whole number, or None", True)


def test_a_refused_value_names_the_choices() -> None:
    diagnostic = refusal("from typing import Literal\nmode: Literal['a', 'b'] = 'a'", mode="c")
    assert (diagnostic.code, diagnostic.message) == ("CL403", "`mode` takes one of 'a', 'b', not 'c'.")


def test_a_default_that_its_annotation_excludes_counts_as_it_is() -> None:
    analysis = analysed(("n: str = 5", PARAMETERS), "%%step s\nprint(n)")
    assert codes(analysis) == ["CL405"]
    assert [(p.type, p.default) for p in analysis.graph.parameters] == [("int", 5)]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a = 1\na = 2", ["a"]),
        ("a = 1\na = a + 1", ["a"]),
        ("a = 1\na += 1", []),
        ("a = 1\nif a:\n    a = 2", []),
        ("a = 1\nb = sorted([a])\na = 2", []),
        ("a = 1\nfor a in range(3):\n    pass", []),
        ("a = 1\ndef f():\n    global a\n    a = 3", []),
        ("a = [1]\nb = a", ["a"]),
        ("a = [[0]] * 3", []),
        ("a = [1]\na.append(2)\nb = a + [3]", ["a"]),
        ("a = 1\nx, b = 2, 3\nb = a", ["a"]),
    ],
)
def test_only_what_has_one_plain_value_is_a_parameter(source: str, names: list[str]) -> None:
    analysis = analysed((source, PARAMETERS), "%%step s\nx = 1")
    assert analysis.ok
    assert [parameter.name for parameter in analysis.graph.parameters] == names


def test_a_second_parameters_cell_does_not_replace_what_steps_above_it_use() -> None:
    graph = graph_of(("a = 1", PARAMETERS), "%%step s\nprint(a)", ("a = 2", PARAMETERS), "%%step t\nprint(a)")
    assert [(p.name, p.default) for p in graph.parameters] == [("a", 1)]
    assert [step.params for step in graph.steps] == [("a",), ()]


def test_code_between_two_parameters_cells_is_not_overlooked() -> None:
    graph = graph_of(("a = 1", PARAMETERS), "a = 5", ("b = a * 2", PARAMETERS), "%%step s\nprint(b)")
    assert [p.name for p in graph.parameters] == ["a"]


@pytest.mark.parametrize(
    "source",
    ["a = 1\nb = (a, a)", "a = [1]\na.append(2)", "a = 1\ndef f(x=a):\n    return x", "a = 1\nif a:\n    b = 2"],
)
def test_what_a_line_of_the_parameters_cell_has_used_cannot_be_overridden(source: str) -> None:
    found = refusal(source, a="7" if "[" not in source else "[7]")
    assert found.code == "CL404"
    assert (found.cell, found.line) == ("c1", 2)


def test_a_function_that_reads_a_parameter_when_it_is_called_leaves_it_free() -> None:
    assert final("a = 1\ndef f():\n    return a", a="7") == {"a": 7}

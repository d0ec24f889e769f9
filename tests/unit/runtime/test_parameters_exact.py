"""Parameters reach the step with the value and type that the notebook has, here and on a cluster."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from cellift.pipeline import compile_graph
from unit.pipeline.kit import Launcher, graph, parameter, step

CASES = [
    ("int", 3),
    ("int", -3),
    ("int", 2**60 + 1),
    ("int", 10**400),
    ("float", 1.0),
    ("float", -0.5),
    ("float", 1e300),
    ("float", math.inf),
    ("float", -math.inf),
    ("bool", True),
    ("bool", False),
    ("str", "a 'b' {{x}} $(y) $$ \n ä \u2028 \\"),
    ("str", ""),
    ("list", [1, 1.0, "x", None, [True, {"a": 2.0}]]),
    ("list", []),
    ("dict", {"a": 1.0, "b": [1, 2**60], "c": {"d": None}}),
    ("dict", {}),
    ("none", None),
]


@pytest.mark.parametrize("local", [True, False], ids=["local", "cluster"])
def test_defaults_arrive_exactly(tmp_path: Path, local: bool):
    parameters = tuple(parameter(f"p{place}", kind, default) for place, (kind, default) in enumerate(CASES))
    names = tuple(one.name for one in parameters)
    source = "print(repr([" + ", ".join(names) + "]))"
    ir = compile_graph(graph(step("work", source, params=names), parameters=parameters))
    outcome = Launcher(tmp_path, local=local).run(ir)["work"]
    assert outcome.stdout == repr([default for _, default in CASES]) + "\n", outcome.stderr


def test_default_that_is_nan_arrives(launcher: Launcher):
    ir = compile_graph(graph(step("work", "v", params=("v",)), parameters=(parameter("v", "float", math.nan),)))
    assert launcher.run(ir)["work"].stdout == "nan\n"


@pytest.mark.parametrize(
    ("kind", "default", "given", "expected"),
    [
        ("int", 1, 7, "7"),
        ("float", 1.5, 2, "2.0"),
        ("bool", False, True, "True"),
        ("str", "a", "5", "'5'"),
        ("list", [1], [2, "x"], "[2, 'x']"),
        ("dict", {"a": 1}, {"b": True}, "{'b': True}"),
        ("none", None, "[1, 2]", "[1, 2]"),
        ("none", None, '"text"', "'text'"),
    ],
)
@pytest.mark.parametrize("local", [True, False], ids=["local", "cluster"])
def test_given_values_arrive_with_the_type_of_the_parameter(tmp_path, kind, default, given, expected, local):
    ir = compile_graph(graph(step("work", "v", params=("v",)), parameters=(parameter("v", kind, default),)))
    assert Launcher(tmp_path, local=local).run(ir, {"v": given})["work"].stdout == expected + "\n"


def test_local_runs_keep_whole_floats_inside_lists(launcher: Launcher):
    ir = compile_graph(graph(step("work", "v", params=("v",)), parameters=(parameter("v", "list", [1, 2]),)))
    assert launcher.run(ir, {"v": [1.0, 2]})["work"].stdout == "[1.0, 2]\n"


def test_parameter_with_the_name_of_our_own_one_works(launcher: Launcher):
    parameters = (parameter("cellift_step", "int", 4), parameter("from_make", "int", 5))
    ir = compile_graph(
        graph(
            step("make", "x = 1", outputs=("x",)),
            step("use", "(cellift_step, from_make, x)", inputs={"x": "make"}, params=("cellift_step", "from_make")),
            parameters=parameters,
        )
    )
    assert launcher.run(ir, {"cellift_step": 6})["use"].stdout == "(6, 5, 1)\n"

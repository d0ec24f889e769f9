"""What a step reads from the executor input: addresses, parameters with their types, texts of defaults."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime.spec import BadInputError, _parameter, literal, local_path, parse, read_argument
from unit.pipeline.kit import graph, step


@pytest.mark.parametrize(
    ("artifact", "folder"),
    [
        ({"uri": "gs://bucket/x"}, "/gcs/bucket/x"),
        ({"uri": "minio://bucket/x"}, "/minio/bucket/x"),
        ({"uri": "s3://bucket/x"}, "/s3/bucket/x"),
        ({"uri": "file:///tmp/x"}, "/tmp/x"),
        ({"uri": "/tmp/x"}, "/tmp/x"),
        ({"path": "/tmp/y"}, "/tmp/y"),
        ({"uri": "gs://bucket/x", "customPath": "/mnt/x"}, "/mnt/x"),
    ],
)
def test_artifacts_are_where_the_launcher_mounts_them(artifact: dict[str, Any], folder: str) -> None:
    assert local_path(artifact) == folder


@pytest.mark.parametrize("uri", ["", "relative/x", "https://host/x"])
def test_an_address_without_a_folder_here_is_no_input(uri: str) -> None:
    with pytest.raises(BadInputError, match="no local folder"):
        local_path({"uri": uri})


@pytest.mark.parametrize("argument", ["[1]", "5", "no json", "@/nowhere/at/all"])
def test_an_argument_that_is_no_object_is_told(argument: str) -> None:
    with pytest.raises(BadInputError):
        read_argument(argument)


def test_an_input_of_another_program_is_told() -> None:
    with pytest.raises(BadInputError, match="cellift_step"):
        parse({"inputs": {"parameterValues": {"x": 1}}}, exact=True)


@pytest.mark.parametrize(
    ("kind", "default", "given", "expected"),
    [
        # Whole numbers come back from a cluster as doubles: what was never changed stays what it was.
        ("int", "3", 3.0, 3),
        ("int", "3", 4.0, 4),
        ("int", "3", 4.5, 4.5),
        ("int", str(2**60 + 1), float(2**60), 2**60 + 1),
        ("float", "1.0", 1, 1.0),
        ("float", "1.0", 2, 2.0),
        ("float", "1.0", True, True),
        ("bool", "True", True, True),
        ("bool", "True", 1, 1),
        ("list", "[1, 2.0]", [1, 2], [1, 2.0]),
        ("list", "[1, 2.0]", [1, 3], [1, 3]),
        ("list", "[1, 2]", [1], [1]),
        ("dict", "{'a': 1.0}", {"a": 1}, {"a": 1.0}),
        ("dict", "{'a': 1.0}", {"b": 1}, {"b": 1}),
        ("dict", "{'a': {'b': [1.0]}}", {"a": {"b": [1]}}, {"a": {"b": [1.0]}}),
        ("list", "[True]", [1], [1]),
        ("list", "['1']", ["2"], ["2"]),
        ("dict", "{'a': 1}", {"a": True}, {"a": True}),
        ("none", "None", "[1]", [1]),
        ("none", "None", "a b", "a b"),
        ("none", "None", 5, 5),
        ("text", "None", "null", None),
        ("text", "None", '"5"', "5"),
        ("text", "None", "5", "5"),
        ("text", "None", "a b", "a b"),
        ("text", "'x'", None, "x"),
    ],
)
def test_values_from_a_cluster_have_the_types_of_the_notebook(kind, default, given, expected) -> None:
    found = _parameter({"type": kind, "value": default}, "p", {"p": given}, exact=False)
    assert repr(found) == repr(expected)


def test_values_from_this_machine_are_as_they_were_given() -> None:
    assert repr(_parameter({"type": "list", "value": "[1, 2.0]"}, "p", {"p": [1, 2]}, exact=True)) == "[1, 2]"
    assert (
        repr(_parameter({"type": "list", "value": "[1]", "key": "q"}, "p", {"q": [3], "p": [4]}, exact=True)) == "[3]"
    )


@pytest.mark.parametrize(
    "value",
    [-math.inf, [math.nan, -1], (math.inf, (2,)), {"a": [math.inf], (1, 2): -3.5}, "nan", None, -2 + 3j],
    ids=repr,
)
def test_every_literal_that_a_default_may_be(value: Any) -> None:
    assert repr(literal(repr(value))) == repr(value)


def test_values_are_held_to_the_digests_that_were_recorded(launcher) -> None:
    ir = compile_graph(graph(step("make", "x = 1", outputs=("x",)), step("use", "x", inputs={"x": "make"})))
    given = launcher.executor_input(ir, "use", {})
    [artifact] = given["inputs"]["artifacts"].values()
    assert parse(given, exact=True).digests == {}
    artifact["artifacts"][0]["metadata"] = {"digests": {"x": "d"}}
    assert parse(given, exact=True).digests == {str(launcher.folder / "make" / "values"): {"x": "d"}}

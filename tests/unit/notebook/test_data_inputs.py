"""``--input NAME=data:CONNECTION/bucket/key`` on a step."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.data_inputs import DataInput, assignments, read_input, read_inputs


def analysed(*sources: str, metadata: Any = None) -> Analysis:
    cells = [
        {"cell_type": "code", "id": f"c{place}", "metadata": metadata or {}, "source": source, "outputs": []}
        for place, source in enumerate(sources)
    ]
    return analyse(
        parse_notebook(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), None)
    )


def test_an_input_is_a_name_and_an_object() -> None:
    assert read_input("raw=data:minio/sales/a/b.csv") == DataInput("raw", "minio", "sales", "a/b.csv")
    assert read_input("data=data:minio/sales/data:x") == DataInput("data", "minio", "sales", "data:x")
    assert read_input("data:minio/sales/a=b") == DataInput("", "minio", "sales", "a=b")
    assert read_input("raw=data:minio/sales/a/b.csv").target == "minio/sales/a/b.csv"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raw", "is not written as"),
        ("raw=minio/sales/a", "is not written as"),
        ("rawdata:minio/sales/a", "is not written as"),
        ("=data:minio/sales/a", "is not written as"),
        ("2a=data:minio/sales/a", "no name for a variable"),
        ("class=data:minio/sales/a", "no name for a variable"),
        ("data:minio/sales", "names no object"),
        ("data:minio/sales/", "names no object"),
        ("data:minio//a", "names no object"),
        ("data:/sales/a", "names no object"),
        ("data:minio/sales/folder/", "names no object"),
    ],
)
def test_what_is_no_input_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_input(text)


def test_two_inputs_of_one_name_are_refused_two_without_a_name_are_not() -> None:
    with pytest.raises(ValueError, match="two inputs have the name raw"):
        read_inputs(["raw=data:a/b/c", "x=data:a/b/c", "raw=data:a/b/d"])
    assert len(read_inputs(["data:a/b/c", "data:a/b/d", "raw=data:a/b/c"])) == 3


def test_only_inputs_with_a_name_are_assigned_and_no_key_can_end_the_line() -> None:
    found = read_inputs(["data:a/b/c", "x=data:a/b/c\n'\u2028", "y=data:a/b/d"])
    line = assignments(found)
    assert line == "x = \"data:a/b/c\\n'\\u2028\"; y = 'data:a/b/d'"
    assert assignments(found[:1]) == ""


def test_the_name_is_one_of_the_step_and_goes_on_to_later_steps() -> None:
    found = analysed("%%step load --input raw=data:minio/b/k.csv\nprint(raw)", "%%step use\nprint(raw)")
    assert list(found.diagnostics) == []
    load, use = found.graph.steps
    assert (load.code[0].line, load.code[0].source) == (1, "raw = 'data:minio/b/k.csv'\nprint(raw)")
    assert (load.outputs, dict(use.inputs)) == (("raw",), {"raw": "load"})


def test_without_a_name_the_code_stays_as_it_is() -> None:
    found = analysed("%%step load --input data:minio/b/k.csv\nx = 1")
    assert list(found.diagnostics) == []
    assert found.graph.steps[0].code[0].source == "x = 1"
    assert found.graph.steps[0].options == {"input": ["data:minio/b/k.csv"]}


def test_a_bad_input_on_the_line_is_told_where_it_stands() -> None:
    (problem,) = analysed("%%step load --input minio/b/k.csv\nx = 1").diagnostics
    assert (problem.code, problem.cell, problem.line) == ("CL108", "c0", 1)
    assert "--input minio/b/k.csv is not written as" in problem.message


def test_metadata_can_record_an_input_but_not_name_it() -> None:
    marks = {"step": "load", "options": {"input": "data:minio/b/k.csv"}}
    found = analysed("x = 1", metadata={"cellift": marks})
    assert (list(found.diagnostics), found.graph.steps[0].options) == ([], {"input": ["data:minio/b/k.csv"]})
    marks["options"] = {"input": ["data:minio/b/k.csv", "raw=data:minio/b/k.csv"]}
    (problem,) = analysed("x = 1", metadata={"cellift": marks}).diagnostics
    assert (problem.code, "`raw` is to hold an input" in problem.message) == ("CL108", True)
    marks["options"] = {"input": ["data:minio"]}
    (problem,) = analysed("x = 1", metadata={"cellift": marks}).diagnostics
    assert (problem.code, "names no object" in problem.message) == ("CL108", True)

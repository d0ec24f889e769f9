"""What a step reads of its executor input, and what it refuses."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cellift.pipeline.runtime import api, result, timing
from cellift.pipeline.runtime.spec import BadInputError, _only, _same_as_doubles, literal, local_path, read_argument


@pytest.mark.parametrize("arguments", [[], ["--executor_input"], ["--other", "{}"], ["--executor_input", "{}", "more"]])
def test_other_arguments_are_a_mistake_of_the_caller(arguments: list[str], monkeypatch: Any, capsys: Any) -> None:
    def end(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(api, "finish", end)
    monkeypatch.setattr(api, "run_step", lambda _: 0)
    with pytest.raises(SystemExit) as caught:
        api.main(arguments)
    assert (caught.value.code, "usage: --executor_input" in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize("argument", ["{", "[]", "@/no/such/file"])
def test_an_input_that_is_no_object_is_refused(argument: str) -> None:
    with pytest.raises(BadInputError):
        read_argument(argument)


@pytest.mark.parametrize("found", [{}, {"k": {"artifacts": []}}, {"k": {"artifacts": [{}, {}]}}])
def test_an_artifact_is_there_once(found: dict[str, Any]) -> None:
    with pytest.raises(BadInputError, match="no input artifact 'k'"):
        _only(found, "k", "input")


def test_where_an_artifact_lies() -> None:
    assert [local_path({"uri": uri}) for uri in ("file:///a/b", "/a/b", "gs://bucket/x")] == [
        "/a/b",
        "/a/b",
        "/gcs/bucket/x",
    ]
    assert local_path({"customPath": "/c", "uri": "s3://b"}) == "/c"
    with pytest.raises(BadInputError, match="no local folder"):
        local_path({"uri": "ftp://a/b"})


@pytest.mark.parametrize(
    ("given", "default", "expected"),
    [
        (1, 1.0, True),
        (2, 1.0, False),
        (True, 1, False),
        (10**400, 10**400, True),
        ([1], [1.0], True),
        ([1], [1.0, 2], False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1.0}, False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ("a", "a", True),
        ("1", 1, False),
        (1.5, 1.5, False),
    ],
)
def test_numbers_that_became_doubles_are_the_same(given: Any, default: Any, expected: bool) -> None:
    assert _same_as_doubles(given, default) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("-inf", -math.inf), ("[1, (2, 'a')]", [1, (2, "a")]), ("{'a': {1: None}}", {"a": {1: None}})],
)
def test_literals_may_have_infinities(text: str, expected: Any) -> None:
    assert literal(text) == expected
    assert math.isnan(literal("nan"))


def test_a_result_that_is_longer_than_the_reserve_does_not_take_it(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / result.RESERVE).write_text(" " * 20)

    def full(*_: Any) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(result, "_write", full)
    with pytest.raises(OSError, match="full"):
        result.write_result(str(tmp_path / "task"), {"text": "long" * 10})
    assert (tmp_path / result.RESERVE).exists()
    result.write_result(str(tmp_path / "task"), {"a": 1})
    assert json.loads((tmp_path / "task" / result.RESULT).read_text()) == {"a": 1}


def test_a_result_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    def no(*_: Any) -> None:
        raise OSError("no")

    monkeypatch.setattr(result.os, "replace", no)
    with pytest.raises(OSError, match="no"):
        result._write(str(tmp_path / "x"), "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("files", [{}, {"files": {"x.csv": {}}}])
def test_pages_of_a_cluster_are_told_of_values_and_of_files_if_there_are_any(tmp_path: Path, files: Any) -> None:
    step: Any = SimpleNamespace(output_file=str(tmp_path / "sub" / "out"), uri="u", files_uri="f")
    result.write_executor_output(step, {"names": {"x": {"type": "int", "preview": "1"}}}, files)
    told = json.loads((tmp_path / "sub" / "out").read_text())["artifacts"]
    assert set(told) == ({"values", "files"} if files else {"values"})
    step.output_file = None
    result.write_executor_output(step, {}, {})


def test_a_line_that_times_nothing_gives_nothing(capsys: Any) -> None:
    assert (timing.time_it("-n 1", None, {}), capsys.readouterr().out) == (None, "")


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.5, "500 ms"), (0.0, "0 ns"), (2.0, "2 s"), (75.0, "1min 15s"), (3600.0, "1h")]
)
def test_times_in_words(seconds: float, expected: str) -> None:
    assert timing.words(seconds) == expected

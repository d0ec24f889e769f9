"""The pure parts: imports to warm, how a step ended, what git says, executor input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellift.engine import machine
from cellift.engine.executor_input import executor_input, fill_arguments, parse_parameter
from cellift.engine.git import parse_status
from cellift.engine.machine import shortages
from cellift.engine.outcome import exit_status, failure, log_tail, numbers
from cellift.engine.warm_imports import warm_imports
from cellift.values import preview


def described(*setup: str, own: str = "pass") -> dict[str, Any]:
    sources = [*setup, own]
    code = [{"cell": f"c{at}", "number": at, "line": 1, "source": text} for at, text in enumerate(sources, 1)]
    return {"code": code, "own": len(setup)}


def test_imports_at_the_top_of_the_setup_are_warmed() -> None:
    assert warm_imports([described("import a\nfrom b import (\n  c,\n)", "import d", own="import e")]) == [
        "import a",
        "from b import (\n  c,\n)",
        "import d",
    ]


def test_import_after_a_statement_that_may_matter_to_it_is_not_moved() -> None:
    found = warm_imports([described("import os\nos.environ['X'] = '1'\nimport slow", "import d")])
    assert found == ["import os"]


def test_constants_and_functions_do_not_matter_to_an_import() -> None:
    assert warm_imports([described('"""Title"""\nN = 3\ndef f():\n    pass\nimport a')]) == ["import a"]
    assert warm_imports([described("N = g()\nimport a")]) == []


def test_import_that_is_late_in_one_step_is_not_warmed_for_any() -> None:
    early = {"code": [{"cell": "c", "number": 1, "line": 3, "source": "import a"}], "own": 1}
    late = described("call()\n\nimport a")
    assert warm_imports([early]) == ["import a"]
    assert warm_imports([early, late]) == []


def test_result_of_the_step_is_its_error() -> None:
    error = {"reason": "Exception", "type": "KeyError", "message": "x"}
    assert failure("A", 1, {"ok": False, "error": error}, disk_full=False) == error
    assert failure("A", 0, {"ok": True}, disk_full=False) is None


@pytest.mark.parametrize(
    ("code", "full", "reason", "words"),
    [
        (0, False, "Exited", "exit code 0"),
        (3, False, "Exited", "exit code 3"),
        (-9, False, "Killed", "SIGKILL"),
        (-64, False, "Killed", "signal 64"),
        (1, True, "DiskFull", "disk is full"),
    ],
)
def test_end_without_a_result_is_put_into_words(code: int, full: bool, reason: str, words: str) -> None:
    error = failure("A", code, None, disk_full=full)
    assert error is not None
    assert error["reason"] == reason
    assert words in error["message"]


def test_end_of_the_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert log_tail(log) == ""
    log.write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert log_tail(log).splitlines() == [f"line {number}" for number in range(9_980, 10_000)]


def test_killed_after_the_result_is_still_killed() -> None:
    error = failure("A", -11, {"ok": True}, disk_full=False)
    assert error is not None
    assert error["reason"] == "Killed"


def test_exit_status_is_the_shells() -> None:
    assert [exit_status(code) for code in (0, 3, -9)] == [0, 3, 137]


def test_metrics_are_finite_plain_numbers() -> None:
    outputs = [
        {"name": "accuracy", "type": "float", "preview": "0.98"},
        {"name": "loss", "type": "numpy.float32", "preview": "1.5"},
        {"name": "count", "type": "int", "preview": "3"},
        {"name": "score", "type": "numpy.float64", "preview": preview(np.float64(0.25))},
        {"name": "small", "type": "numpy.uint8", "preview": preview(np.uint8(7))},
        {"name": "flag", "type": "bool", "preview": "True"},
        {"name": "switch", "type": "numpy.bool", "preview": preview(np.bool_(True))},
        {"name": "text", "type": "str", "preview": "5"},
        {"name": "gap", "type": "float", "preview": "nan"},
        {"name": "huge", "type": "int", "preview": "12345…"},
    ]
    found = numbers(outputs)
    assert found == {"accuracy": 0.98, "loss": 1.5, "count": 3, "score": 0.25, "small": 7}
    assert [name for name, value in found.items() if isinstance(value, int)] == ["count", "small"]


def test_git_status_is_read() -> None:
    text = "# branch.oid abc\n# branch.head a b\n# branch.ab +0 -0\n1 .M N... 100644 100644 100644 x y n.ipynb\n"
    assert parse_status(text) == {"commit": "abc", "branch": "a b", "dirty": True}
    assert parse_status("# branch.oid abc\n# branch.head (detached)\n") == {
        "commit": "abc",
        "branch": None,
        "dirty": False,
    }
    assert parse_status("# branch.oid (initial)\n# branch.head main\n") is None


def test_executor_input_has_kfps_shape(tmp_path: Path) -> None:
    task = {
        "id": "b",
        "parameters": {"n": {"value": 3}, "m": {"task": "a", "key": "k"}},
        "artifacts": {"from_a": {"task": "a", "key": "values"}},
        "output_parameters": {"p": "STRING"},
        "output_artifacts": {"values": "system.Artifact", "model": "system.Model"},
    }
    given = executor_input(tmp_path, task, {("a", "k"): True}, {("a", "values"): "system.Artifact"})
    assert given["inputs"]["parameterValues"] == {"n": 3, "m": True}
    (artifact,) = given["inputs"]["artifacts"]["from_a"]["artifacts"]
    assert artifact["uri"] == str(tmp_path / "values" / "a")
    assert artifact["type"] == {"schemaTitle": "system.Artifact", "schemaVersion": "0.0.1"}
    assert given["outputs"]["parameters"]["p"]["outputFile"] == str(tmp_path / "tasks" / "b" / "parameters" / "p")
    (model,) = given["outputs"]["artifacts"]["model"]["artifacts"]
    assert model["uri"] == str(tmp_path / "values" / "b.artifacts" / "model")
    assert given["outputs"]["outputFile"] == str(tmp_path / "tasks" / "b" / "executor_output.json")


def test_full_disk_is_told_with_its_place() -> None:
    given = {"reason": "Exception", "type": "OSError", "message": "[Errno 28] No space left on device", "line": 3}
    error = failure("A", 1, {"ok": False, "error": given}, disk_full=True)
    assert error is not None
    assert (error["reason"], error["code"], error["line"]) == ("DiskFull", "CL513", 3)
    # /dev/full and the like are not the disk of the run.
    assert failure("A", 1, {"ok": False, "error": given}, disk_full=False) == given


def test_bytes_that_are_no_text_pass_as_escapes(tmp_path: Path) -> None:
    (text,) = fill_arguments(["{{$}}"], {"uri": "/data/\udcff\ud800"}, tmp_path / "input.json")
    assert text == '{"uri":"/data/\\udcff\\ud800"}'


def test_long_executor_input_goes_through_a_file(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    short = fill_arguments(["--executor_input", "{{$}}"], {"x": 1}, file)
    assert short == ["--executor_input", '{"x":1}']
    assert not file.exists()
    given = {"x": "é" * 60_000}
    assert fill_arguments(["--executor_input", "{{$}}"], given, file) == ["--executor_input", f"@{file}"]
    assert json.loads(file.read_text(encoding="utf-8")) == given


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("5", "NUMBER_INTEGER", 5),
        ("0.5", "NUMBER_DOUBLE", 0.5),
        ("True", "BOOLEAN", True),
        ("false", "BOOLEAN", False),
        ('{"a": [1]}', "STRUCT", {"a": [1]}),
        ("plain", "STRING", "plain"),
    ],
)
def test_output_parameters_have_their_type(text: str, kind: str, value: Any) -> None:
    assert parse_parameter(text, kind) == value


def test_asking_for_more_than_there_is_gives_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "gpus", lambda: 2)
    tasks = [
        {"id": "a", "name": "A", "resources": {"cpu": 4096.0}},
        {"id": "b", "name": "B", "resources": {"memory": 2**60}},
        {"id": "c", "name": "C", "resources": {"cpu": 0.5, "memory": 1, "gpu": 2}},
        {"id": "d", "name": "D", "resources": {"gpu": 3}},
    ]
    first, second, third = shortages(tasks)
    assert (first["task"], second["task"], third["task"]) == ("a", "b", "d")
    assert "3 GPUs, and this machine has 2" in third["message"]
    assert "4096 cores" in first["message"]
    assert "GiB of memory" in second["message"]

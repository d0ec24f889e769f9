"""Whatever a notebook's texts contain: it is compiled or refused with words, and nothing of it is executed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cellift.engine.prepare import analyse_notebook, compile_notebook, explain_notebook
from cellift.notebook.diagnostics import Diagnostic, RefusedError
from cellift.pipeline.ir import dump_ir
from cellift.pipeline.runtime.spec import read_step

TEXTS = {
    "quotes": "a'b\"c'''",
    "line ends": "two\nlines\r\nand \u2028 \x85",
    "shell": "$(touch shell) `touch shell` ; touch shell | $HOME $$",
    "templates": "{{workflow.name}} {{$.inputs.parameters['x']}} {{'a'}} {% x %} %(x)s {0} %s",
    "yaml": "- &a [*a, !!python/object:os.system {x: y}] # : |",
    "not ascii": "é✓漢字 \U0001f600 \ufeff",
    "nul": "a\0b",
    "control": "\x01\x1b[31m\x7f\x9f",
    "half a character": "a\ud800b\udc80",
    "path": "../../../etc/passwd",
    "option": "--help -rf",
    "long": "a" * 100_000,
    "empty": "",
    "white": " \t ",
}
text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def notebook(*cells: Any, metadata: Any = None) -> str:
    """Each cell a text (a step of its own), or a text with its metadata, or the cell itself."""
    made = []
    for number, cell in enumerate(cells):
        if isinstance(cell, dict):
            made.append(cell)
            continue
        source, own = cell if isinstance(cell, tuple) else (cell, {"cellift": {"step": f"s{number}"}})
        made.append({"cell_type": "code", "id": f"c{number}", "metadata": own, "source": source})
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": made})


def outcome(data: str, folder: Path) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """The pipeline as it is read back from its file, or why it was refused; all that is said can be written."""
    path = str(folder / "hostile.ipynb")
    json.dumps(explain_notebook(data, path)[1], ensure_ascii=True)
    try:
        prepared = compile_notebook(data, path, image="image")
    except RefusedError as error:
        found = [one for one in error.diagnostics if one.severity == "error"]
        assert found
        assert all(one.message and one.code.startswith("CL") for one in found)
        json.dumps([one.to_dict() for one in error.diagnostics])
        return None, found
    written = dump_ir(prepared.ir).encode("utf-8")
    read: dict[str, Any] = yaml.load(written, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert read == json.loads(json.dumps(prepared.ir))
    return read, []


def payloads(ir: dict[str, Any]) -> list[dict[str, Any]]:
    """What the runner is told of each step."""
    tasks = ir["root"]["dag"]["tasks"].values()
    return [read_step(task["inputs"]["parameters"]["cellift_step"]["runtimeValue"]["constant"]) for task in tasks]


@text
def test_in_a_step_name(text: str, tmp_path: Path) -> None:
    ir, errors = outcome(notebook(("x = 1", {"cellift": {"step": text}}), "print(x)"), tmp_path)
    if ir is None:
        assert {one.code for one in errors} <= {"CL107", "CL101", "CL108"}
    else:
        told = payloads(ir)
        assert told[-1]["inputs"] == {"x": told[0]["id"]} if len(told) > 1 else True
        assert all(name.replace("-", "").isalnum() and name.isascii() for name in ir["root"]["dag"]["tasks"])


@text
def test_in_metadata_tags_and_ids(text: str, tmp_path: Path) -> None:
    own = {"cellift": {"step": "a", "options": {text: text, "output": [text]}}, "tags": [text], text: text}
    cells = [
        {"cell_type": "code", "id": text, "metadata": own, "source": "x = 1"},
        {"cell_type": "code", "id": text, "metadata": {"cellift": {"step": "b"}}, "source": "print(x)"},
    ]
    ours = {"pipeline": {"name": text, "description": text, "include": [text]}}
    outcome(notebook(*cells, metadata={"kernelspec": {"name": text}, "cellift": ours, text: text}), tmp_path)
    outcome(notebook("x = 1", metadata={"cellift": {"pipeline": {"name": text, "description": text}}}), tmp_path)
    outcome(notebook("x = 1", metadata={"kernelspec": {"name": text}}), tmp_path)


@text
def test_in_the_magic_line(text: str, tmp_path: Path) -> None:
    outcome(notebook((f"%%step {text}\nx = 1", {})), tmp_path)
    outcome(notebook((f"%%step a --output {text}\nx = 1", {})), tmp_path)
    outcome(notebook(f"!echo {text}\n%env A={text}\n%{text}\nx = 1"), tmp_path)


@text
def test_in_code_it_travels_as_it_is(text: str, tmp_path: Path) -> None:
    source = f"x = {text!r}"
    ir, errors = outcome(notebook(source, "print(x)"), tmp_path)
    assert errors == []
    assert ir is not None
    assert payloads(ir)[0]["code"][0]["source"] == source


@text
def test_in_code_without_escapes(text: str, tmp_path: Path) -> None:
    for source in (f"x = 1 # {text}", f'x = """{text}"""', text):
        ir, errors = outcome(notebook(source, "print(1)"), tmp_path)
        assert ir is not None or {one.code for one in errors} <= {"CL103", "CL101", "CL104", "CL201", "CL202"}


@text
def test_as_a_parameter(text: str, tmp_path: Path) -> None:
    ir, errors = outcome(notebook((f"p = {text!r}", {"tags": ["parameters"]}), "print(p)"), tmp_path)
    assert errors == []
    assert ir is not None
    found = ir["root"].get("inputDefinitions", {}).get("parameters", {})
    half = any("\ud800" <= char <= "\udfff" for char in text)
    assert found == ({} if half else {"p": {"parameterType": "STRING", "defaultValue": text, "isOptional": True}})


DEEP = {
    "parentheses": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "a sum": "x = " + "1 + " * 5000 + "1",
    "a shorter sum": "x = " + "1 + " * 900 + "1",
    "a very long sum": "x = " + "1 + " * 100_000 + "1",
    "lists": "x = " + "[" * 1000 + "]" * 1000,
    "signs": "x = " + "-" * 3000 + "1",
    "attributes": "import os\nx = os" + ".a" * 2000,
    "calls": "x = len" + "()" * 1000,
    "functions": "".join(" " * i + f"def f{i}():\n" for i in range(60)) + " " * 60 + "return 1",
    "lambdas": "x = " + "lambda: " * 600 + "1",
    "elif": "y = 1\nif y == 0: pass\n" + "".join(f"elif y == {i}: z = {i}\n" for i in range(1500)),
    "code in a text": "x = eval('" + "1 + " * 3000 + "1')",
    "an annotation": "x: '" + "a." * 3000 + "b' = 1",
    "beside a magic": "!echo a\nx = " + "1 + " * 900 + "1",
    "what looks at runs": "%pipeline runs\nx = " + "1 + " * 900 + "1",
}


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP)
def test_nested_deeply(source: str, tmp_path: Path) -> None:
    ir, errors = outcome(notebook("a = 1", source, "print(a)"), tmp_path)
    if ir is None:
        assert [one.code for one in errors] == ["CL103"]
        assert (errors[0].cell, errors[0].fix is not None) == ("c1", True)


def test_the_place_that_is_too_deep_is_told(tmp_path: Path) -> None:
    _, errors = outcome(notebook("a = 1", "b = 2\nc = 3\nx = " + "1 + " * 900 + "1", "print(a)"), tmp_path)
    assert [(one.cell, one.line, "cell 2, line 3" in one.message.lower()) for one in errors] == [("c1", 3, True)]


HUGE = {
    "a number": ("x = " + "9" * 100_000, False),
    "a text": ("x = '" + "a" * 1_000_000 + "'", True),
    "a table": ("x = {" + ", ".join(f"{i}: {i}" for i in range(5000)) + "}", True),
    "many statements": ("\n".join(f"n{i} = {i}" for i in range(500)), True),
    "many arguments": ("def f(" + ", ".join(f"a{i}" for i in range(2000)) + "): pass", True),
    "names that look cyclic": ("a = 1\nb = a\na = b\nb = a", True),
}


@pytest.mark.parametrize(("source", "valid"), HUGE.values(), ids=HUGE)
def test_huge(source: str, valid: bool, tmp_path: Path) -> None:
    ir, errors = outcome(notebook(source, "print(1)"), tmp_path)
    assert ir is not None if valid else [one.code for one in errors] == ["CL103"]


CANARY = "open({file!r}, 'w').close()"


@pytest.fixture
def canary(tmp_path: Path) -> tuple[str, Path, Path]:
    """A notebook that leaves a file when it is run, beside a package that leaves one when it is imported."""
    ran, imported = tmp_path / "ran", tmp_path / "imported"
    package = tmp_path / "fake_package"
    package.mkdir()
    (package / "__init__.py").write_text(CANARY.format(file=str(imported)) + "\nname = 'fake'\n")
    (tmp_path / "sitecustomize.py").write_text(CANARY.format(file=str(imported)) + "\n")
    mark = CANARY.format(file=str(ran))
    cells: list[Any] = [
        (f"import fake_package\nfrom fake_package import *\n{mark}", {}),
        (f"p = len([{mark}])", {"tags": ["parameters"]}),
        (f"%%step a --output x\n{mark}\nx = 1", {}),
        f"!touch {ran}\n%time {mark}\n%env A=$(touch {ran})",
        f"@(lambda f: {mark})\ndef f(a={mark}) -> {mark}: {mark}",
        f"class A(({mark}, object)[1], metaclass=({mark}, type)[1]):\n    {mark}",
        f"x = eval({mark!r})\nexec({mark!r})\ny: {mark!r} = 1",
        f"%%bash\ntouch {ran}",
        f"import pandas as pd\npd.DataFrame().query('@f()')\nprint(f'{{{mark}}}')",
    ]
    path = tmp_path / "canary.ipynb"
    path.write_text(notebook(*cells))
    return str(path), ran, imported


def test_the_canary_sings_when_it_is_executed(canary: tuple[str, Path, Path], tmp_path: Path) -> None:
    _, ran, imported = canary
    code = f"import fake_package\n{CANARY.format(file=str(ran))}"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert (ran.exists(), imported.exists()) == (True, True)


def test_nothing_is_executed_or_imported(
    canary: tuple[str, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, ran, imported = canary
    monkeypatch.chdir(tmp_path)
    data = Path(path).read_text()
    for read in (analyse_notebook, explain_notebook, compile_notebook):
        try:
            read(data, path)
        except RefusedError:
            pass
    for command in ("check", "graph", "compile"):
        more = ["-o", "out.yaml"] if command == "compile" else []
        subprocess.run([sys.executable, "-m", "cellift", command, path, *more], capture_output=True, check=False)
    assert (ran.exists(), imported.exists(), "fake_package" in sys.modules) == (False, False, False)

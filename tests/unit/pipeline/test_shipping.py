"""A compiled pipeline brings modules and files of the notebook's folder along, and runs where there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cellift.engine.plan import build_plan
from cellift.engine.prepare import compile_notebook
from cellift.notebook.diagnostics import RefusedError
from cellift.pipeline import dump_ir, load_ir
from unit.notebook.make_notebook import notebook
from unit.pipeline.kit import Launcher

CELLS = ("import helpers", "%%step a\nx = helpers.f(1)", "%%step b\nprint(helpers.f(x), open('t.csv').read())")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "nb"
    (made / "pkg").mkdir(parents=True)
    (made / "helpers.py").write_text("from pkg.inner import K\ndef f(x):\n    return x + K\n")
    (made / "pkg" / "__init__.py").write_text("")
    (made / "pkg" / "inner.py").write_text("K = 5\n")
    (made / "t.csv").write_text("1,2")
    return made


def compiled(folder: Path, *cells: str, include: tuple[str, ...] = ("*.csv",), **metadata: object) -> dict:
    data = notebook(*(cells or CELLS), **metadata)
    return load_ir(dump_ir(compile_notebook(data, str(folder / "nb.ipynb"), include=include).ir))


def payload(ir: dict, task: str) -> dict:
    return json.loads(
        ir["root"]["dag"]["tasks"][task]["inputs"]["parameters"]["cellift_step"]["runtimeValue"]["constant"]
    )


@pytest.mark.parametrize("local", [True, False])
def test_steps_run_in_a_folder_that_has_neither_the_modules_nor_the_data(folder, tmp_path, local):
    outcomes = Launcher(tmp_path / "run", local=local).run(compiled(folder))
    assert outcomes["b"].stdout == "11 1,2\n", outcomes


def test_another_file_of_that_name_is_not_overwritten(folder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "t.csv").write_text("mine")
    outcome = Launcher(tmp_path / "run").run(compiled(folder), cwd=tmp_path / "other")["b"]
    assert outcome.error["code"] == "CL605"
    assert (tmp_path / "other" / "t.csv").read_text() == "mine"


def test_another_module_of_that_name_in_the_folder_is_not_taken(folder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "helpers.py").write_text("def f(x):\n    return 'other'\n")
    assert Launcher(tmp_path / "run").run(compiled(folder), cwd=tmp_path / "other")["b"].stdout == "11 1,2\n"


def test_the_step_finds_nothing_of_it_in_its_environment(folder, tmp_path):
    ir = compiled(folder, "%%step a\nimport os\nprint('CELLIFT_FILES' in os.environ)")
    assert Launcher(tmp_path / "run").run(ir)["a"].stdout == "False\n"


def test_include_of_the_notebook_counts_too(folder):
    ir = compiled(folder, include=(), cellift={"version": 1, "pipeline": {"include": "*.csv"}})
    assert list(payload(ir, "b")["data"]) == ["t.csv"]


def test_a_pattern_that_fits_nothing_is_refused(folder):
    with pytest.raises(RefusedError) as caught:
        compiled(folder, include=("datta/*",))
    assert caught.value.diagnostics[0].code == "CL607"


def test_files_that_no_container_can_be_given_are_refused_by_name(folder):
    import random

    (folder / "big.csv").write_bytes(random.Random(1).randbytes(200_000))
    with pytest.raises(RefusedError) as caught:
        compiled(folder)
    assert caught.value.diagnostics[0].code == "CL603"
    assert "big.csv (195 KiB)" in caught.value.diagnostics[0].message


def test_long_code_of_a_step_is_packed_and_runs(folder, tmp_path):
    long = "%%step a\ntext = '" + "a\U0001f600" * 30_000 + "'\nprint(len(text))"
    ir = compiled(folder, long, "%%step b\nprint(text[:1])")
    assert "code" not in payload(ir, "a") and "code" in payload(ir, "b")
    assert len(json.dumps(ir["root"]["dag"]["tasks"]["a"])) < 20_000
    done = Launcher(tmp_path / "run").run(ir)
    assert (done["a"].stdout, done["b"].stdout) == ("60000\n", "a\n")
    assert {task["id"]: len(task["cells"]) for task in build_plan(ir, {})["tasks"]} == {"a": 1, "b": 1}


def test_code_of_a_step_that_no_container_can_be_given_is_refused(folder):
    import random
    import string

    text = "".join(random.Random(1).choices(string.ascii_letters, k=200_000))
    with pytest.raises(RefusedError) as caught:
        compiled(folder, f"%%step long\nx = '{text}'")
    assert caught.value.diagnostics[0].code == "CL603"
    assert "Step long makes" in caught.value.diagnostics[0].message


def test_packed_code_that_is_damaged_is_refused(folder):
    ir = compiled(folder, "%%step a\nx = '" + "a" * 50_000 + "'")
    given = ir["root"]["dag"]["tasks"]["a"]["inputs"]["parameters"]["cellift_step"]["runtimeValue"]
    given["constant"] = json.dumps({**json.loads(given["constant"]), "packed": "AAAA"})
    with pytest.raises(RefusedError) as caught:
        build_plan(ir, {})
    assert "cannot be read" in caught.value.diagnostics[0].message


def test_a_step_installs_its_own_packages_and_knows_those_of_its_inputs(folder):
    pytest.importorskip("numpy")
    ir = compiled(folder, "%%step a\nimport yaml\nx = yaml", "%%step b\nimport numpy\ny = 1", "%%step c\nprint(y)")
    pins = {task: [pin.split("==")[0] for pin in payload(ir, task)["packages"]] for task in "abc"}
    assert pins == {"a": ["pyyaml"], "b": ["numpy"], "c": []}
    assert [pin.split("==")[0] for pin in payload(ir, "c")["carried"]] == ["numpy"]


def test_the_recorded_image_is_the_default_one(folder, monkeypatch):
    monkeypatch.setenv("JUPYTER_IMAGE", "registry.example/lab:3")
    container = compiled(folder)["deploymentSpec"]["executors"]["exec-cellift"]["container"]
    assert container["image"] == "registry.example/lab:3"


def test_the_same_files_give_the_same_pipeline(folder):
    assert dump_ir(compiled(folder)) == dump_ir(compiled(folder))


def test_compiling_does_not_run_local_modules(folder, tmp_path):
    canary = tmp_path / "ran"
    source = f"open({str(canary)!r}, 'w').close()\ndef f(x):\n    return x\n"
    (folder / "helpers.py").write_text(source)
    compiled(folder)
    assert not canary.exists()
    exec(source, {})
    assert canary.exists()  # it sings when it is run

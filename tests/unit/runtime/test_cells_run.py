"""The runner does with a cell what the notebook does."""

from __future__ import annotations

import re
from pathlib import Path

from cellift.notebook.graph import CodeSlice, Step
from cellift.pipeline import compile_graph
from cellift.values import Reader
from unit.pipeline.kit import Launcher, graph, parameter, step


def test_last_expression_is_shown_as_its_repr(run_cell):
    assert run_cell("x = 'a'\nx + 'b'").stdout == "'ab'\n"


def test_semicolon_keeps_last_expression_from_being_shown(run_cell):
    assert run_cell("x = 1\nx;").stdout == ""
    assert run_cell("'é' ;  # comment").stdout == ""


def test_semicolon_inside_the_last_line_does_not_silence_it(run_cell):
    assert run_cell("';'").stdout == "';'\n"
    assert run_cell("x = 1; x").stdout == "1\n"


def test_none_is_not_shown(run_cell):
    assert run_cell("print('a')").stdout == "a\n"


def test_last_shown_value_is_underscore(run_cell, launcher):
    first = CodeSlice("c1", 1, 1, "40 + 2")
    second = CodeSlice("c2", 2, 1, "_ + 1")
    one = Step("work", "work", "step", ("c1", "c2"), (first, second))
    assert launcher.run(compile_graph(graph(one)))["work"].stdout == "42\n43\n"


def test_copied_setup_code_shows_nothing(run_cell):
    assert run_cell("1", setup="99").stdout == "1\n"


def test_cells_share_one_namespace_and_main_is_their_module(run_cell):
    outcome = run_cell("import sys, __main__\nv = 3\nassert __name__ == '__main__' and __main__.v == 3\nsys.argv")
    assert outcome.stdout == "['']\n"


def test_future_import_holds_for_later_cells(launcher):
    first = CodeSlice("c1", 1, 1, "from __future__ import annotations")
    second = CodeSlice("c2", 2, 1, "def f(x: undefined_name): pass\nf.__annotations__")
    one = Step("work", "work", "step", ("c1", "c2"), (first, second))
    assert launcher.run(compile_graph(graph(one)))["work"].stdout == "{'x': 'undefined_name'}\n"


def test_runner_future_imports_do_not_leak_into_the_cells(run_cell):
    assert run_cell("def f(x: int): pass\nf.__annotations__").stdout == "{'x': <class 'int'>}\n"


def test_top_level_await_runs_in_one_loop_for_all_cells(launcher):
    first = CodeSlice("c1", 1, 1, "import asyncio\nasync def f():\n    return 7\ntask = asyncio.ensure_future(f())")
    second = CodeSlice("c2", 2, 1, "await task")
    one = Step("work", "work", "step", ("c1", "c2"), (first, second))
    assert launcher.run(compile_graph(graph(one)))["work"].stdout == "7\n"


def test_printed_text_is_not_buffered(run_cell):
    assert run_cell("import os\nprint('before', end='')\nos._exit(3)").stdout == "before"


def test_killed_step_leaves_no_result(run_cell):
    outcome = run_cell("import os\nos._exit(3)")
    assert (outcome.code, outcome.result) == (3, None)


def test_text_that_no_terminal_can_show_is_printed_escaped(run_cell):
    assert run_cell("print('\\ud800 ä')", environment={"LC_ALL": "C", "PYTHONUTF8": "0"}).stdout == "\\ud800 ä\n"


def test_threads_left_running_do_not_keep_the_step_alive(run_cell):
    outcome = run_cell("import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n1")
    assert outcome.code == 0


def test_exit_handlers_run(run_cell):
    assert run_cell("import atexit\natexit.register(print, 'bye');").stdout == "bye\n"


def test_empty_step_succeeds(run_cell):
    assert run_cell("# nothing").ok["outputs"] == []


def test_step_runs_in_the_working_directory_and_imports_from_it(run_cell, tmp_path: Path):
    (tmp_path / "helpers_beside.py").write_text("v = 5")
    assert run_cell("import helpers_beside\nhelpers_beside.v", cwd=tmp_path).stdout == "5\n"


def test_result_lists_outputs_with_type_preview_and_size(run_cell):
    outcome = run_cell("x = [1, 2]", outputs=("x",))
    (found,) = outcome.ok["outputs"]
    assert (found["name"], found["type"], found["preview"], found["file"]) == ("x", "list", "[1, 2]", "x.pickle")
    assert found["bytes"] == (outcome.folder / "x.pickle").stat().st_size
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", found["digest"])
    assert outcome.ok["code_seconds"] >= 0


def test_output_that_the_step_did_not_define_is_left_out(launcher):
    ir = compile_graph(
        graph(
            step("make", "if False:\n    x = 1", outputs=("x",)),
            step("use", "y = 1\nx", number=2, inputs={"x": "make"}),
        )
    )
    outcomes = launcher.run(ir)
    assert outcomes["make"].ok["outputs"] == []
    assert outcomes["use"].error["type"] == "NameError"
    assert outcomes["use"].error["line"] == 2
    assert "ended without it" in outcomes["use"].error["message"]


def test_executor_output_describes_the_values_for_kubeflow(run_cell):
    import json

    outcome = run_cell("x = [1, 2]", outputs=("x",))
    written = json.loads((outcome.folder.parent / "output_metadata.json").read_text())
    (artifact,) = written["artifacts"]["values"]["artifacts"]
    assert artifact["uri"] == str(outcome.folder)
    assert artifact["metadata"] == {"x": "list: [1, 2]"}


def test_second_attempt_replaces_the_values_of_the_first(launcher, tmp_path: Path):
    flag = tmp_path / "flag"
    source = f"import os\nx = 1 if not os.path.exists({str(flag)!r}) else 2"
    ir = compile_graph(graph(step("work", source, outputs=("x",))))
    first = launcher.run(ir)["work"]
    assert Reader(first.folder)["x"] == 1
    flag.touch()
    assert Reader(launcher.run(ir)["work"].folder)["x"] == 2


def test_long_input_can_come_from_a_file(launcher, tmp_path: Path):
    import json
    import subprocess
    import sys

    from cellift.pipeline.bootstrap import bootstrap

    ir = compile_graph(graph(step("work", "x = '" + "a" * 200_000 + "'\nlen(x)")))
    file = tmp_path / "input.json"
    file.write_text(json.dumps(launcher.executor_input(ir, "work", {})))
    command = [sys.executable, "-u", "-c", bootstrap(), "--executor_input", f"@{file}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "200000\n"), done.stderr


def test_wrong_arguments_are_a_usage_error():
    import subprocess
    import sys

    from cellift.pipeline.bootstrap import bootstrap

    done = subprocess.run([sys.executable, "-c", bootstrap(), "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--executor_input" in done.stderr


def test_input_that_is_no_step_is_refused_with_a_record(launcher, tmp_path: Path):
    ir = compile_graph(graph(step("work", "1")))
    ir["root"]["dag"]["tasks"]["work"]["inputs"]["parameters"] = {}
    outcome = launcher.run(ir)["work"]
    assert outcome.code == 1
    assert outcome.error["reason"] == "Refused"
    assert "cellift_step" in outcome.error["message"]


def test_parameters_are_bound_before_the_code(launcher: Launcher):
    ir = compile_graph(graph(step("work", "n * 2", params=("n",)), parameters=(parameter("n", "int", 4),)))
    assert launcher.run(ir)["work"].stdout == "8\n"
    assert launcher.run(ir, {"n": 5})["work"].stdout == "10\n"

"""A failing step says where in the notebook it failed, and why."""

from __future__ import annotations

import signal
import sys

import pytest

from cellift.notebook.graph import CodeSlice, Step
from cellift.pipeline import compile_graph
from unit.pipeline.kit import graph, step


def test_error_points_to_cell_and_line_of_the_notebook(run_cell):
    outcome = run_cell("x = 0\ny = 1 / x", number=4, line=3)
    error = outcome.error
    assert (error["reason"], error["type"], error["cell"], error["line"]) == ("Exception", "ZeroDivisionError", "c4", 4)
    assert error["message"] == "division by zero"
    assert outcome.code == 1


def test_traceback_names_cell_line_and_step_and_shows_the_source(run_cell):
    text = run_cell("x = 0\ny = 1 / x", number=4, line=3).error["traceback"]
    lines = [line for line in text.splitlines() if "^" not in line]
    assert lines == [
        "Traceback (most recent call last):",
        "  cell 4, line 4, in step work",
        "    y = 1 / x",
        "ZeroDivisionError: division by zero",
    ]


def test_traceback_goes_to_the_log_too(run_cell):
    outcome = run_cell("1/0")
    assert outcome.stderr == outcome.error["traceback"]


def test_error_in_a_copied_function_points_into_it(run_cell):
    error = run_cell("f(0)", setup="def f(v):\n    return 1 / v").error
    assert (error["cell"], error["line"]) == ("c0", 2)
    assert "cell 100, line 2, in f" in error["traceback"]
    assert "cell 1, line 1, in step work" in error["traceback"]


def test_frames_of_libraries_stay_and_ours_do_not(run_cell):
    text = run_cell("import json\njson.loads('{')").error["traceback"]
    assert "/json/decoder.py" in text
    assert "<cellift>" not in text and "<string>" not in text


def test_chained_errors_are_both_shown(run_cell):
    source = "try:\n    1/0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e"
    text = run_cell(source).error["traceback"]
    assert "cell 1, line 2" in text and "cell 1, line 4" in text
    assert "direct cause" in text


def test_errors_in_a_group_are_shown(run_cell):
    if sys.version_info < (3, 11):
        return  # there are no groups
    text = run_cell("raise ExceptionGroup('both', [ValueError('a'), TypeError('b')])").error["traceback"]
    assert "cell 1, line 1, in step work" in text and "ValueError: a" in text and "TypeError: b" in text


def test_awaited_errors_show_no_event_loop(run_cell):
    text = run_cell("async def f():\n    1/0\nawait f()").error["traceback"]
    assert "cell 1, line 3, in step work" in text and "cell 1, line 2, in f" in text
    assert "asyncio" not in text


def test_syntax_that_this_python_lacks_points_to_the_cell(run_cell):
    error = run_cell("x = 1\ny = = 2", number=3).error
    assert (error["type"], error["cell"], error["line"]) == ("SyntaxError", "c3", 2)
    assert "cell 3, line 2" in error["traceback"]


@pytest.mark.parametrize("call", ["exit()", "exit(0)", "exit(3)", "exit('stop')"])
def test_sys_exit_ends_the_step_as_a_failure_at_its_line(run_cell, call):
    error = run_cell(f"import sys\nsys.{call}\nprint('never')").error
    assert (error["reason"], error["type"], error["line"], error["code"]) == ("Exited", "SystemExit", 2, "CL512")
    assert f"sys.{call}" in error["message"]


def test_input_is_refused_with_what_to_do(run_cell):
    error = run_cell("name = input('Your name? ')").error
    assert error["code"] == "CL505"
    assert "Your name?" in error["message"] and "parameter" in error["message"]
    assert "cell 1, line 1" in error["traceback"] and "_no_input" not in error["traceback"]


@pytest.mark.parametrize("name", ["_", "__", "___"])
def test_the_last_value_of_another_step_is_refused(run_cell, name):
    error = run_cell(f"print({name})").error
    assert (error["reason"], error["code"], error["line"]) == ("Refused", "CL205", 1)
    assert "does not come from another step" in error["message"]
    assert run_cell("print(_a)").error["reason"] == "Exception"


def test_value_that_cannot_be_pickled_fails_with_name_type_member_and_fix(run_cell):
    error = run_cell("import threading\nmodel = {'lock': threading.Lock()}", outputs=("model",)).error
    assert (error["reason"], error["code"], error["cell"]) == ("Refused", "CL501", "c1")
    for part in ("`model`", "dict", "model['lock']", "_thread.lock", "in the step that uses it"):
        assert part in error["message"]
    assert "step work, at its end" in error["traceback"]
    assert "File" not in error["traceback"]


def test_missing_file_of_an_input_is_reported_where_the_code_runs(launcher):
    ir = compile_graph(
        graph(step("make", "x = 1", outputs=("x",)), step("use", "y = 1\nx", number=2, inputs={"x": "make"}))
    )
    made = launcher.run_task(ir, "make", {}, {}, None)
    (made.folder / "x.pickle").unlink()
    error = launcher.run_task(ir, "use", {}, {}, None).error
    assert (error["code"], error["cell"], error["line"]) == ("CL502", "c2", 1)


def test_error_after_shown_plots_keeps_what_was_shown(launcher):
    ir = compile_graph(graph(step("work", "class A:\n    def _repr_html_(self): return '<b>'\ndisplay(A())\n1/0")))
    outcome = launcher.run(ir)["work"]
    assert outcome.result is not None
    assert outcome.result["display"] == [{"cell": "c1", "mime": "text/html", "file": "display/001.html"}]


def test_interrupt_is_recorded(run_cell):
    error = run_cell(f"import os\nos.kill(os.getpid(), {int(signal.SIGINT)})\nfor _ in range(10**9): pass").error
    assert error["type"] == "KeyboardInterrupt"


def test_terminated_step_ends_by_the_signal(run_cell):
    outcome = run_cell(f"import os, time\nos.kill(os.getpid(), {int(signal.SIGTERM)})\ntime.sleep(60)")
    assert outcome.code == -signal.SIGTERM


def test_full_disk_fails_with_a_clear_message_and_no_half_file(launcher, run_cell):
    source = "import cellift_test_full_disk\nbig = b'a' * 2_000_000"
    beside = launcher.folder / "modules"
    beside.mkdir(parents=True)
    (beside / "cellift_test_full_disk.py").write_text(
        "import errno, io, sys\n"
        "class Full(io.FileIO):\n"
        "    def write(self, data):\n"
        "        if len(data) > 1000: raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "        return super().write(data)\n"
        "real = open\n"
        "def opened(path, mode='r', buffering=-1, **k):\n"
        "    return Full(path, mode) if buffering == 0 and 'w' in mode else real(path, mode, buffering, **k)\n"
        "sys.modules['_cellift.values.hashed_file'].open = opened\n"
    )
    outcome = run_cell(source, outputs=("big",), environment={"PYTHONPATH": str(beside)})
    assert outcome.error["code"] == "CL503"
    assert "`big`" in outcome.error["message"] and "No space left" in outcome.error["message"]
    assert list(outcome.folder.iterdir()) == []


def test_step_of_several_cells_points_to_the_right_one(launcher):
    cells = (CodeSlice("a", 2, 1, "x = 1"), CodeSlice("b", 5, 1, "\n\nx / 0"))
    one = Step("work", "work", "step", ("a", "b"), cells)
    error = launcher.run(compile_graph(graph(one)))["work"].error
    assert (error["cell"], error["line"]) == ("b", 3)


def test_result_that_cannot_be_written_fails_the_step_with_a_line_in_the_log(run_cell, launcher):
    (launcher.folder / "work" / "result.json").mkdir(parents=True)
    outcome = run_cell("x = 1")
    assert outcome.code == 1
    assert outcome.stderr.startswith("cellift: the result of the step could not be written: ")
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ("import sys\nsys.stdout.close()\nsys.stderr.close()\n1 / 0", "ZeroDivisionError"),
        ("import sys\nsys.stdout.close()\nprint('on')\n1 / 0", "ValueError"),
        ("import os\nos.close(1)\nos.close(2)\nprint('on')", "OSError"),
        ("import sys\nsys.stdout = sys.stderr = None\nprint('on')\n1 / 0", "ZeroDivisionError"),
    ],
)
def test_error_of_a_step_that_closed_its_streams_is_told(run_cell, source, type_):
    outcome = run_cell(source)
    assert outcome.code == 1
    assert (outcome.error["type"], outcome.error["cell"]) == (type_, "c1")


def test_error_that_cannot_say_itself_is_told(run_cell):
    outcome = run_cell("class Mute(Exception):\n    def __str__(self):\n        raise RuntimeError('no')\nraise Mute")
    assert (outcome.error["type"], outcome.error["line"]) == ("Mute", 4)
    assert outcome.error["message"] == "<exception str() failed>"


def test_exit_handler_that_exits_does_not_fail_a_step(run_cell):
    outcome = run_cell("import atexit, sys\n_ = atexit.register(sys.exit, 3)")
    assert outcome.code == 0 and outcome.result["ok"]


def test_endless_message_is_shortened_in_the_record_and_whole_in_the_log(run_cell):
    outcome = run_cell("raise ValueError('begin ' + 'x' * 1_000_000 + ' end')")
    for text in (outcome.error["message"], outcome.error["traceback"]):
        assert len(text) < 10_000
        assert "begin x" in text and "x end" in text and "characters are left out" in text
    assert len(outcome.stderr) > 1_000_000

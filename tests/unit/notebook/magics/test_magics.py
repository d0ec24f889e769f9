"""What magics do in a step."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cellift.api import Data
from unit.notebook.make_notebook import analysed, codes, graph_of, text


def code_of(source: str) -> str:
    return text(graph_of(("first = 0", {"cellift": {"step": "zero"}}), (source, {"cellift": {"step": "a"}})), "a")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("x = 1\n%config InlineBackend.figure_format = 'svg'\ny = 2", "x = 1\npass\ny = 2"),
        ("%load_ext autoreload\n%autoreload 2", "pass\npass"),
        ("if True:\n    %matplotlib inline\n    x = 1", "if True:\n    pass\n    x = 1"),
        ("x = 1\nx?", "x = 1\npass"),
        ("x = 1\n%load more.py\n%xdel x", "x = 1\npass\ndel x"),
        ("x = 1\n?x\ny = 1", "x = 1\npass\ny = 1"),
        ("x = (10\n % 3)", "x = (10\n % 3)"),
        ("s = '''\n%matplotlib\n!ls\n'''", "s = '''\n%matplotlib\n!ls\n'''"),
        ("s = '''\n!ls\n'''\n%matplotlib inline", "s = '''\n!ls\n'''\npass"),
        ("%pip install -q numpy\nx = 1", "pass\nx = 1"),
        ("!python -m pip install numpy\nx = 1", "pass\nx = 1"),
        ("get_ipython().run_line_magic('matplotlib', 'inline')", "pass"),
        ("  x = 1\n  y = 2", "x = 1\ny = 2"),
        ("\n  x = 1\n  y = 2", "x = 1\ny = 2"),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2"),
        ("x = get_ipython().getoutput('ls', split=False)", "x = get_ipython().getoutput('ls', split=False)"),
    ],
)
def test_harmless_magics_leave_the_lines_where_they_are(source: str, expected: str) -> None:
    assert code_of(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time x = 1", "with get_ipython().timing(): x = 1"),
        ("%time len('a')", "get_ipython().timed(get_ipython().clock(), (len('a')))"),
        ("%time len('a');", "get_ipython().timed(get_ipython().clock(), (len('a')));"),
        ("x = %time len('a')", "with get_ipython().timing(): x = (len('a'))"),
        ("%time for i in 'ab': print(i)", "for i in 'ab': print(i)"),
        ("%time !ls", "get_ipython().timed(get_ipython().clock(), (get_ipython().system('ls')))"),
        ("%%time\nx = 1\ny = 2", "get_ipython().time_cell()\nx = 1\ny = 2"),
        ("%%capture\nx = 1", "get_ipython().capture_cell()\nx = 1"),
        ("%%capture out --no-stderr\nx = 1", "out = get_ipython().capture_cell(stderr=False)\nx = 1"),
        ("%%capture\n%%time\nx = 1", "get_ipython().capture_cell()\nget_ipython().time_cell()\nx = 1"),
        ("%prun -l 5 len('a')", "len('a');"),
        ("%timeit -n1 len([])", "get_ipython().run_line_magic('timeit', '-n1 len([])')"),
        ("x = 1\n!ls \\\n -l\ny = 2", "x = 1\nget_ipython().system('ls   -l')\n\ny = 2"),
        ("x = !ls", "x = get_ipython().getoutput('ls')"),
        ("!!ls", "get_ipython().getoutput('ls')"),
        ("%ls data", "get_ipython().system('ls -F --color data')"),
        ("here = %pwd", "here = get_ipython().run_line_magic('pwd', '')"),
        ("%%bash\nls", "get_ipython().run_cell_magic('bash', '', 'ls\\n')"),
        ("if True:\n    !ls", "if True:\n    get_ipython().system('ls')"),
        ("x = 1; get_ipython().magic('time y = 2')", "x = 1; y = 2"),
    ],
)
def test_a_magic_is_written_as_what_the_step_runs(source: str, expected: str) -> None:
    assert code_of(source).rstrip() == expected


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("x = 1\n!server &", "CL202", 2),
        ("%%bash --bg\nls", "CL202", 1),
        ("%store x", "CL201", 1),
        ("x = 1\n\n%run other.ipynb", "CL201", 3),
        ("x = %sql SELECT 1", "CL201", 1),
        ("%no_such_magic", "CL201", 1),
        ("%load_ext sql", "CL201", 1),
        ("%who", "CL201", 1),
        ("%xdel -n x", "CL201", 1),
        ("%%R\nls()", "CL203", 1),
        ("x = 1\n%%time", "CL203", 2),
        ("%%bash", "CL203", 1),
        ("%pip install -r requirements.txt", "CL207", 1),
        ("get_ipython().user_ns['x']", "CL206", 1),
        ("get_ipython().run_line_magic('no_such', '')", "CL201", 1),
        ("len(get_ipython().run_line_magic('time', 'x = 1'))", "CL206", 1),
    ],
)
def test_what_steps_cannot_do_is_an_error_with_line_and_fix(source: str, code: str, line: int) -> None:
    analysis = analysed(("first = 0", {"cellift": {"step": "zero"}}), (source, {"cellift": {"step": "a"}}))
    (diagnostic,) = analysis.diagnostics
    assert (diagnostic.code, diagnostic.cell, diagnostic.line) == (code, "c2", line)
    assert diagnostic.fix


def test_data_in_a_step_is_refused_with_the_python_that_does_the_same() -> None:
    (found,) = analysed(("%data cp minio/sales/may.csv ./may.csv", {"cellift": {"step": "a"}})).diagnostics
    assert found.code == "CL201"
    assert 'cellift.data("CONNECTION/bucket/key") has download' in found.fix and "--input" in found.fix
    # The fix names what there is.
    words = found.fix.partition(" has ")[2].partition(". ")[0].replace(" and ", ", ").split(", ")
    assert all(callable(getattr(Data, word)) for word in words) and len(words) == 6


def test_a_live_view_is_left_out_with_a_warning() -> None:
    analysis = analysed(("%tensorboard --logdir x", {"cellift": {"step": "a"}}))
    assert codes(analysis) == ["CL204"]
    assert analysis.ok


def test_a_skipped_cell_is_not_read_at_all() -> None:
    assert codes(analysed("%%step a\nx = 1", ("!pip install x", {"cellift": {"skip": True}}))) == []


@pytest.mark.parametrize(
    "source",
    [
        "r = %pipeline run --wait",
        "# how far?\n%pipeline status\n\n%runs",
        "%pipeline run \\\n  -p n=3",
        "%load_ext cellift\n%reload_ext cellift",
        "newest = %runs",
    ],
)
def test_a_cell_that_only_looks_at_pipelines_is_left_out(source: str) -> None:
    analysis = analysed("%%step a\nx = len('a')", source, "print(x)")
    assert codes(analysis) == []
    assert [cell.role for cell in analysis.graph.cells] == ["step", "skip", "step"]
    assert analysis.graph.steps[0].cells == ("c1", "c3")


@pytest.mark.parametrize(
    ("source", "metadata", "role"),
    [
        ("%pipeline status\nx = 1", {}, "step"),
        ("%pipelines", {}, "step"),
        ("%load_ext sql", {}, "step"),
        ("# nothing", {}, "step"),
        ("%pipeline status", {"cellift": {"step": "b"}}, "step"),
        ("%pipeline status", {"tags": ["parameters"]}, "parameters"),
    ],
)
def test_a_cell_that_does_more_or_is_marked_is_not_left_out(
    source: str, metadata: dict[str, object], role: str
) -> None:
    assert analysed("%%step a\nx = 1", (source, metadata)).graph.cells[1].role == role


def test_a_cell_magic_may_stand_below_the_step_line() -> None:
    analysis = analysed("%%step a\n%%time\nx = 1")
    assert codes(analysis) == []
    assert text(analysis.graph, "a") == "get_ipython().time_cell()\nx = 1"


@pytest.mark.parametrize("line", ["!echo {x} $y", "%env A={x}$y", "%%bash -c {x} $y\nls"])
def test_names_in_the_text_of_a_magic_come_from_the_step_that_makes_them(line: str) -> None:
    made = ("x, y = len('a'), len('b')", {"cellift": {"step": "make"}})
    step = graph_of(made, (line, {"cellift": {"step": "use"}})).steps[-1]
    assert step.inputs == {"x": "make", "y": "make"}


def test_braces_in_a_command_of_another_module_are_no_names() -> None:
    graph = graph_of("import subprocess", "%%step a\nx = len('a')", "%%step b\nsubprocess.getoutput('echo {x}')")
    assert [name.name for edge in graph.edges for name in edge.names if name.name == "x"] == []


def test_what_timeit_runs_is_read_but_binds_nothing() -> None:
    made = ("x = len('a')", {"cellift": {"step": "make"}})
    analysis = analysed(made, ("%timeit -n1 y = x", {"cellift": {"step": "use"}}), "print(y)")
    assert analysis.graph.steps[-1].inputs == {"x": "make"}
    assert codes(analysis) == ["CL104"]


def test_a_step_with_a_command_keeps_its_place() -> None:
    cells = [(source, {"cellift": {"step": name}}) for name, source in zip("abc", ["1", "!ls", "2"], strict=True)]
    edges = [(edge.source, edge.target) for edge in graph_of(*cells).edges]
    assert edges == [("a", "b"), ("b", "c")]


def test_commands_of_the_set_up_run_once_and_changes_of_state_in_every_step() -> None:
    graph = graph_of("!mkdir data\n%timeit 1 + 1\n%cd data", ("x = 1", {"cellift": {"step": "a"}}))
    assert [step.role for step in graph.steps] == ["setup", "step"]
    assert "mkdir" not in text(graph, "a")
    assert "timeit" not in text(graph, "a")
    assert "'cd', 'data'" in text(graph, "a")


def test_ipython_is_imported_only_for_a_cell_that_needs_it() -> None:
    program = (
        "import sys; from unit.notebook.make_notebook import analysed; analysed('%%step a\\nx = (10\\n % 3)');"
        "assert 'IPython' not in sys.modules; analysed('%%step a\\n%matplotlib inline');"
        "assert 'IPython' in sys.modules"
    )
    path = [entry for entry in sys.path if entry]
    subprocess.run([sys.executable, "-c", f"import sys; sys.path[:] = {path!r}; {program}"], check=True, timeout=60)


def test_names_of_ipython_are_errors() -> None:
    assert codes(analysed("%%step a\nprint(Out[1])")) == ["CL205"]
    assert codes(analysed("%%step a\nprint(_)")) == ["CL205"]
    assert codes(analysed("%%step a\n_, x = 1, 2\nprint(_)")) == []


@pytest.mark.parametrize(
    "source",
    ["%%bash\n" + "x" * 1_000_000, "!ls " + "$a{b} '" * 10_000, "!echo\n" * 3000, "%env {\n \t%time\tx\n  !ls"],
    ids=["one long word", "many names", "many magics", "wrong indentation"],
)
@pytest.mark.timeout(30)
def test_no_text_of_magics_keeps_the_analysis_busy(source: str) -> None:
    assert analysed((source, {"cellift": {"step": "a"}})) is not None


@pytest.mark.parametrize(
    "source",
    [
        "x = %cat a.txt",
        "x = %prun len('a')",
        "x = %time y = 1",
        "%time %timeit len('a')",
        "%timeit -v x len('a')",
        "x = %run a.py",
        "x = %xdel y",
        "!sleep 5 &",
    ],
)
def test_what_has_no_value_or_cannot_be_done_is_refused(source: str) -> None:
    assert {"CL201", "CL202"} & set(codes(analysed(("y = 0", {"cellift": {"step": "zero"}}), source)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time", "pass"),
        ("%config InteractiveShell.ast_node_interactivity = 'all'", "get_ipython().run_line_magic('config', "),
        ("%config InlineBackend.rc = {}", "pass"),
        ("x = %config InlineBackend.rc", "x = None"),
    ],
)
def test_settings_of_the_shell_are_kept_and_those_of_a_view_are_not(source: str, expected: str) -> None:
    assert code_of(source).startswith(expected)

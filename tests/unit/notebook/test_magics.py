"""What magics do in a step."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
        ("%time x = 1", "x = 1"),
        ("%%time\nx = 1\ny = 2", "x = 1\ny = 2"),
        ("%%capture\nx = 1", "x = 1"),
        ("x = 1\nx?", "x = 1\npass"),
        ("x = 1\n?x\ny = 1", "x = 1\npass\ny = 1"),
        ("x = (10\n % 3)", "x = (10\n % 3)"),
        ("s = '''\n%matplotlib\n!ls\n'''", "s = '''\n%matplotlib\n!ls\n'''"),
        ("s = '''\n!ls\n'''\n%matplotlib inline", "s = '''\n!ls\n'''\npass"),
    ],
)
def test_harmless_magics_leave_the_lines_where_they_are(source: str, expected: str) -> None:
    assert code_of(source) == expected


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("x = 1\n!ls -l", "CL202", 2),
        ("files = !ls", "CL202", 1),
        ("!pip install x", "CL202", 1),
        ("%pip install x", "CL202", 1),
        ("%cd /tmp", "CL201", 1),
        ("x = 1\n\n%run other.ipynb", "CL201", 3),
        ("x = %sql SELECT 1", "CL201", 1),
        ("%no_such_magic", "CL201", 1),
        ("%load_ext sql", "CL201", 1),
        ("%%bash\nls", "CL203", 1),
        ("%%writefile a.py\nx", "CL203", 1),
        ("%%capture out\nprint(1)", "CL203", 1),
        ("x = 1\n%%time", "CL203", 2),
    ],
)
def test_other_magics_and_shell_are_errors_with_line_and_fix(source: str, code: str, line: int) -> None:
    analysis = analysed(("first = 0", {"cellift": {"step": "zero"}}), (source, {"cellift": {"step": "a"}}))
    (diagnostic,) = analysis.diagnostics
    assert (diagnostic.code, diagnostic.cell, diagnostic.line) == (code, "c2", line)
    assert diagnostic.fix


@pytest.mark.parametrize("source", ["%timeit f()", "%%timeit\nf()", "%%html\n<b>x</b>"])
def test_measurements_and_pictures_are_left_out_with_a_warning(source: str) -> None:
    analysis = analysed((source, {"cellift": {"step": "a"}}))
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


def test_a_second_cell_magic_below_the_step_line_is_an_error() -> None:
    assert "CL203" in codes(analysed("%%step a\n%%time\nx = 1"))


def test_ipython_is_imported_only_for_a_cell_that_needs_it() -> None:
    program = (
        "import sys; from unit.notebook.make_notebook import analysed; analysed('%%step a\\nx = (10\\n % 3)');"
        "assert 'IPython' not in sys.modules; analysed('%%step a\\n%matplotlib inline');"
        "assert 'IPython' in sys.modules"
    )
    path = [entry for entry in sys.path if entry]
    subprocess.run([sys.executable, "-c", f"import sys; sys.path[:] = {path!r}; {program}"], check=True, timeout=60)


def test_names_of_ipython_are_errors() -> None:
    assert codes(analysed("%%step a\nget_ipython().magic('x')")) == ["CL205"]
    assert codes(analysed("%%step a\nprint(_)")) == ["CL205"]
    assert codes(analysed("%%step a\n_, x = 1, 2\nprint(_)")) == []

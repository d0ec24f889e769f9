"""What a notebook shows besides text is kept with the run."""

from __future__ import annotations

import json

HTML = "class A:\n    def __repr__(self): return 'plain A'\n    def _repr_html_(self): return '<b>ä</b>'\n"


def shown(outcome):
    index = json.loads((outcome.folder / "index.json").read_text())
    assert index["display"] == outcome.ok["display"]
    return [(item["cell"], item["mime"], (outcome.folder / item["file"]).read_bytes()) for item in index["display"]]


def test_rich_last_expression_is_kept_beside_its_text(run_cell):
    outcome = run_cell(HTML + "A()")
    assert outcome.stdout == "plain A\n"
    assert shown(outcome) == [("c1", "text/html", "<b>ä</b>".encode())]


def test_display_shows_several_values_in_order(run_cell):
    outcome = run_cell(HTML + "display(A(), 5)\ndisplay(A())")
    assert outcome.stdout == "plain A\n5\nplain A\n"
    assert len(shown(outcome)) == 2


def test_display_of_ipython_is_ours(run_cell):
    outcome = run_cell(HTML + "from IPython.display import display\ndisplay(A())")
    assert outcome.stdout == "plain A\n"
    assert len(shown(outcome)) == 1


def test_repeated_statements_show_nothing_but_errors_and_warnings(run_cell):
    setup = HTML + "import os, sys\nout = sys.stdout\nprint('printed')\ndisplay(A())\nos.system('echo child')\n"
    outcome = run_cell("print('own', file=out)\nA()", setup=setup + "print('told', file=sys.stderr)")
    assert (outcome.stdout, outcome.stderr) == ("own\nplain A\n", "told\n")
    assert len(shown(outcome)) == 1


def test_failing_repr_does_not_fail_the_step(run_cell):
    source = "class B:\n    def __repr__(self): 1/0\n    def _repr_html_(self): 1/0\nB()"
    outcome = run_cell(source)
    assert outcome.code == 0
    assert "B could not be shown" in outcome.stderr and "_repr_html_" in outcome.stderr


def test_huge_output_is_not_kept_and_said_so(run_cell):
    outcome = run_cell("class C:\n    def _repr_html_(self): return 'x' * 5_000_000\nC()")
    assert shown(outcome) == []
    assert "not kept" in outcome.stderr


def test_class_as_last_expression_is_shown_as_text(run_cell):
    outcome = run_cell(HTML + "A")
    assert outcome.stdout == "<class '__main__.A'>\n"
    assert shown(outcome) == []


def test_open_figures_are_kept_at_the_end_of_the_cell(run_cell):
    outcome = run_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.figure()\nNone")
    kept = shown(outcome)
    assert [(cell, mime) for cell, mime, _ in kept] == [("c1", "image/png")] * 2
    assert all(data.startswith(b"\x89PNG") for _, _, data in kept)


def test_show_keeps_the_figure_and_starts_a_new_one(run_cell):
    source = "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nplt.plot([2])\nplt.show()"
    outcome = run_cell(source)
    assert len(shown(outcome)) == 2
    assert outcome.stderr == ""


def test_figure_as_last_expression_is_kept_once(run_cell):
    outcome = run_cell("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nfig")
    assert len(shown(outcome)) == 1


def test_backend_of_notebooks_in_the_environment_is_replaced(run_cell):
    backend = "module://matplotlib_inline.backend_inline"
    outcome = run_cell("import matplotlib.pyplot as plt\nplt.get_backend()", environment={"MPLBACKEND": backend})
    assert outcome.stdout.lower() == "'agg'\n"


def test_chosen_backend_is_kept(run_cell):
    outcome = run_cell("import os\nos.environ['MPLBACKEND']", environment={"MPLBACKEND": "svg"})
    assert outcome.stdout == "'svg'\n"


def test_plots_cost_nothing_without_matplotlib(run_cell):
    assert run_cell("import sys\n[m for m in sys.modules if 'matplotlib' in m or m == 'numpy']").stdout == "[]\n"


def test_long_collections_are_shown_up_to_where_the_notebook_stops(run_cell):
    assert run_cell("list(range(100_000))").stdout.endswith(" 998, 999, ...]\n")
    assert run_cell("dict.fromkeys(range(100_000))").stdout.endswith(" 999: None, ...}\n")
    assert run_cell("set(range(100_000))").stdout.endswith(", ...}\n")
    assert run_cell("frozenset(range(100_000))").stdout.endswith(", ...})\n")
    assert run_cell("list(range(1000))").stdout.endswith(" 998, 999]\n")

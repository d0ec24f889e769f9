"""Hidden state that a step declares is taken up by the steps that ask for it, just before their own code."""

from __future__ import annotations

import pytest

from cellift.pipeline import compile_graph
from unit.pipeline.kit import graph, step

SEEDED = [
    ("state:random", "import random", "random.seed(7)", "random.random()"),
    ("state:numpy.random", "import numpy as np", "np.random.seed(7)", "float(np.random.rand())"),
]


@pytest.mark.parametrize(("name", "setup", "seed", "draw"), SEEDED)
def test_generator_goes_on_where_the_earlier_step_left_it(launcher, name, setup, seed, draw):
    ir = compile_graph(
        graph(
            step("make", f"{seed}\n{draw}", setup=setup, outputs=(name,)),
            # The seed in the copied code is what a repeated statement is: the state comes after it.
            step("use", draw, setup=f"{setup}\n{seed}", inputs={name: "make"}),
            step("whole", f"{seed}\n_ = {draw}\n{draw}", setup=setup),
        )
    )
    found = launcher.run(ir)
    assert found["use"].stdout == found["whole"].stdout != found["make"].stdout


def test_state_is_no_variable_of_the_notebook(launcher):
    ir = compile_graph(
        graph(
            step("make", "random.seed(1)", setup="import random", outputs=("state:random",)),
            step("use", "[name for name in globals() if ':' in name]", inputs={"state:random": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "[]\n"


def test_state_reaches_a_step_through_one_that_does_not_draw(launcher):
    draw = "random.random()"
    ir = compile_graph(
        graph(
            step("make", "random.seed(1)", setup="import random", outputs=("state:random",)),
            step("pass", "1", inputs={"state:random": "make"}, outputs=("state:random",)),
            step("use", draw, setup="import random", inputs={"state:random": "pass"}),
            step("whole", f"random.seed(1)\n{draw}", setup="import random"),
        )
    )
    found = launcher.run(ir)
    assert found["use"].stdout == found["whole"].stdout


CHANGES = [
    ("state:environ", "import os", "os.environ['CELLIFT_X'] = 'é'\ndel os.environ['GONE']", "sorted(k for k in os.environ if k in ('GONE', 'CELLIFT_X')), os.environ['CELLIFT_X']"),  # noqa: E501
    ("state:cwd", "import os", "os.makedirs('sub', exist_ok=True)\nos.chdir('sub')", "os.path.basename(os.getcwd())"),
    ("state:sys.path", "import sys", "sys.path.insert(0, '/first')\nsys.path.append('/last')", "sys.path[0], sys.path[-1]"),  # noqa: E501
    ("state:warnings", "import warnings", "warnings.simplefilter('error')", "warnings.filters[0][0]"),
    ("state:locale", "import locale", "locale.setlocale(locale.LC_ALL, 'C.UTF-8')", "locale.setlocale(locale.LC_ALL)"),
    ("state:logging", "import logging", "logging.getLogger('a.b').setLevel(7)\nlogging.basicConfig(level=5, format='%(message)s!')", "logging.root.level, logging.getLogger('a.b').level, logging.root.handlers[0].formatter._fmt"),  # noqa: E501
    ("state:decimal", "import decimal", "decimal.getcontext().prec = 5\ndecimal.getcontext().traps[decimal.Inexact] = True", "decimal.getcontext().prec, decimal.getcontext().traps[decimal.Inexact]"),  # noqa: E501
    ("state:numpy", "import numpy as np", "np.set_printoptions(precision=2)\nnp.seterr(all='raise')", "np.get_printoptions()['precision'], np.geterr()['over']"),  # noqa: E501
    ("state:pandas", "import pandas as pd", "pd.options.display.max_rows = 3", "pd.get_option('display.max_rows')"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "setup", "change", "look"), CHANGES, ids=[each[0] for each in CHANGES])
def test_change_of_a_setting_is_made_in_the_step_that_takes_it(launcher, name, setup, change, look):
    ir = compile_graph(
        graph(
            step("make", f"{change}\n{look}", setup=setup, outputs=(name,)),
            step("use", look, setup=setup, inputs={name: "make"}),
            step("other", look, setup=f"{setup}\nimport os\nos.environ.setdefault('CELLIFT_X', '')"),
        )
    )
    folder = launcher.folder.parent / "work"
    folder.mkdir()
    found = launcher.run(ir, environment={"GONE": "1"}, cwd=folder)
    assert found["make"].stdout == found["use"].stdout != found["other"].stdout, found["use"].stderr


def test_changes_of_two_steps_to_one_list_are_both_there(launcher):
    look = "[p for p in sys.path if p.startswith('/only')]"
    ir = compile_graph(
        graph(
            step("make", "sys.path.insert(0, '/only/a')", setup="import sys", outputs=("state:sys.path",)),
            step(
                "more",
                "sys.path.append('/only/b')",
                setup="import sys",
                inputs={"state:sys.path": "make"},
                outputs=("state:sys.path",),
            ),
            step(
                "use",
                look,
                setup="import sys\nsys.path.insert(0, '/only/mine')",
                inputs={"state:sys.path": "more"},
            ),
        )
    )
    assert launcher.run(ir)["use"].stdout == "['/only/a', '/only/mine', '/only/b']\n"


def test_copied_imports_look_where_an_earlier_step_has_added_a_folder_and_what_added_it_comes_later(launcher):
    beside = launcher.folder.parent / "work"
    (beside / "lib").mkdir(parents=True)
    (beside / "more").mkdir()
    (beside / "lib/adds.py").write_text("import sys\ndef add():\n    sys.path.append('more')\n    return 1")
    (beside / "more/extra.py").write_text("N = 7")
    folder = "import sys\nsys.path.insert(0, 'lib')"
    ir = compile_graph(
        graph(
            step("make", "import adds\nok = adds.add()", setup=folder, outputs=("state:sys.path",)),
            step("use", "print(extra.N)", setup=f"{folder}\nimport extra", inputs={"state:sys.path": "make"}),
        )
    )
    assert launcher.run(ir, cwd=beside)["use"].stdout == "7\n"


def test_what_the_process_was_started_with_does_not_cross(launcher):
    ir = compile_graph(graph(step("make", "os.environ['NEW'] = '1'", setup="import os", outputs=("state:environ",))))
    found = launcher.run(ir, environment={"SECRET": "hush"})["make"]
    assert b"hush" not in b"".join(path.read_bytes() for path in found.folder.iterdir() if path.is_file())


def test_a_change_that_the_source_shows_is_handed_on_also_when_its_statement_loads_a_module(launcher):
    from cellift.pipeline import compile_graph
    from unit.notebook.make_notebook import graph_of

    change = "%%step a\nimport os\nif True:\n    os.environ['DEEP'] = '1'\n    import wave\n    y = 3"
    outcomes = launcher.run(compile_graph(graph_of(change, "%%step b\nprint(os.environ['DEEP'], y)")))
    assert outcomes["b"].stdout == "1 3\n"

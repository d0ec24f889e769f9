"""What a notebook puts into the place of something of a library is for its own code, not for the runner's."""

from __future__ import annotations

import pytest

PATCHED = (
    "json.dumps",
    "json.loads",
    "os.getcwd",
    "os.listdir",
    "os.path.join",
    "shutil.rmtree",
    "re.sub",
    "time.time",
    "builtins.open",
    "builtins.print",
)


@pytest.mark.parametrize("path", PATCHED)
def test_a_step_that_patches_what_the_runner_uses_ends_well(run_cell, path):
    module = path.partition(".")[0]
    outcome = run_cell(
        f"import {module}\nasked = []\ndef spy(*a, **k):\n    asked.append(a)\n    raise RuntimeError\n{path} = spy",
        outputs=("asked",),
    )
    assert outcome.ok
    assert outcome.stderr == ""


def test_the_notebooks_own_open_is_another_than_that_of_libraries(run_cell):
    """As in IPython, which gives each notebook one of its own."""
    outcome = run_cell("import builtins\nreal = open\nbuiltins.open = None\nprint(open is real)")
    assert outcome.stdout == "True\n"


def test_the_notebook_itself_meets_what_it_has_patched(run_cell):
    outcome = run_cell("import builtins\nbuiltins.len = lambda _: 42\nprint(len([]))")
    assert outcome.stdout == "42\n"

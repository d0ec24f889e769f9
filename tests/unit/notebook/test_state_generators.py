"""Which calls seed a global random generator, and which draw from one."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.state_generators import generator_acts, imported_names
from cellift.notebook.state_names import is_pseudo, label
from unit.notebook.make_notebook import analysed, codes


def acts(source: str) -> list[tuple[str, str]]:
    tree = ast.parse(source)
    names = imported_names(tree.body)
    return [act for act, _ in generator_acts(tree, names)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import random\nrandom.seed(1)", ("state:random", "seed")),
        ("from random import shuffle\nshuffle(x)", ("state:random", "draw")),
        ("import numpy as np\nnp.random.seed(1)", ("state:numpy.random", "seed")),
        ("from numpy import random as r\nr.normal()", ("state:numpy.random", "draw")),
        ("import torch as t\nt.manual_seed(1)", ("state:torch", "seed")),
        ("import torch\ntorch.randn(2)", ("state:torch", "draw")),
        ("from sklearn.utils import shuffle\nshuffle(x)", ("state:numpy.random", "draw")),
        ("from sklearn.utils import shuffle\nshuffle(x, random_state=None)", ("state:numpy.random", "draw")),
    ],
)
def test_a_global_generator_is_found_through_its_alias(source: str, expected: tuple[str, str]) -> None:
    assert acts(source) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.random.default_rng(1)",
        "import random\nrandom.Random(1)",
        "import numpy as np\nnp.mean(x)",
        "from sklearn.utils import shuffle\nshuffle(x, random_state=0)",
        "random.seed(1)",
    ],
)
def test_generators_of_their_own_and_pure_calls_touch_no_global_one(source: str) -> None:
    assert acts(source) == []


def test_every_name_has_words_for_people() -> None:
    assert label("state:numpy.random") == "random state of numpy"
    assert label("state:environ") == "environment variables"
    assert label("file:a/out.csv") == "file a/out.csv"
    assert label("files:") == "files in the working directory"
    assert label("x") == "x"
    assert is_pseudo("file:x") and not is_pseudo("x")


DRAW = "import random as r\nfrom random import random as draw\ndef later():\n    return draw()\nr.seed(1)"


def test_a_draw_in_a_function_that_two_steps_call_is_refused() -> None:
    analysis = analysed(DRAW, "%%step a\nx = later()", "%%step b\ny = later()")
    assert codes(analysis) == ["CL303"] and not analysis.ok


def test_a_step_that_seeds_again_before_it_draws_is_accepted() -> None:
    assert codes(analysed(DRAW, "%%step a\nx = later()", "%%step b\nr.seed(2)\ny = later()")) == []

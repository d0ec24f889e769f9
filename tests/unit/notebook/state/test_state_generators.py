"""Which calls seed a global random generator, and which draw from one."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.state.aliases import imported_names
from cellift.notebook.state.generators import Knowledge
from cellift.notebook.state.names import is_pseudo, label
from unit.notebook.make_notebook import analysed, codes, edges, graph_of, step, text


def acts(source: str) -> list[tuple[str, str]]:
    tree = ast.parse(source)
    knowledge = Knowledge(())
    knowledge.names = imported_names(tree.body)
    return [act for call in ast.walk(tree) if isinstance(call, ast.Call) for act in knowledge.acts(call)]


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


@pytest.mark.parametrize(
    ("bound", "own"), [("", True), ("K = None", False), ("for K in [None]: pass", False), ("K: int = 2", True)]
)
def test_a_name_that_may_be_none_somewhere_means_the_global_generator(bound: str, own: bool) -> None:
    tree = ast.parse(f"K = 1\nshuffle(x, random_state=K)\n{bound}")
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call))
    assert Knowledge(tree.body).has_own_state(call) is own


def test_every_name_has_words_for_people() -> None:
    assert label("state:numpy.random") == "numpy random generator"
    assert label("state:environ") == "environment variables"
    assert label("file:a/out.csv") == "file a/out.csv"
    assert label("files:") == "files in the working directory"
    assert label("x") == "x"
    assert is_pseudo("file:x") and not is_pseudo("x")


SEED = "import random as r\nimport numpy as np\nr.seed(1)"
NAME = "state:random"


def test_a_step_that_draws_takes_the_generator_from_the_step_that_drew_before() -> None:
    graph = graph_of(SEED, "%%step a\nx = r.random()", "%%step b\ny = 1", "%%step c\nz = r.random()")
    assert edges(graph) == {f"a>c:{NAME}"}
    assert dict(step(graph, "c").inputs) == {"state:random": "a"}
    assert step(graph, "a").outputs == ("state:random",)
    assert step(graph, "b").seeded == ("state:random",)


def test_looking_at_a_generator_takes_it_and_leaves_it_alone() -> None:
    graph = graph_of(SEED, "%%step a\nx = r.random()", "%%step b\ns = r.getstate()", "%%step c\nz = r.random()")
    assert edges(graph) == {f"a>b:{NAME}", f"a>c:{NAME}"}


@pytest.mark.parametrize(
    "block",
    [
        "if x:\n    def f():\n        return r.random()",
        "if x:\n    if x > 1:\n        def f():\n            return r.random()",
        "try:\n    f\nexcept NameError:\n    def f():\n        return r.random()",
    ],
)
def test_a_function_defined_in_a_branch_draws_nothing_there(block: str) -> None:
    graph = graph_of(SEED, "%%step a\nx = r.random()", f"%%step b\n{block}", "%%step c\nz = r.random()")
    assert {edge for edge in edges(graph) if NAME in edge} == {f"a>c:{NAME}"}


def test_a_generator_that_nobody_seeds_is_nobodys_business() -> None:
    graph = graph_of("import random", "%%step a\nx = random.random()", "%%step b\nz = random.random()")
    assert edges(graph) == set()
    assert step(graph, "b").seeded == ()


@pytest.mark.parametrize(
    "definition",
    [
        "def draw():\n    return r.random()",
        "def inner():\n    return r.random()\ndef draw():\n    return inner()",
        "class D:\n    def go(self):\n        return r.random()\ndef draw():\n    return D().go()",
        "draw = lambda: r.random()",
    ],
)
def test_a_draw_in_a_function_counts_where_it_is_called(definition: str) -> None:
    graph = graph_of(SEED, definition, "%%step a\nx = draw()", "%%step b\ny = draw()")
    assert edges(graph) == {f"a>b:{NAME}"}


def test_a_step_says_whether_it_draws_before_it_seeds() -> None:
    graph = graph_of(SEED, "%%step a\nr.random()", "%%step b\nr.seed(1)\nr.random()", "%%step c\nr.random()")
    assert [one.draws for one in graph.steps] == [("state:random",), (), ("state:random",)]


@pytest.mark.parametrize(
    "seed", ["r.seed(2)", "start(2)", "y = start(2)", "set_seed()", "with open('f'):\n    r.seed(2)"]
)
def test_a_step_that_seeds_before_it_draws_depends_on_no_step(seed: str) -> None:
    again = f"%%step b\n{seed}\nz = r.random()"
    own = "def start(s):\n    r.seed(s)\n    return s", "def set_seed():\n    with open('f'):\n        r.seed(2)"
    graph = graph_of(SEED, *own, "%%step a\nx = r.random()", again)
    assert edges(graph) == set()


def test_a_step_that_may_seed_takes_the_generator() -> None:
    graph = graph_of(SEED, "%%step a\nx = r.random()", "%%step b\nif x > 2:\n    r.seed(2)\nz = r.random()")
    assert edges(graph) == {f"a>b:{NAME}", "a>b:x"}


def test_a_seed_in_a_step_reaches_later_draws() -> None:
    graph = graph_of("import random as r", "%%step a\nr.seed(1)", "%%step b\nz = r.random()")
    assert edges(graph) == {f"a>b:{NAME}"}


def test_set_up_seeds_are_made_in_every_step_and_draws_of_the_set_up_once() -> None:
    draws = "import random as r\nr.seed(1)\nx = r.random()"
    graph = graph_of(draws, "%%step a\nz = r.random()")
    assert edges(graph) == {f"setup>a:{NAME}"}
    again = graph_of(f"{draws}\nr.seed(2)", "%%step a\nz = r.random()")
    assert edges(again) == set()
    assert "r.seed(2)" in text(again, "a")


@pytest.mark.parametrize(
    "draw",
    [
        "df.sample(3)",
        "norm.rvs()",
        "KMeans(2).fit(df)",
        "helper.roll()",
        "make_blobs(10)",
        "df.sample(2, random_state=k)",
    ],
)
def test_what_libraries_may_draw_counts(draw: str) -> None:
    imports = "import numpy as np, helper\nfrom scipy.stats import norm\nfrom sklearn.cluster import KMeans\n"
    imports += "from sklearn.datasets import make_blobs\nnp.random.seed(0)\ndf = k = None"
    graph = graph_of(imports, f"%%step a\nx = {draw}", "%%step b\ny = np.random.rand()")
    assert edges(graph) == {"a>b:state:numpy.random"}


@pytest.mark.parametrize("call", ["df.sample(3, random_state=K)", "KMeans(2, random_state=0).fit(df)", "np.sort(df)"])
def test_what_has_a_state_of_its_own_draws_nothing(call: str) -> None:
    imports = "import numpy as np\nfrom sklearn.cluster import KMeans\nnp.random.seed(0)\nK = 3\ndf = None"
    graph = graph_of(imports, f"%%step a\nx = {call}", "%%step b\ny = np.random.rand()")
    assert edges(graph) == set()


def test_a_generator_that_cannot_be_handed_on_is_refused() -> None:
    cells = ["%%step a\nx = tf.random.normal([1])", "%%step b\ny = tf.random.normal([1])"]
    assert codes(analysed("import tensorflow as tf\ntf.random.set_seed(0)", *cells)) == ["CL303"]
    cells = ["%%step a\nx = cupy.random.normal(1)", "%%step b\ny = cupy.random.normal(1)"]
    assert codes(analysed("import cupy\ncupy.random.seed(0)", *cells)) == ["CL303"]


@pytest.mark.parametrize("kept", ["f = r.seed", "f = {'s': r.seed}", "getattr(r, 'seed')(1)", "f = [r.random]"])
def test_a_seed_function_that_is_kept_seeds_some_time(kept: str) -> None:
    graph = graph_of(
        "import random as r", f"%%step a\n{kept}", "%%step b\nprint(f, r.random())" if "f =" in kept else "%%step b\n1"
    )
    assert step(graph, "b").seeded == (() if "[" in kept else ("state:random",))

"""Steps that share a file keep the order of the notebook."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import PARAMETERS, edges, graph_of


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("df = str(1)\nopen('out.txt', 'w').write(df)", "print(open('out.txt').read())"),
        ("import numpy as np\nnp.save('work/out.npy', [1])", "import numpy as np\nnp.load('work/out.npy')"),
        ("from pathlib import Path\n(Path('d') / 'a.json').write_text('1')", "print(open('d/a.json').read())"),
        ("print(open('a.txt').read())", "open('a.txt', mode='a').write('x')"),
    ],
)
def test_a_file_that_one_step_writes_orders_the_steps(first: str, second: str) -> None:
    graph = graph_of(f"%%step a\n{first}", f"%%step b\n{second}")
    (edge,) = graph.edges
    assert (edge.source, edge.target) == ("a", "b")
    assert "writes files" in edge.names[0].reason
    assert dict(graph.steps[1].inputs) == {}


def test_a_file_name_in_a_constant_or_a_function_counts_in_the_steps_that_use_it() -> None:
    graph = graph_of(
        "OUT = 'out.csv'\ndef save(x):\n    x.to_csv(OUT)\nx = None",
        "%%step a\nif x:\n    save(x)",
        "%%step b\nprint(open(OUT).read())",
        "%%step c\nprint(1)",
    )
    assert edges(graph) == {"a>b:out.csv"}


def test_a_file_name_that_is_a_parameter_counts_too() -> None:
    graph = graph_of(("out = 'x.csv'", PARAMETERS), "%%step a\nopen(out, 'w')", "%%step b\nopen(out)")
    assert edges(graph) == {"a>b:x.csv"}


def test_a_file_name_that_a_step_assigns_counts_where_it_is_used() -> None:
    names = "%%step a\nBASE = 'work'\nOUT = f'{BASE}/x.csv'"
    graph = graph_of(names, "%%step b\nopen(OUT, 'w')", "%%step c\nprint(open(OUT).read())")
    assert edges(graph) == {"a>b:OUT", "a>b:x.csv", "a>c:OUT", "b>c:x.csv"}


def test_a_file_that_a_value_was_read_from_orders_nothing() -> None:
    read = "%%step a\nrows = open('in.csv').readlines()"
    graph = graph_of(read, "%%step b\nopen('out.csv', 'w').writelines(rows)", "%%step c\nprint(rows)")
    assert edges(graph) == {"a>b:rows", "a>c:rows"}


def test_steps_that_only_read_a_file_stay_independent() -> None:
    assert edges(graph_of("%%step a\nx = open('in.csv').read()", "%%step b\ny = open('in.csv').read()")) == set()


def test_texts_that_are_no_files_order_nothing() -> None:
    cells = [
        "%%step a\nopen('x.txt', 'w')\nprint('Done. Really', 'http://h/y.csv')",
        "%%step b\nprint('Done. Really', 'http://h/y.csv')",
    ]
    assert edges(graph_of(*cells)) == set()


def test_what_every_step_does_for_itself_orders_nothing() -> None:
    options = "import pandas as pd\npd.set_option('display.width', 80)"
    assert edges(graph_of(options, "%%step a\nopen('x.txt', 'w')", "%%step b\nprint(1)")) == set()


def test_replacing_text_writes_no_file() -> None:
    cells = ["%%step a\nx = open('in.csv').read().replace(';', ',')", "%%step b\ny = open('in.csv').read()"]
    assert edges(graph_of(*cells)) == set()


def test_moving_a_file_orders_the_steps() -> None:
    cells = ["%%step a\nimport os\nos.replace('new.csv', 'in.csv')", "%%step b\ny = open('in.csv').read()"]
    assert edges(graph_of(*cells)) == {"a>b:in.csv"}

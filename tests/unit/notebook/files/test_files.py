"""Steps that share a file keep the order of the notebook."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import PARAMETERS, edges, graph_of, text


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
    assert edges(graph) == {"a>b:OUT", "a>c:OUT", "b>c:x.csv"}


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


WRITE_AND_READ = [
    ("from pathlib import Path\np = Path('out')\n(p / 'a.txt').write_text('1')", "print((p / 'a.txt').exists())"),
    ("for i in range(3):\n    open(f'part_{i}.txt', 'w').write('x')", "import glob\nprint(glob.glob('part_*.txt'))"),
    ("import json\nwith open('a.json', 'w') as f:\n    json.dump({}, f)", "print(json.load(open('a.json')))"),
    ("import sqlite3\nsqlite3.connect('x.db').execute('create table t(v)')", "sqlite3.connect('x.db')"),
    ("import os\nos.makedirs('results', exist_ok=True)", "open('results/r.txt', 'w')"),
    ("import os\nos.makedirs('results', exist_ok=True)", "import os\nprint(os.listdir('.'))"),
    ("import subprocess\nsubprocess.run(['make'])", "print(open('built.txt').read())"),
    ("import shutil\nshutil.copy('a.csv', 'b.csv')", "print(open('b.csv').read())"),
    ("def save(x, name):\n    open(name, 'w').write(x)\nsave('x', 'm.txt')", "print(open('m.txt').read())"),
    ("class W:\n    def save(self):\n        open('m.txt', 'w')\nW().save()", "print(open('m.txt').read())"),
    ("import store\nstore.save(1)", "import store\nprint(store.load())"),
    ("name = input()\nopen(name, 'w')", "print(open('a.txt').read())"),
]


@pytest.mark.parametrize(("first", "second"), WRITE_AND_READ)
def test_reading_what_a_step_above_may_have_written_waits_for_it(first: str, second: str) -> None:
    graph = graph_of(f"%%step a\n{first}", f"%%step b\n{second}")
    assert [(edge.source, edge.target) for edge in graph.edges] == [("a", "b")]


@pytest.mark.parametrize("first", ["print(open('a.txt').read())", "open('a.txt', 'a').write('1')"])
def test_writing_what_a_step_above_used_waits_for_it(first: str) -> None:
    graph = graph_of(f"%%step a\n{first}", "%%step b\nopen('a.txt', 'w').write('2')")
    assert edges(graph) == {"a>b:a.txt"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("open('a.txt', 'w').write('1')", "print(open('b.txt').read())"),
        ("open(f'x_{1}.txt', 'w').write('1')", "print(open('y_1.txt').read())"),
        ("import io\nb = io.StringIO()\nprint(file=b)", "print(open('b.txt').read())"),
        ("def save(x, name):\n    open(name, 'w').write(x)\nsave('x', 'm.txt')", "print(open('b.txt').read())"),
    ],
)
def test_steps_with_files_of_their_own_stay_independent(first: str, second: str) -> None:
    assert edges(graph_of(f"%%step a\n{first}", f"%%step b\n{second}")) == set()


def test_a_file_that_the_set_up_writes_is_written_once() -> None:
    write = "open('d.csv', 'w').write('1')"
    graph = graph_of(write, "%%step a\nprint(open('d.csv').read())", "%%step b\nprint(1)")
    assert edges(graph) == {"setup>a:d.csv"}
    assert write not in text(graph, "a")


def test_a_folder_that_may_exist_is_made_in_every_step() -> None:
    make = "import os\nos.makedirs('out', exist_ok=True)"
    graph = graph_of(make, "%%step a\nopen('out/a', 'w')", "%%step b\nopen('out/b', 'w')")
    assert edges(graph) == set()
    assert "makedirs" in text(graph, "b")


def test_steps_in_order_already_get_no_edge_more() -> None:
    cells = [f"%%step s{i}\nopen('a.txt', 'a').write('{i}')" for i in range(4)]
    assert edges(graph_of(*cells)) == {"s0>s1:a.txt", "s1>s2:a.txt", "s2>s3:a.txt"}


def test_an_import_waits_for_the_step_that_writes_the_module() -> None:
    write = "%%step a\nopen('made.py', 'w').write('V = 1')"
    assert edges(graph_of(write, "%%step b\nimport made\nx = 1", "%%step c\nimport other")) == {"a>b:made.py"}


def test_an_import_waits_for_no_step_that_writes_files_of_any_name() -> None:
    assert edges(graph_of("%%step a\nopen(input(), 'w')", "%%step b\nimport json\nx = 1")) == set()


def test_a_file_that_is_named_to_a_method_counts() -> None:
    zipped = "import zipfile\nz = zipfile.ZipFile('d.zip', 'w')\nz.write('a.csv')\nz.close()"
    assert edges(graph_of("%%step a\nopen('a.csv', 'w')", f"%%step b\n{zipped}")) == {"a>b:a.csv"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("reader = open\nwith reader('q.txt', 'w') as f:\n    f.write('q')", "print(open('q.txt').read())"),
        ("from functools import partial\nw = partial(open, 'p.txt', 'w')\nw().close()", "print(open('p.txt').read())"),
        ("d = {}\ngetattr(d, 'to_' + str())('g.csv')", "print(open('g.csv').read())"),
        ("import os\nlist(map(os.remove, ['a.txt']))", "print(open('a.txt').read())"),
        ("import numpy as np\nfor n in list('xy'):\n    np.save(n + '_a', 1)", "print(open('x_a.npy', 'rb').read())"),
        ("open('in/deep/a.txt', 'w').write('1')", "import shutil\nshutil.copytree('in', 'out')"),
    ],
)
def test_functions_without_their_file_s_name_in_sight_keep_the_order(first: str, second: str) -> None:
    graph = graph_of(f"%%step a\n{first}", f"%%step b\n{second}", "%%step c\nprint(1)")
    assert {(edge.source, edge.target) for edge in graph.edges} == {("a", "b")}


def test_what_a_decorator_or_a_made_function_writes_counts_where_it_is_called() -> None:
    noted = (
        "def noted(f):\n    def inner():\n        open('t.txt', 'a').write('x')\n        return f()\n    return inner"
    )
    decorated = f"{noted}\n@noted\ndef two():\n    return 2"
    last = "%%step c\nprint(open('t.txt').read())"
    assert edges(graph_of(decorated, "%%step a\nx = two()", "%%step b\ny = 1", last)) == {"a>c:t.txt"}


def test_a_function_that_is_only_given_another_name_does_not_run() -> None:
    hook = "import threading\ndef report(args):\n    print(args)"
    graph = graph_of(hook, "%%step a\nthreading.excepthook = report", "%%step b\nprint(threading.excepthook)")
    assert "threading.excepthook = report" in text(graph, "b")

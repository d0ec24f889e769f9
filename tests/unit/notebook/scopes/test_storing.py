"""Objects put into other objects share: what changes the one makes a new version of the other."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of, text

_CLASS = """class Box:
    def __init__(self):
        self.items = []
    def keep(self, item):
        self.items.append(item)"""


@pytest.mark.parametrize(
    "put",
    [
        "d['x'] = l",
        "d.x = l",
        "d[l] = 1",
        "d['x'][0, l] = 1",
        "for d[l] in 'ab':\n    pass",
        "for k in l:\n    d[k] = 1",
        "for k, v in l:\n    d[k] = 1",
        "for k, v in l.items():\n    d[v] = 1",
        "put_key(d, l)",
        "put_keys(d, l)",
        "d['x'], n = l, 1",
        "d['x']['y'] = l",
        "d.x.append(l)",
        "d.update(x=l)",
        "d.get('x').append([l])",
        "setattr(d, 'x', l)",
        "d['x'] += [l]",
        "for d['x'] in l:\n    pass",
        "d.keep(l)",
        "put(d, l)",
        "put(what=l, where=d)",
        "put_deep(d, l)",
        "put_global(l)",
        "m = l.pop()\nd['x'] = m",
        "[*d['x']] = l",
        "put_with(d, l)",
        "put_named(d, l)",
    ],
)
def test_what_is_put_into_something_shares_its_object(put: str) -> None:
    functions = """
def put(where, what):
    place = where["k"]
    place.append([what])
def put_key(where, what):
    where[what] = 1
def put_keys(where, what):
    for one in what:
        where[one] = 1
def put_deep(where, what):
    for one in where:
        one.x = what
def put_with(where, what):
    with where as place, what as thing:
        place.x = thing
def put_named(where, what):
    place: dict = where
    if (thing := what):
        place["x"] = thing
def put_global(what):
    d["x"] = what"""
    graph = graph_of(
        _CLASS + functions,
        "%%step a\nd = Box()\nl = [[]]",
        f"%%step b\n{put}",
        "%%step c\nl.append(1)",
        "%%step e\nprint(d)",
    )
    assert "c>e:d" in edges(graph)


@pytest.mark.parametrize(
    "other",
    [
        "d['x'] = len(l)",
        "print(d, l)",
        "read(d, l)",
        "d.append(1)",
        "f = lambda: d.append(l)",
        "d.loc[l] = 1",
        "d.iloc[l] = 1",
        "d.at[l] = 1",
        "d.iat[l] = 1",
        "d[len(l)] = 1",
        "for k, v in l.items():\n    d[k] = 1",
        "for k, v in enumerate(l):\n    d[0, k] = 1",
        "d.x = 1",
        "read_keys(d, l)",
    ],
)
def test_what_only_reads_does_not_share(other: str) -> None:
    graph = graph_of(
        "from somewhere import load\ndef read(where, what):\n    return where[0] + what[0]\n"
        "def read_keys(where, what):\n    for k, v in what.items():\n        where[k] = 1",
        "%%step a\nd = load()\nl = load()",
        f"%%step b\n{other}",
        "%%step c\nl.append(1)",
        "%%step e\nprint(d)",
    )
    assert "c>e:d" not in edges(graph)


def test_a_step_that_takes_one_of_two_names_that_share_has_the_classes_of_both() -> None:
    graph = graph_of(
        "%%step a\n" + _CLASS + "\nb = Box()\nl = []\nb.keep(l)", "%%step b\nl.append(1)", "%%step c\nprint(b.items)"
    )
    assert "class Box" in text(graph, "b")

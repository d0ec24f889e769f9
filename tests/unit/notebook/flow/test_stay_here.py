"""Generators and connections to a database that a later step uses are refused where the code shows them."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes

_CONNECT = "import sqlite3\nc = sqlite3.connect(':memory:')"
_YIELDS = "def numbers():\n    yield 1\n"


@pytest.mark.parametrize(
    ("make", "what"),
    [
        ("x = (n for n in range(3))", "a generator"),
        ("x: object = (n for n in range(3))", "a generator"),
        ("x = (n for n in range(3))\nnext(x)", "a generator"),
        (f"{_YIELDS}x = numbers()", "a generator"),
        ("import sqlite3\nx = sqlite3.connect(':memory:')", "a connection"),
        ("from sqlite3 import connect\nx = connect('a.db')", "a connection"),
        (f"{_CONNECT}\nx = c.cursor()", "a cursor"),
        (f"{_CONNECT}\nx = c.cursor().execute('select 1')", None),
        (f"{_CONNECT}\nd = c.cursor()\nx = d.execute('select 1')", "a cursor"),
        (f"{_CONNECT}\nx = c.execute('select 1').fetchall()", None),
        ("x = list(n for n in range(3))", None),
        ("x = y = (n for n in range(3))", None),
        ("x = (n for n in range(3))\nx = list(x)", None),
        (f"{_YIELDS}x = list(numbers())", None),
        (f"import contextlib\n@contextlib.contextmanager\n{_YIELDS}x = numbers()", None),
        ("async def numbers():\n    yield 1\nx = numbers()", None),
        ("def numbers():\n    return [1]\nx = numbers()", None),
        ("class sqlite3:\n    connect = list\nx = sqlite3.connect()", None),
        ("import unsqlite3\nc = unsqlite3.connect()\nx = c.cursor()", None),
    ],
)
def test_what_cannot_cross_is_told_where_it_is_used(make: str, what: str | None) -> None:
    found = [d for d in analysed(f"%%step a\n{make}", "%%step b\n1\nprint(x)").diagnostics if d.code == "CL501"]
    assert [(d.cell, d.line) for d in found] == ([("c2", 3)] if what else [])
    assert all(d.message.startswith(f"`x`, made in step a, is {what}") for d in found)


def test_it_is_told_once_and_names_the_first_step_that_uses_it() -> None:
    analysis = analysed(_CONNECT, "%%step a\nc.execute('x')", "%%step b\nc.execute('y')")
    assert codes(analysis).count("CL501") == 1
    (message,) = (d.message for d in analysis.diagnostics if d.code == "CL501")
    assert "made in the set-up" in message
    assert "passed to step a," in message


def test_what_stays_in_its_step_is_fine() -> None:
    assert "CL501" not in codes(analysed(f"%%step a\n{_CONNECT}\nn = c.execute('x').fetchall()", "%%step b\nprint(n)"))

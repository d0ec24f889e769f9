"""A list has the room that it has grown to in the step that made it."""

from __future__ import annotations

import random
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest

from cellift import values
from cellift.values import room
from cellift.values.room import UnknownSizeError, give_room, note_sizes, room_of, size_of, watch_sizes


def grown(seed: int) -> list[int]:
    """A list with a history."""
    draw = random.Random(seed)
    found: list[int] = []
    for _ in range(draw.randint(0, 60)):
        what = draw.random()
        if what < 0.6:
            found.append(1)
        elif what < 0.8:
            del found[-1:]
        else:
            found = [*found, 1, 2, 3] if what < 0.9 else found[:]
    return found


@pytest.mark.parametrize("again", [list, lambda value: [*value], lambda value: value * 1])
def test_a_list_of_any_history_has_its_size_and_goes_on_growing(again: Any) -> None:
    for seed in range(300):
        value = grown(seed)
        found = again(value)
        give_room(found, room_of(value))
        for _ in range(20):
            assert (found, sys.getsizeof(found)) == (value, sys.getsizeof(value))
            value.append(2)
            found.append(2)


def test_the_room_is_written_with_the_name(tmp_path: Path) -> None:
    value = grown(7)
    values.write(tmp_path, {"x": value, "empty": [], "text": "a"})
    names = values.Reader(tmp_path).index["names"]
    assert names["x"]["room"] == room_of(value) > 0
    assert "room" not in names["empty"] and "room" not in names["text"]


def test_other_things_and_other_pythons_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    text, few = "abc", [1]
    give_room(text, 5)
    give_room(few, 0)
    assert (text, room_of(few)) == ("abc", 1)
    monkeypatch.setattr(sys, "implementation", type("Other", (), {"name": "other"}))
    give_room(few, 50)
    assert room_of(few) == 1


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "getsizeof", sys.getsizeof)
    monkeypatch.setattr(room, "_unlike", {})
    watch_sizes()


class Rows(list[Any]):
    """Has no room of its own."""


@pytest.mark.parametrize("value", [{1: 2}, bytearray(b"abc"), Rows([1]), [1]])
def test_the_size_of_a_copy_is_told_where_it_is_that_of_the_original(watched: None, value: Any) -> None:
    size = sys.getsizeof(value)
    note_sizes(value, size_of(value))
    assert sys.getsizeof(value) == sys.getsizeof(value, 5) == size


@pytest.mark.parametrize("value", [{1: 2}, bytearray(b"abc"), Rows([1])])
def test_the_size_of_a_copy_that_has_not_grown_as_the_original_is_not_told(watched: None, value: Any) -> None:
    note_sizes(value, size_of(value) + 8)
    with pytest.raises(UnknownSizeError, match=type(value).__name__):
        sys.getsizeof(value)


def test_how_what_is_in_a_copy_has_grown_nobody_knows(watched: None) -> None:
    inner: list[Any] = [{}, [[]], ({1: 2},), bytearray(), {frozenset({1}): []}]
    inner.append(inner)
    note_sizes(inner, 0)
    for one in (inner[0], inner[1], inner[1][0], inner[2][0], inner[3], inner[4], inner[4][frozenset({1})]):
        with pytest.raises(UnknownSizeError):
            sys.getsizeof(one)
    assert sys.getsizeof(inner) > 0
    assert sys.getsizeof(inner[2]) > 0
    assert sys.getsizeof([]) > 0, "what the step makes itself"


def test_it_looks_into_objects_of_the_notebook_only(watched: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Box:
        def __init__(self) -> None:
            self.rows = [1]

    box = Box()
    note_sizes([box], 0)
    assert sys.getsizeof(box.rows) > 0
    monkeypatch.setattr(Box, "__module__", "__main__")
    note_sizes([box], 0)
    with pytest.raises(UnknownSizeError):
        sys.getsizeof(box.rows)


def test_a_proxy_has_not_the_size_of_what_it_stands_for() -> None:
    class Table(dict[str, int]):
        pass

    table = Table(a=1)
    proxy = weakref.proxy(table)
    assert (size_of(table) > 0, size_of(proxy)) == (True, 0)
    note_sizes([proxy], size_of([proxy]))
    del table
    assert size_of(proxy) == 0
    note_sizes([proxy], size_of([proxy]))


def test_a_value_is_written_with_its_size(tmp_path: Path) -> None:
    index = values.write(tmp_path, {"a": {1: 2}, "b": [1], "c": "text"})
    assert index["names"]["a"]["size"] == {1: 2}.__sizeof__()
    assert "size" not in index["names"]["b"] | index["names"]["c"]


def test_the_function_is_the_one_of_its_module(watched: None, tmp_path: Path) -> None:
    values.write(tmp_path, {"f": sys.getsizeof})
    assert values.Reader(tmp_path)["f"] is sys.getsizeof

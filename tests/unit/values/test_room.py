"""A list has the room that it has grown to in the step that made it."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from cellift import values
from cellift.values.room import give_room, room_of


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

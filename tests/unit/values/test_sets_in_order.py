"""A set is read back in the order in which the step that made it saw it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from cellift import values


def words(seed: int, count: int) -> list[int]:
    """Members whose hashes are the same in every process; texts have others each time."""
    draw = random.Random(seed)
    return [draw.randrange(2**40) for _ in range(count)]


def made(how: str, seed: int, count: int) -> set[Any]:
    members = words(seed, count)
    found = set(members)
    if how == "some removed":
        found.difference_update(members[: count // 2])
    elif how == "union":
        found = set(members[: count // 2]) | set(members[count // 3 :])
    elif how == "numbers":
        found = {hash(each) % 10**9 for each in members}
    return found


@pytest.mark.parametrize("how", ["added", "some removed", "union", "numbers"])
@pytest.mark.parametrize("count", [5, 12, 40, 300, 5000])
def test_order_of_a_set_is_kept(tmp_path: Path, how: str, count: int):
    sets = [made(how, seed, count) for seed in range(5)]
    values.write(tmp_path, {"x": sets})
    found = values.Reader(tmp_path)["x"]
    assert [list(each) for each in found] == [list(each) for each in sets]


def test_set_that_is_read_grows_as_the_one_that_was_written(tmp_path: Path):
    value = made("some removed", 1, 50)
    values.write(tmp_path, {"x": value})
    found = values.Reader(tmp_path)["x"]
    value.update(words(2, 200))
    found.update(words(2, 200))
    assert list(found) == list(value)


def test_set_in_two_places_is_one_object_again(tmp_path: Path):
    value = next(each for seed in range(50) if list(each := made("added", seed, 40)) != list(set(list(each))))  # noqa: C414
    values.write(tmp_path, {"x": [value, {"k": value}]})
    found = values.Reader(tmp_path)["x"]
    assert found[0] is found[1]["k"]

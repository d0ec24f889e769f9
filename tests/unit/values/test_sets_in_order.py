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
    elif how == "some discarded":
        for each in members[: count * 2 // 3]:
            found.discard(each)
    elif how == "emptied":
        while found:
            found.pop()
    elif how == "union":
        found = set(members[: count // 2]) | set(members[count // 3 :])
    elif how == "numbers":
        found = {hash(each) % 10**9 for each in members}
    return found


@pytest.mark.parametrize("how", ["added", "some removed", "some discarded", "union", "numbers"])
@pytest.mark.parametrize("count", [5, 12, 40, 300, 5000])
def test_order_of_a_set_is_kept(tmp_path: Path, how: str, count: int):
    sets = [made(how, seed, count) for seed in range(5)]
    values.write(tmp_path, {"x": sets})
    found = values.Reader(tmp_path)["x"]
    assert [list(each) for each in found] == [list(each) for each in sets]


class Own:
    """Can only be compared with its like."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: Any) -> bool:
        return bool(self.number == other.number)

    def __repr__(self) -> str:
        return f"Own({self.number})"


@pytest.mark.parametrize("kind", [Own, lambda number: (number, "x")], ids=["objects", "tuples"])
@pytest.mark.parametrize("count", [5, 40, 300])
def test_order_of_a_set_of_other_things_is_kept(tmp_path: Path, kind: Any, count: int):
    sets = []
    for seed in range(5):
        members = [kind(each) for each in words(seed, count)]
        sets.append(set(members))
        for each in members[: count // 2]:
            sets[-1].discard(each)
    values.write(tmp_path, {"x": sets})
    found = values.Reader(tmp_path)["x"]
    assert [repr(list(each)) for each in found] == [repr(list(each)) for each in sets]


def mixed(number: int) -> Any:
    return number if number % 3 == 0 else Own(number)


@pytest.mark.parametrize("kind", [Own, int, lambda number: (number, 1), mixed], ids=["own", "int", "tuple", "mixed"])
@pytest.mark.parametrize("count", [5, 12, 40])
def test_a_set_that_was_made_with_more_room_has_its_members(tmp_path: Path, kind: Any, count: int):
    sets = [set(dict.fromkeys(kind(each) for each in words(seed, count))) for seed in range(20)]
    values.write(tmp_path, {"x": sets})
    found = values.Reader(tmp_path)["x"]
    assert [repr(list(each)) for each in found] == [repr(list(each)) for each in sets]


@pytest.mark.parametrize("how", ["some removed", "some discarded", "emptied"])
def test_set_that_is_read_grows_as_the_one_that_was_written(tmp_path: Path, how: str):
    value = made(how, 1, 50)
    values.write(tmp_path, {"x": value})
    found = values.Reader(tmp_path)["x"]
    for count in (12, 200):
        value.update(words(2, count))
        found.update(words(2, count))
        assert list(found) == list(value)


@pytest.mark.parametrize("kind", [Own, int, lambda number: Own(number * 64)], ids=["own", "int", "colliding"])
def test_a_set_of_any_history_goes_on_as_the_one_that_was_written(tmp_path: Path, kind: Any):
    draw = random.Random(1)

    def go_on(several: list[set[Any]], times: int) -> None:
        for _ in range(times):
            number, what = draw.randrange(200), draw.random()
            for each in several:
                if what < 0.6:
                    each.add(kind(number))
                elif what < 0.9 or not each:
                    each.discard(kind(number))
                else:
                    each.pop()

    sets: list[set[Any]] = [set() for _ in range(60)]
    for value in sets:
        go_on([value], draw.randrange(60))
    sets[::5] = map(set, sets[::5])
    values.write(tmp_path, {"x": sets})
    found = values.Reader(tmp_path)["x"]
    for one, other in zip(sets, found, strict=True):
        assert repr(list(one)) == repr(list(other))
        for _ in range(40):
            go_on([one, other], 1)
            assert repr(list(one)) == repr(list(other))


def test_set_in_two_places_is_one_object_again(tmp_path: Path):
    value = next(each for seed in range(50) if list(each := made("added", seed, 40)) != list(set(list(each))))  # noqa: C414
    values.write(tmp_path, {"x": [value, {"k": value}]})
    found = values.Reader(tmp_path)["x"]
    assert found[0] is found[1]["k"]

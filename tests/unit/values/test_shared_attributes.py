"""The dict of an object's attributes, which others may have too: ``vars(x)`` under a name, objects that share one."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

from cellift import values


class Plain:
    pass


class Slotted:
    __slots__ = ("__dict__", "n")


class Many(list[int]):
    pass


class Named(dict[str, int]):
    pass


def crossed(folder: Path, **names: Any) -> dict[str, Any]:
    values.write(folder, names)
    reader = values.Reader(folder)
    return {name: reader[name] for name in names}


def made(kind: type, *arguments: Any, **attributes: Any) -> Any:
    found = kind(*arguments)
    vars(found).update(attributes)
    return found


@pytest.mark.parametrize(
    "value",
    [
        made(Plain, x=1),
        made(Slotted, x=1),
        made(Slotted),
        made(Many, [1, 2], x=1),
        made(Named, {"k": 1}, x=1),
    ],
    ids=["plain", "slots", "empty", "list", "dict"],
)
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_name_for_the_attributes_of_an_object_is_one_again(tmp_path: Path, value: Any, order: str) -> None:
    if isinstance(value, Slotted):
        value.n = 7
    both = {"a": value, "b": vars(value)}
    found = crossed(tmp_path, **{name: both[name] for name in order})
    assert vars(found["a"]) is found["b"]
    found["b"]["y"] = 2
    assert found["a"].y == 2
    assert getattr(found["a"], "n", 7) == 7
    if isinstance(value, (list, dict)):
        assert found["a"] == value


def test_objects_with_one_dict_of_attributes_have_one_again(tmp_path: Path) -> None:
    one, two = made(types.SimpleNamespace, x=1), types.SimpleNamespace()
    first, second = made(Many, [1]), made(Many, [2])
    first.__dict__ = second.__dict__ = {"x": 1}
    found = crossed(tmp_path, first=first, second=second, one=one, two=two)
    found["first"].x = 5
    assert found["second"].x == 5
    assert (found["first"], found["second"]) == ([1], [2])
    assert not vars(found["two"])


def test_an_object_that_writes_its_state_itself_is_left_to_it(tmp_path: Path) -> None:
    found = crossed(tmp_path, a=(own := Own()), b=vars(own))
    assert (found["a"].x, found["b"]) == (2, {"x": 1})


class Own:
    def __init__(self) -> None:
        self.x = 1

    def __getstate__(self) -> Any:
        return {"x": 2}


def test_where_it_cannot_be_that_dict_again_it_is_refused(tmp_path: Path) -> None:
    space = types.SimpleNamespace(x=1)
    with pytest.raises(values.CannotCrossError, match="dict that others have too"):
        values.write(tmp_path, {"a": space, "b": vars(space)})
    assert crossed(tmp_path / "alone", a=space)["a"].x == 1

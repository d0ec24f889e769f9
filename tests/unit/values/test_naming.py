"""A function that the step has already is that function, under whatever name the notebook has it."""

from __future__ import annotations

import pytest

from cellift import values
from unit.values.conftest import Cross


@pytest.mark.parametrize(
    ("define", "name"),
    [
        ("def f():\n    pass\n", "f"),
        ("a = 1\ng = lambda: 1\n", "g"),
        ("class A:\n    def hi(self):\n        pass\n", "A.hi"),
        ("from functools import lru_cache\n@lru_cache\ndef f():\n    pass\n", "f"),
        ("from typing import TypeVar\nT = TypeVar('T', bound=int)\n", "T"),
    ],
)
def test_what_the_step_has_by_that_name_is_it(two_steps: Cross, define: str, name: str) -> None:
    found = two_steps(f"{define}\nbox = [{name}]", "box", f"{define}\nown = {name}")
    assert found["box"][0] is found["own"]


def test_a_type_variable_that_the_step_has_not_is_made(two_steps: Cross) -> None:
    make = "from typing import TypeVar\nT = TypeVar('T', bound=int)\nbox = [T]"
    (found,) = two_steps(make, "box")["box"]
    assert (found.__name__, found.__bound__, found.__module__) == ("T", int, "__main__")


LOCKED = "import threading\nclass A:\n    lock = threading.Lock()\n    def hi(self):\n        return {}\na = A()\n"


def test_a_class_that_goes_by_its_name_has_to_be_the_same(two_steps: Cross) -> None:
    found = two_steps(LOCKED.format(1), "a", LOCKED.format(1) + "del a")
    assert type(found["a"]) is found["A"]
    with pytest.raises(values.CannotReadError, match="the class was defined anew between"):
        two_steps(LOCKED.format(1), "a", LOCKED.format(2))

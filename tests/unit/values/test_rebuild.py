"""What a function or class holds is the same where the step has it already, and where it has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cellift import values
from unit.values.conftest import Cross

COUNTER = """
def make():
    n = 0
    def up():
        nonlocal n
        n += 1
        return n
    return up
up = make()
"""


def test_a_function_that_the_step_has_counts_on(two_steps: Cross) -> None:
    found = two_steps(COUNTER + "up(); up()\nbox = [up]", "box", COUNTER)
    assert found["box"][0] is found["up"]
    assert found["up"]() == 3


def test_empty_attributes_are_attributes(two_steps: Cross) -> None:
    found = two_steps("def f():\n    pass\nclass A:\n    pass\nf.seen = A.seen = []\nbox = [f, A]", "box")
    function, kind = found["box"]
    assert function.seen == []
    assert function.seen is kind.seen


def test_an_attribute_of_another_type_is_not_the_same(two_steps: Cross) -> None:
    define = "class A:\n    n = 1\n"
    found = two_steps(define + "A.n = True\na = A()", "a", define)
    assert found["A"].n is True


def test_an_abstract_class_knows_its_instances(two_steps: Cross) -> None:
    make = """
import abc
class Base(abc.ABC):
    @abc.abstractmethod
    def go(self): ...
class Real(Base):
    def go(self): ...
class Other:
    pass
class Stranger(abc.ABC):
    pass
Base.register(Other)
box = [Base, Stranger, Real(), Other()]
"""
    base, stranger, real, other = two_steps(make, "box")["box"]
    assert [isinstance(each, base) for each in (real, other, 1)] == [True, True, False]
    assert [isinstance(each, stranger) for each in (real, other, 1)] == [False, False, False]


def test_what_a_class_of_a_library_adds_to_objects_in_an_array(tmp_path: Path) -> None:
    made: Any = np.array([1, [2]], dtype=object).view(Labelled)
    made.label = "mine"
    values.write(tmp_path, {"x": made})
    found = values.Reader(tmp_path)["x"]
    assert (type(found), found.label, found.tolist()) == (Labelled, "mine", [1, [2]])


class Labelled(np.ndarray):
    label = ""

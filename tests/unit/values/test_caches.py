"""A function with an ``lru_cache`` crosses with what it has kept."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from cellift import values
from unit.values.conftest import Cross
from unit.values.test_code_by_value import crossed

MAKE = """
from functools import lru_cache
def around(factor):
    @lru_cache(maxsize={size}, typed={typed})
    def f(x, *more, scale=1):
        print("computing", x)
        if x == "bad":
            raise ValueError(x)
        return [x, more, scale * factor]
    return f
f = around(10)
f.note = "mine"
{calls}
"""
CALLS = "one = f(1); f(1); f('a', scale=2); f((1, 2), 3); f(1)"


@pytest.mark.parametrize("size", [None, 128])
@pytest.mark.parametrize("typed", [False, True])
def test_what_was_computed_is_not_computed_again(tmp_path: Path, size: object, typed: bool):
    make = MAKE.format(size=size, typed=typed, calls=CALLS)
    use = "print(f.cache_info(), f.note); print(f(1), f('a', scale=2), f((1, 2), 3)); f(2)"
    info = f"CacheInfo(hits=2, misses=3, maxsize={size}, currsize=3) mine\n"
    known = "[1, (), 10] ['a', (), 20] [(1, 2), (3,), 10]\ncomputing 2\n"
    assert crossed(tmp_path, make, ["f"], use) == info + known


def test_result_is_the_object_that_the_cache_holds(tmp_path: Path):
    make = MAKE.format(size=None, typed=False, calls=CALLS)
    assert crossed(tmp_path, make, ["f", "one"], "one.append(0); print(f(1) is one, f(1))") == "True [1, (), 10, 0]\n"


def test_full_cache_forgets_the_same_entry_next(tmp_path: Path):
    make = MAKE.format(size=2, typed=False, calls="f(1); f(2); f(3); f(2)")
    use = "print(f.cache_info()); f(4); f(2); f(3)"
    info = "CacheInfo(hits=1, misses=3, maxsize=2, currsize=2)\n"
    assert crossed(tmp_path, make, ["f"], use) == info + "computing 4\ncomputing 3\n"


def test_calls_that_failed_are_counted(tmp_path: Path):
    calls = "f(1)\ntry:\n    f('bad')\nexcept ValueError:\n    pass"
    make = MAKE.format(size=None, typed=False, calls=calls)
    assert crossed(tmp_path, make, ["f"], "print(f.cache_info()[:2])") == "(0, 2)\n"


def test_function_that_the_step_has_already_gets_the_cache(tmp_path: Path):
    make = "from functools import lru_cache\n@lru_cache\ndef f(x):\n    print('computing')\n    return x\n"
    use = "print(box[0] is f, f.cache_info()[:2]); f(1)"
    assert crossed(tmp_path, make + "f(1)\nbox = [f]", ["box"], use, make) == "True (0, 1)\n"


def test_cache_of_what_cannot_cross_stays(tmp_path: Path):
    make = "from functools import lru_cache\n@lru_cache\ndef f(x):\n    return (i for i in x)\n"
    assert crossed(tmp_path, make + "f((1, 2))\nbox = [f]", ["box"], "print(list(f((1, 2))))", make) == "[1, 2]\n"


def test_functions_that_the_cache_holds_are_no_part_of_its_own(two_steps: Cross) -> None:
    make = """
import functools
def make():
    @functools.lru_cache(maxsize=5)
    def adder(x):
        return functools.partial(sum, start=x)
    return adder
adder = make()
one = adder(1)
"""
    found = two_steps(make, "adder one")
    assert found["adder"](1) is found["one"]
    assert found["one"]([2]) == 3
    assert two_steps(make.replace("(sum, start=x)", ""), "adder one")["adder"](1) is functools.partial
    # What cannot be told from the parts of the cache itself.
    with pytest.raises(values.CannotCrossError, match="its cache cannot be read"):
        two_steps(make.replace("return functools.partial(sum, start=x)", "return type(adder)"), "adder")


def test_a_result_stays_the_object_that_the_first_value_brought(tmp_path: Path, two_steps: Cross) -> None:
    make = "import functools\n@functools.lru_cache\ndef pair(x):\n    return x, x\n"
    found = two_steps(make + "known = pair, pair(1)", "known", make)
    values.write(tmp_path / "another", {"again": [found["pair"]]})
    (again,) = values.Reader(tmp_path / "another")["again"]
    assert again(1) is found["known"][1]

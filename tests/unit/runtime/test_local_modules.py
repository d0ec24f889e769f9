"""What a local module keeps is taken from one process and put into another, in the object that is there."""

from __future__ import annotations

import random
import sys
from types import ModuleType

import pytest

from cellift.pipeline.runtime.local_modules import module_states, restore


@pytest.fixture
def module(monkeypatch):
    made = ModuleType("kept_here")
    monkeypatch.setitem(sys.modules, "kept_here", made)
    return made


@pytest.mark.parametrize(
    ("before", "now"), [([1], [1, 2]), ({"a": 1}, {"b": 2}), ({1}, {2, 3}), (bytearray(b"a"), bytearray(b"bc"))]
)
def test_containers_are_changed_in_place(module, before, now):
    module.x = alias = before
    restore("state:module:kept_here:x", now)
    assert alias == now
    assert module.x is alias


def test_plain_values_are_set(module):
    module.n = 1
    restore("state:module:kept_here:n", 5)
    assert module.n == 5
    assert module_states(["state:module:kept_here:n", "x", "state:random"]) == {"state:module:kept_here:n": 5}


def test_a_class_keeps_its_data_and_not_its_functions(module):
    class Thing:
        made = 3
        seen = [1]  # noqa: RUF012

        def go(self):
            return 1

    module.Thing = Thing
    taken = module_states(["state:module:kept_here:Thing"])["state:module:kept_here:Thing"]
    assert taken == {"made": 3, "seen": [1]}
    restore("state:module:kept_here:Thing", {"made": 4, "seen": []})
    assert (Thing.made, Thing.seen, Thing().go()) == (4, [], 1)


def test_a_function_keeps_defaults_and_attributes(module):
    def f(x, seen=[1]):  # noqa: B006
        return seen

    f.n = 2
    module.f = f
    taken = module_states(["state:module:kept_here:f"])["state:module:kept_here:f"]
    taken["defaults"] = ([1, 2],)
    taken["dict"] = {"n": 7}
    restore("state:module:kept_here:f", taken)
    assert (f(0), f.n) == ([1, 2], 7)


def test_a_generator_goes_on_in_the_object_that_is_there(module):
    module.rng = alias = random.Random(1)
    other = random.Random(1)
    other.random()
    restore("state:module:kept_here:rng", other)
    expected = random.Random(1)
    expected.random()
    assert alias.random() == expected.random()


def test_a_module_that_is_not_imported_has_no_state():
    assert module_states(["state:module:nowhere_at_all:x"]) == {}


class Counter:
    def __init__(self, n: int) -> None:
        self.n = n


class Slotted:
    __slots__ = ("n",)

    def __init__(self, n: int) -> None:
        self.n = n


def test_an_object_goes_on_with_the_state_of_the_other_one(module):
    module.counter = alias = Counter(1)
    alias.left = "over"
    restore("state:module:kept_here:counter", Counter(5))
    assert (vars(alias), module.counter is alias) == ({"n": 5}, True)


def test_what_cannot_be_changed_in_place_is_replaced(module):
    module.slotted, module.x = Slotted(1), [1]
    restore("state:module:kept_here:slotted", Slotted(5))
    restore("state:module:kept_here:x", (2,))
    restore("state:module:kept_here:new", 3)
    assert (module.slotted.n, module.x, module.new) == (5, (2,), 3)


def test_what_a_wrapped_function_wraps_is_no_state(module):
    def f():
        pass

    f.__wrapped__, f.calls = len, 3
    module.f = f
    taken = module_states(["state:module:kept_here:f", "state:module:kept_here:nothing"])
    assert taken == {"state:module:kept_here:f": {"defaults": None, "kwdefaults": None, "dict": {"calls": 3}}}


@pytest.mark.parametrize(("noticed", "kept"), [("", False), ("print(x)", True)])
def test_a_cache_goes_on_unless_what_it_holds_stays_and_nobody_sees_that(module, noticed, kept):
    code = "import functools\n@functools.cache\ndef f(x):\n    {}\n    return {}\nf(1)\nf(1)"
    name = "state:module:kept_here:f"
    exec(code.format(noticed, "[x]"), vars(module))
    taken = module_states([name])[name]
    exec(code.format(noticed, "[x]").removesuffix("\nf(1)\nf(1)"), vars(module))
    restore(name, taken)
    assert module.f.cache_info()[:2] == (1, 1)
    exec(code.format(noticed, "open('/dev/null')"), vars(module))
    taken = module_states([name])[name]
    assert (taken is not None) is kept
    if not kept:
        restore(name, taken)
        assert module.f.cache_info()[:2] == (1, 1)

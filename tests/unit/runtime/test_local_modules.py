"""What a local module keeps is taken from one process and put into another, in the object that is there."""

from __future__ import annotations

import random
import sys
import threading
from collections import deque
from types import ModuleType

import pytest

from cellift.pipeline.runtime.local_modules import Gone, Kept, Rebound, module_states, restore
from cellift.values.in_modules import Known


class Counter:
    def __init__(self, n: int) -> None:
        self.n = n


class Slotted:
    __slots__ = ("n",)

    def __init__(self, n: int) -> None:
        self.n = n


@pytest.fixture
def module(monkeypatch):
    made = ModuleType("kept_here")
    monkeypatch.setattr("cellift.pipeline.runtime.local_modules.known", Known())
    monkeypatch.setitem(sys.modules, "kept_here", made)
    return made


@pytest.mark.parametrize(
    ("before", "now"), [([1], [1, 2]), ({"a": 1}, {"b": 2}), ({1}, {2, 3}), (bytearray(b"a"), bytearray(b"bc"))]
)
def test_containers_are_changed_in_place(module, before, now):
    module.x = alias = before
    restore({"state:module:kept_here:x": now})
    assert alias == now
    assert module.x is alias


def test_what_is_there_already_stays_as_it_is(module):
    module.x = {"a": 1}
    restore({"state:module:kept_here:x": module.x})
    assert module.x == {"a": 1}


def test_plain_values_are_set(module):
    module.n = 1
    restore({"state:module:kept_here:n": 5})
    assert module.n == 5
    assert module_states(["state:module:kept_here:n", "x", "state:random"]) == {"state:module:kept_here:n": 5}


def test_a_class_keeps_its_data_and_not_its_functions(module):
    class Thing:
        made = 3
        seen = [1]  # noqa: RUF012

        def go(self):
            return 1

    module.Thing = Thing
    Thing.__module__ = Thing.go.__module__ = "kept_here"
    taken = module_states(["state:module:kept_here:Thing"])["state:module:kept_here:Thing"]
    assert taken == {"made": 3, "seen": [1]}
    restore({"state:module:kept_here:Thing": {"made": 4, "seen": []}})
    assert (Thing.made, Thing.seen, Thing().go()) == (4, [], 1)


def kept(module, name):
    """What is handed on of a variable of the module."""
    return module_states([f"state:module:kept_here:{name}"])[f"state:module:kept_here:{name}"]


def defined(module, text):
    """As if the text stood in the module."""
    exec(text, vars(module))


def test_a_function_keeps_defaults_and_attributes(module):
    defined(module, "def f(x, seen=[1], *, more=None):\n    return seen, more\nf.n = 2")
    taken = kept(module, "f")
    assert (taken.defaults, taken.kwdefaults, taken.attributes) == (([1],), {"more": None}, {"n": 2})
    taken.defaults, taken.attributes, taken.kwdefaults = ([1, 2],), {"n": 7}, {"more": 3}
    restore({"state:module:kept_here:f": taken})
    assert (module.f(0), module.f.n) == (([1, 2], 3), 7)


def test_a_function_keeps_what_its_closure_has_but_no_code(module):
    text = "def make(n, rows, g):\n    def up():\n        nonlocal n\n        n += 1\n        rows.append(n)\n"
    defined(module, f"{text}        return n, rows, g\n    return up\nup = make(0, [], len)")
    module.up()
    taken = kept(module, "up")
    assert sorted(map(str, taken.cells.values())) == ["1", "[1]"]
    defined(module, "up = make(0, [], len)")
    restore({"state:module:kept_here:up": taken})
    assert module.up() == (2, [1, 2], len)


def test_a_closure_that_has_nothing_yet_keeps_nothing(module):
    defined(module, "def make():\n    def f():\n        return late\n    return f\n    late = 1\nf = make()")
    assert kept(module, "f").cells == {}


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("def f(a=1, b='x', c=None, *, d=len): pass", False),
        ("def f(a=1, b=[]): pass", True),
        ("def f(*, d={}): pass", True),
        ("def f(): pass\nf.n = 1", True),
        ("def make(n):\n    return lambda: n\nf = make(1)", True),
    ],
)
def test_only_what_can_change_is_kept(module, text, keeps):
    defined(module, text)
    assert bool(kept(module, "f")) is keeps


def test_methods_of_a_class_keep_their_defaults(module):
    text = "class C:\n    def m(self, x, memo=[]):\n        memo.append(x)\n        return memo\n"
    text += (
        "    @classmethod\n    def c(cls, memo=[]): return memo\n    @staticmethod\n    def s(memo=[]): return memo\n"
    )
    text += "    def plain(self): pass\n"
    defined(module, text)
    module.C().m(1), module.C.c().append(2), module.C.s().append(3)
    taken = kept(module, "C")
    assert sorted(taken) == ["c", "m", "s"]
    defined(module, text)
    restore({"state:module:kept_here:C": taken})
    assert (module.C().m(5), module.C.c(), module.C.s()) == ([1, 5], [2], [3])


def test_a_method_that_the_notebook_put_there_is_handed_on_and_one_of_a_library_is_not(module):
    def mine(self):
        return "mine"

    defined(module, "class C:\n    def m(self): pass\n    def n(self): pass")
    module.C.m, module.C.n, module.C.sub = mine, defined, str
    mine.__module__ = "__main__"
    taken = kept(module, "C")
    assert taken == {"m": mine}
    defined(module, "class C:\n    def m(self): pass")
    restore({"state:module:kept_here:C": taken})
    assert module.C().m() == "mine"


def test_what_an_abstract_class_is_made_with_is_no_state(module):
    defined(module, "import abc\nclass C(abc.ABC):\n    rows = [1]")
    assert kept(module, "C") == {"rows": [1]}


def test_a_function_or_class_from_elsewhere_is_another_object_of_the_variable(module):
    module.f, module.C = defined, Counter
    assert isinstance(kept(module, "f"), Rebound) and isinstance(kept(module, "C"), Rebound)
    value = kept(module, "f")
    module.f = None
    restore({"state:module:kept_here:f": value})
    assert module.f is defined


def test_a_variable_that_was_deleted_is_gone(module):
    assert isinstance(kept(module, "x"), Gone)
    module.x = 5
    restore({"state:module:kept_here:x": Gone()})
    restore({"state:module:kept_here:never": Gone()})
    assert not hasattr(module, "x")


class WithSlots(list):
    __slots__ = ("n",)


class Own:
    __slots__ = ("__dict__", "n")


class Special(Counter):
    def __setstate__(self, state):
        vars(self).update(state)


def test_what_an_object_consists_of_is_handed_on_and_itself_is_found(module, monkeypatch):
    known = Known()
    monkeypatch.setattr("cellift.pipeline.runtime.local_modules.known", known)
    own = Own()
    own.n, own.m = 1, 2
    objects = [[1], {"a": 1}, {1}, deque([1], 3), bytearray(b"a"), Counter(3), Slotted(4), own]
    for place, value in enumerate(objects):
        setattr(module, f"x{place}", value)
    module.special, module.slotted_list, module.lock = Special(1), WithSlots([1]), threading.Lock()
    known.note(module)
    for place, value in enumerate(objects):
        content = kept(module, f"x{place}")
        assert content is not value and type(content) is type(value)
        assert getattr(content, "n", content) == getattr(value, "n", value)
    assert kept(module, "x7").m == 2
    assert kept(module, "special") is module.special and kept(module, "lock") is module.lock
    assert kept(module, "slotted_list") is module.slotted_list


def test_what_a_class_has_only_itself_is_handed_on_by_content(module, monkeypatch):
    known = Known()
    monkeypatch.setattr("cellift.pipeline.runtime.local_modules.known", known)
    defined(module, "ROWS = []\nclass C:\n    rows = ROWS\n    mine = []")
    known.note(module)
    taken = kept(module, "C")
    assert taken["rows"] is module.ROWS and taken["mine"] is not module.C.mine


def test_slots_that_are_empty_there_are_empty_here(module):
    module.slotted = alias = Slotted(1)
    other = Slotted(2)
    del other.n
    restore({"state:module:kept_here:slotted": other})
    assert module.slotted is alias and not hasattr(alias, "n")


def test_objects_with_one_dict_that_their_class_keeps_go_on_with_it(module):
    module.one, other = Counter(1), Counter(2)
    other.__dict__ = module.one.__dict__
    restore({"state:module:kept_here:one": other})
    assert module.one.n == 1


def test_a_queue_is_changed_in_place(module):
    module.x = alias = deque([1], 2)
    restore({"state:module:kept_here:x": deque([2, 3], 2)})
    assert alias == deque([2, 3])
    restore({"state:module:kept_here:x": deque([2, 3, 4])})
    assert alias == deque([2, 3]) and module.x == deque([2, 3, 4])


def test_what_is_replaced_is_so_in_what_was_put_back_too(module, monkeypatch):
    known = Known()
    monkeypatch.setattr("cellift.pipeline.runtime.local_modules.known", known)
    module.x, module.rows, module.table = (old := ODD()), [old, 1], {"k": old}
    defined(module, "class C:\n    y = None")
    module.C.y = own = ODD()
    module.one = Counter(old)
    known.note(module)
    content, new, other = kept(module, "one"), ODD(), ODD()
    restore({"state:module:kept_here:x": new, "state:module:kept_here:one": content})
    assert [module.x, module.rows, module.table, module.one.n] == [new, [new, 1], {"k": new}, new]
    module.rows.append(own)
    restore({"state:module:kept_here:C": {"y": other}})
    assert module.C.y is other and module.rows == [new, 1, other]


def test_who_has_the_first_object_of_a_variable_has_what_became_of_it(module, monkeypatch):
    known = Known()
    monkeypatch.setattr("cellift.pipeline.runtime.local_modules.known", known)
    module.x, module.lock = [1], threading.Lock()
    known.note(module)
    first = module.x
    first.append(2)
    module.x, module.lock = [5], None
    state = kept(module, "x")
    assert state.first is first and kept(module, "lock").first is None
    module.x = module.alias = again = [1]
    known.note(module)
    fresh = Known()
    monkeypatch.setattr("cellift.pipeline.runtime.local_modules.known", fresh)
    fresh.note(module)
    restore({"state:module:kept_here:x": state})
    assert module.x == [5] and module.alias is first and again == [1, 2]
    restore({"state:module:kept_here:x": Rebound(7)})
    assert module.x == 7 and module.alias is first


class ODD(complex):
    """Of a kind that cannot be changed in place."""

    __slots__ = ()

    def __eq__(self, other):
        return self is other

    __hash__ = complex.__hash__


def test_a_generator_goes_on_in_the_object_that_is_there(module):
    module.rng = alias = random.Random(1)
    other = random.Random(1)
    other.random()
    restore({"state:module:kept_here:rng": other})
    expected = random.Random(1)
    expected.random()
    assert alias.random() == expected.random()


def test_a_module_that_is_not_imported_has_no_state():
    assert module_states(["state:module:nowhere_at_all:x"]) == {}


def test_an_object_goes_on_with_the_state_of_the_other_one(module):
    module.counter = alias = Counter(1)
    alias.left = "over"
    restore({"state:module:kept_here:counter": Counter(5)})
    assert (vars(alias), module.counter is alias) == ({"n": 5}, True)


def test_what_cannot_be_changed_in_place_is_replaced(module):
    module.slotted, module.x = Slotted(1), [1]
    restore({"state:module:kept_here:slotted": Slotted(5)})
    restore({"state:module:kept_here:x": (2,)})
    restore({"state:module:kept_here:new": 3})
    assert (module.slotted.n, module.x, module.new) == (5, (2,), 3)


def test_what_a_wrapped_function_wraps_is_no_state(module):
    defined(module, "def f(): pass\nf.__wrapped__, f.calls = len, 3")
    assert kept(module, "f").attributes == {"calls": 3}
    assert isinstance(kept(module, "f"), Kept)


@pytest.mark.parametrize(("noticed", "kept"), [("", False), ("print(x)", True)])
def test_a_cache_goes_on_unless_what_it_holds_stays_and_nobody_sees_that(module, noticed, kept):
    code = "import functools\n@functools.cache\ndef f(x):\n    {}\n    return {}\nf(1)\nf(1)"
    name = "state:module:kept_here:f"
    exec(code.format(noticed, "[x]"), vars(module))
    taken = module_states([name])[name]
    exec(code.format(noticed, "[x]").removesuffix("\nf(1)\nf(1)"), vars(module))
    restore({name: taken})
    assert module.f.cache_info()[:2] == (1, 1)
    exec(code.format(noticed, "open('/dev/null')"), vars(module))
    taken = module_states([name])[name]
    assert (taken is not None) is kept
    if not kept:
        restore({name: taken})
        assert module.f.cache_info()[:2] == (1, 1)


def test_what_nobody_finds_in_the_module_is_handed_on_itself(module):
    module.x = [1]
    assert kept(module, "x") is module.x


def test_other_states_are_none_of_modules(module):
    module.environ = 1
    restore({"state:environ": {"A": "1"}, "state:module:kept_here:environ": 2})
    assert module.environ == 2


_MARKED = """
def make():
    def inner(x):
        inner.cache[x] = 1
        return inner.cache
    inner.cache = {}
    def outer(x):
        return inner(x)
    outer.inner, inner.outer, inner.self = inner, outer, inner
    return outer
f = make()
"""


def test_functions_among_the_attributes_of_a_function_go_on_as_the_ones_that_are_there(module):
    name = "state:module:kept_here:f"
    defined(module, _MARKED)
    module.f(2)
    taken = module_states([name])
    defined(module, _MARKED)
    outer, inner = module.f, module.f.inner
    restore(taken)
    assert module.f is outer and outer.inner is inner and inner.outer is outer and inner.self is inner
    assert outer(3) == {2: 1, 3: 1}
    other = module_states([name])
    other[name].attributes["inner"] = len
    restore(other)
    assert module.f.inner is len


def test_the_getattr_of_a_module_is_not_asked(module):
    defined(module, "def __getattr__(name):\n    raise SystemExit")
    assert isinstance(kept(module, "x"), Gone)
    restore({"state:module:kept_here:x": [1]})
    assert module.x == [1]


def test_what_wraps_has_copied_of_a_class_is_not_kept(module):
    text = "import functools\nclass A:\n    x = []\n    def go(self): pass\n"
    defined(module, text + "@functools.wraps(A)\ndef f(): pass\nf.one = 1\nf.x = 2")
    assert kept(module, "f").attributes == {"one": 1, "x": 2}
    defined(module, "def g(): pass\ng.rows = []\n@functools.wraps(g)\ndef f(): pass")
    assert kept(module, "f").attributes == {"rows": []}


def test_the_cache_of_a_method_goes_with_its_class(module):
    text = "import functools\nmade = []\nclass A:\n    @functools.lru_cache\n    def f(self):\n"
    defined(
        module,
        text + "        made.append(1)\n        return [1]\n    @functools.lru_cache\n    def g(self): return LOCK",
    )
    one = module.A()
    first = one.f()
    taken = kept(module, "A")
    module.A.f.cache_clear()
    restore({"state:module:kept_here:A": taken})
    assert one.f() is first and module.made == [1]


def test_the_cache_of_a_method_that_cannot_cross_begins_anew(module):
    text = "import functools, threading\nclass A:\n    @functools.lru_cache\n    def f(self): return threading.Lock()"
    defined(module, text)
    module.A().f()
    assert kept(module, "A") == {}


def test_a_cache_of_another_module_stays_there(module):
    defined(module, "import functools\n@functools.lru_cache\ndef f(x): return [x]\nclass A:\n    g = f")
    module.f.__module__ = "elsewhere"
    module.A.g(1)
    assert kept(module, "A") == {}

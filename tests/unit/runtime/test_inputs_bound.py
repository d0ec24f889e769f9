"""Values of earlier steps are there when the code needs them, and not before their classes are."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from cellift import values
from cellift.notebook.graph import CodeSlice, Step
from cellift.pipeline import compile_graph
from cellift.pipeline.runtime import inputs
from unit.pipeline.kit import graph, step

CLASS = "class Foo:\n    def __init__(self, v):\n        self.v = v\n"


def test_instance_of_a_notebook_class_crosses(launcher):
    ir = compile_graph(
        graph(
            step("make", "foo = Foo(3)", setup=CLASS, outputs=("foo",)),
            step("use", "(foo.v, type(foo) is Foo)", setup=CLASS, inputs={"foo": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "(3, True)\n"


def test_function_of_the_notebook_inside_a_value_crosses(launcher):
    setup = "def double(v):\n    return 2 * v"
    ir = compile_graph(
        graph(
            step("make", "d = {'f': double}", setup=setup, outputs=("d",)),
            step("use", "d['f'](4), d['f'] is double", setup=setup, inputs={"d": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "(8, True)\n"


def test_class_defined_after_another_statement_of_the_setup(launcher):
    setup = "import os\nos.environ['A'] = '1'\n" + CLASS
    ir = compile_graph(
        graph(
            step("make", "foo = Foo(3)", setup=setup, outputs=("foo",)),
            step("use", "foo.v", setup=setup, inputs={"foo": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "3\n"


def test_setup_statement_that_needs_a_value_gets_it(launcher):
    ir = compile_graph(
        graph(
            step("make", "data = [1]", outputs=("data",)),
            step("use", "y", setup="def f():\n    return data\ny = f()", inputs={"data": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "[1]\n"


def test_default_argument_and_class_body_get_their_values(launcher):
    ir = compile_graph(
        graph(
            step("make", "n = 2", outputs=("n",)),
            step("use", "f(), K.m", setup="def f(v=n):\n    return v\nclass K:\n    m = n + 1", inputs={"n": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "(2, 3)\n"


def test_definition_in_the_step_wins_over_the_input_of_that_name(launcher):
    ir = compile_graph(
        graph(
            step("make", "f = 1", outputs=("f",)),
            step("use", "def f():\n    return 'new'\nf()", inputs={"f": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "'new'\n"


def test_class_defined_in_the_step_before_the_value_is_used(launcher):
    ir = compile_graph(
        graph(
            step("make", CLASS + "foo = Foo(3)", outputs=("foo",)),
            step("use", "print('first')\n" + CLASS + "foo.v", inputs={"foo": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "first\n3\n"


def test_class_that_the_step_does_not_have_comes_with_its_instance(launcher):
    ir = compile_graph(
        graph(step("make", CLASS + "foo = Foo(3)", outputs=("foo",)), step("use", "foo.v", inputs={"foo": "make"}))
    )
    assert launcher.run(ir)["use"].stdout == "3\n"


def test_class_that_is_nowhere_is_reported_with_the_name(launcher):
    holds_a_lock = CLASS + "    import threading\n    lock = threading.Lock()\n"
    ir = compile_graph(
        graph(
            step("make", holds_a_lock + "foo = Foo(3)", outputs=("foo",)),
            step("use", "foo.v", inputs={"foo": "make"}),
        )
    )
    error = launcher.run(ir)["use"].error
    assert error["code"] == "CL504"
    assert "`foo`" in error["message"] and "Foo" in error["message"]


def test_value_that_code_asks_for_and_that_cannot_be_read_is_named_where_it_is_missed(launcher):
    # Not seen by name: eval() looks for it; a cache of generators crosses only to where its function is defined.
    make = "from functools import lru_cache\n@lru_cache\ndef f(n):\n    return (i for i in n)\nf((1, 2))"
    use = step("use", "y = 1\neval('f' + '(1)')", number=2, inputs={"f": "make"})
    ir = compile_graph(graph(step("make", make, outputs=("f",)), use))
    error = launcher.run(ir)["use"].error
    assert (error["reason"], error["code"], error["cell"], error["line"]) == ("Refused", "CL504", "c2", 2)
    assert "`f`" in error["message"] and "Define" in error["message"]
    other = step("use", "y = 1\neval('nothing' + '_here')", number=2, inputs={"f": "make"})
    error = launcher.run(compile_graph(graph(step("make", make, outputs=("f",)), other)))["use"].error
    assert (error["reason"], error["type"]) == ("Exception", "NameError")


def test_a_function_that_needs_a_name_that_did_not_come_with_it_is_refused_with_both_names(launcher):
    make = "hidden = 5\nd = {'f': eval('lambda: hidden')}"
    make = step("make", make, outputs=("d",))
    error = launcher.run(compile_graph(graph(make, step("use", "d['f']()", inputs={"d": "make"}))))["use"].error
    assert error["reason"] == "Refused"
    assert "`d`" in error["message"] and "`hidden`" in error["message"]
    named = step("use", "hidden = 6\nd['f']()", inputs={"d": "make"})
    assert launcher.run(compile_graph(graph(make, named)))["use"].stdout == "6\n"


def test_names_that_share_an_object_still_share_it(launcher):
    ir = compile_graph(
        graph(
            step("make", "a = [1]\nb = {'a': a}", outputs=("a", "b")),
            step("use", "a.append(2)\nb", inputs={"a": "make", "b": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "{'a': [1, 2]}\n"


def test_values_come_from_several_steps(launcher):
    ir = compile_graph(
        graph(
            step("one", "a = 1", outputs=("a",)),
            step("two", "b = 2", outputs=("b",)),
            step("use", "a + b", inputs={"a": "one", "b": "two"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "3\n"


def test_change_of_a_mapped_array_stays_in_the_step(launcher):
    ir = compile_graph(
        graph(
            step("make", "import numpy as np\na = np.zeros(100_000)", outputs=("a",)),
            step("first", "a += 1\na.sum()", inputs={"a": "make"}),
            step("second", "a.sum(), type(a).__name__", inputs={"a": "make"}),
        )
    )
    outcomes = launcher.run(ir)
    assert outcomes["first"].stdout == "np.float64(100000.0)\n"
    assert outcomes["second"].stdout == "(np.float64(0.0), 'ndarray')\n"


def test_output_that_the_step_only_passes_on_is_written(launcher):
    only = Step("pass", "pass", "step", ("c1",), (CodeSlice("c1", 1, 1, "def g(): pass"),), {"x": "make"}, (), ("x",))
    ir = compile_graph(graph(step("make", "x = 1", outputs=("x",)), only))
    assert [item["name"] for item in launcher.run(ir)["pass"].ok["outputs"]] == ["x"]


def test_two_classes_that_one_statement_makes_stay_two(launcher):
    make = "def local(n):\n    class Local:\n        def get(self):\n            return n\n    return Local\n"
    make += "One, Two = local(1), local(2)\none = One()"
    names = ("One", "Two", "one")
    taken = dict.fromkeys(names, "make")
    ir = compile_graph(
        graph(step("make", make, outputs=names), step("use", "one.get(), Two().get(), type(one) is One", inputs=taken))
    )
    assert launcher.run(ir)["use"].stdout == "(1, 2, True)\n"


def test_a_class_that_one_line_makes_twice_is_two_classes(launcher):
    make = "def local(n):\n    class Local:\n        def get(self):\n            return n\n    return Local\n"
    make += "L = local(1); a = L(); L = local(2); b = L()"
    names = ("L", "a", "b")
    use = step("use", "a.get(), b.get(), type(b) is L", inputs=dict.fromkeys(names, "make"))
    assert launcher.run(compile_graph(graph(step("make", make, outputs=names), use)))["use"].stdout == "(1, 2, True)\n"


def test_a_class_that_a_library_makes_is_the_one_of_the_copied_line(launcher):
    setup = "from dataclasses import make_dataclass\nM = make_dataclass('M', ['a'])"
    use = step("use", "type(m) is M, m == M(1)", setup=setup, inputs={"m": "make"})
    ir = compile_graph(graph(step("make", "m = M(1)", setup=setup, outputs=("m",)), use))
    assert launcher.run(ir)["use"].stdout == "(True, True)\n"


def test_a_received_class_has_what_its_methods_need_when_a_class_is_derived_from_it(launcher):
    base = "class Base:\n    made = []\n    def __init_subclass__(cls):\n        Base.made.append(cls.__name__)\n"
    base += "class A(Base):\n    pass"
    ir = compile_graph(
        graph(
            step("make", base, outputs=("A", "Base")),
            step("use", "class B(A):\n    pass\nBase.made", inputs={"A": "make", "Base": "make"}),
        )
    )
    assert launcher.run(ir)["use"].stdout == "['A', 'B']\n"


def test_a_copied_statement_that_changes_a_class_comes_after_what_the_values_bring_of_it(launcher):
    patch = f"{CLASS}Foo.unit = 'kg'\ndef change():\n    Foo.size = 2\nFoo.size = 1\nchange()"
    old = f"{CLASS}Foo.unit = 'g'\nFoo.size = 1"
    ir = compile_graph(
        graph(
            step("make", "foo = Foo(3)", setup=CLASS + "Foo.unit = None", outputs=("foo",)),
            step("more", "bar = Foo(3)", setup=old, outputs=("bar",)),
            step("use", "(foo.unit, foo.size)", setup=patch, inputs={"foo": "make"}),
            step("both", "(foo.unit, bar.unit)", setup=patch, inputs={"foo": "make", "bar": "more"}),
        )
    )
    found = launcher.run(ir)
    assert found["use"].stdout == "(None, 2)\n"
    assert found["both"].ok


def test_what_a_class_was_matters_only_while_values_wait(monkeypatch):
    seen = []
    monkeypatch.setattr(inputs, "remember", seen.append)
    piece = SimpleNamespace(own=False, defines=None, reads=frozenset({"Foo"}))
    inputs.Inputs({}, {"Foo": 1}, {}).before(piece)
    assert seen == []
    inputs.Inputs({"foo": "folder"}, {"Foo": 1}, {}).before(piece)
    assert seen == [1]


def test_a_list_has_its_size_in_a_step_that_asks_for_it(launcher):
    make = step("make", "x = []\nfor n in range(100):\n    x.append(n)", outputs=("x",))
    ask = "import sys\nsys.getsizeof(x)"
    found = launcher.run(compile_graph(graph(make, step("use", ask, inputs={"x": "make"}))))
    grown = []
    for n in range(100):
        grown.append(n)
    assert found["use"].stdout == f"{sys.getsizeof(grown)}\n"


def test_a_dict_that_was_larger_in_the_notebook_does_not_tell_its_size(launcher):
    make = step("make", "x = {n: n for n in range(100)}\nfor n in range(99):\n    del x[n]", outputs=("x",))
    found = launcher.run(compile_graph(graph(make, step("use", "import sys\nsys.getsizeof(x)", inputs={"x": "make"}))))
    assert found["use"].error["code"] == "CL507"


def test_states_can_be_asked_for_by_name(tmp_path):
    values.write(tmp_path, {"state:sys.path": {}, "state:environ": {}})
    found = inputs.Inputs(dict.fromkeys(("state:sys.path", "state:environ"), str(tmp_path)), {}, {})
    assert set(found.states()) == {"state:sys.path", "state:environ"}
    assert set(found.states(("state:sys.path",))) == {"state:sys.path"}

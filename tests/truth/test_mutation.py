"""The mutation run itself: what it switches off is off, and what may survive is there."""

from __future__ import annotations

from pathlib import Path

from tests.truth import mutants
from tests.truth.mutation import GUARDED, listed, modules_of
from tests.truth.spread import Children, Table

_SOURCE = """
def sign(number):
    if number < 0:
        return -1
    if number < 0:
        return -2
    return 1

class Box:
    @property
    def even(self):
        return [n for n in range(5) if n % 2 == 0 if n]
"""


def _module(monkeypatch, tmp_path):
    (tmp_path / "to_mutate.py").write_text(_SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    import to_mutate

    monkeypatch.delitem(mutants.sys.modules, "to_mutate")  # made anew for the next test
    monkeypatch.setitem(mutants.sys.modules, "to_mutate", to_mutate)
    mutants._tree.cache_clear()
    return to_mutate


def test_conditions_are_named_by_function_and_text(monkeypatch, tmp_path):
    _module(monkeypatch, tmp_path)
    found = [(one.owner, one.condition, one.is_filter) for one in mutants.find_mutants("to_mutate")]
    assert found == [
        ("sign", "number < 0", False),
        ("sign", "number < 0 [2]", False),
        ("Box.even", "n % 2 == 0", True),
        ("Box.even", "n", True),
    ]


def test_a_rule_that_is_off_does_nothing_and_the_others_hold(monkeypatch, tmp_path):
    module = _module(monkeypatch, tmp_path)
    first, second, filtered, _ = mutants.find_mutants("to_mutate")
    mutants.switch_off(first)
    assert (module.sign(-5), module.Box().even) == (-2, [2, 4])
    mutants.switch_off(second)
    assert module.sign(-5) == -1
    mutants.switch_off(filtered)
    assert module.Box().even == [1, 2, 3, 4]


def test_a_condition_is_noticed_only_where_it_decides_otherwise_than_when_it_is_off(monkeypatch, tmp_path):
    module = _module(monkeypatch, tmp_path)
    seen = set()
    mutants.watch(mutants.find_mutants("to_mutate"), seen.add)
    assert (module.sign(5), seen) == (1, set())
    assert (module.sign(-5), seen) == (-1, {0})
    assert (module.Box().even, seen) == ([2, 4], {0, 2, 3})


def test_what_may_survive_names_conditions_that_there_are_once_and_says_why():
    found = {one.key for name in GUARDED for module in modules_of(name) for one in mutants.find_mutants(module)}
    assert sorted(set(listed()) - found) == []
    assert all(listed().values())


def test_every_condition_can_be_switched_off():
    for name in GUARDED:
        for module in modules_of(name):
            tree = mutants._tree(module)
            code = compile(tree, module, "exec", dont_inherit=True)
            for one in mutants.find_mutants(module):
                function = mutants._function(mutants.sys.modules[module], one.owner)
                same = mutants._code(code, one.owner.split("."))
                assert function.__code__.co_freevars == same.co_freevars, one.key


def test_a_job_leaves_nothing_where_the_run_was_started(monkeypatch, tmp_path, request):
    monkeypatch.chdir(tmp_path)
    done = Table(1, 8)

    def job(number):
        Path("?").touch()
        done.put(number, 1)

    Children(request.config).run(1, job)
    assert (done.number(0), list(tmp_path.iterdir())) == (1, [])

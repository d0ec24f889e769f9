"""What is to be done when an object is gone can be done where the object is, not where a copy of it goes on."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes

_IMPORT = "import weakref\nclass T:\n    pass"
_MADE = "%%step a\nt = T()\n"


def refused(*cells: str) -> bool:
    return "CL302" in codes(analysed(*cells))


@pytest.mark.parametrize(
    "registers",
    [
        "weakref.finalize(t, print)",
        "f = weakref.finalize(t, print)",
        "fs = [weakref.finalize(t, print)]",
        "weakref.finalize(t, print)\nt.n = 1",
    ],
)
@pytest.mark.parametrize("uses", ["del t", "t = 1", "print(t)", "t.n = 2"])
def test_an_object_with_a_finalizer_that_another_step_uses_is_refused(registers: str, uses: str) -> None:
    assert refused(_IMPORT, _MADE + registers, f"%%step b\n{uses}")


def test_a_finalizer_that_another_step_uses_is_refused() -> None:
    assert refused(_IMPORT, _MADE + "f = weakref.finalize(t, print)", "%%step b\nprint(f.alive)")
    assert refused("from weakref import finalize as f\nclass T:\n    pass", _MADE + "f(t, print)", "%%step b\ndel t")


@pytest.mark.parametrize(
    "registers",
    [
        "weakref.finalize(t, print)\ndel t",
        "weakref.finalize(t, print)\nt = 1",
        "weakref.finalize(T(), print)",
        "weakref.ref(t)",
        "other = T()\nweakref.finalize(other, print, t)",
    ],
)
def test_an_object_that_is_gone_in_its_step_or_not_used_by_another_is_none(registers: str) -> None:
    assert not refused(_IMPORT, _MADE + registers, "%%step b\nx = len('a')\nt = x\nprint(t)")


def test_a_value_before_the_finalizer_is_none() -> None:
    assert not refused(_IMPORT, "%%step a\nt = 1\nx = t", "%%step b\nt = T()\nweakref.finalize(t, print)\nprint(x)")


def test_without_weak_references_there_is_none() -> None:
    assert not refused(
        "class T:\n    pass\nimport lib as weakref", _MADE + "weakref.finalize(t, print)", "%%step b\ndel t"
    )


_TRACK = "import weakref\ndef track(o, n):\n    weakref.finalize(o, print)\n    return o"
_CLASS = "import weakref\nclass T:\n    def __init__(self):\n        self.f = weakref.finalize(self, print)"


def test_functions_and_classes_of_the_notebook_give_finalizers() -> None:
    assert refused(_CLASS, "%%step a\nt = T()", "%%step b\nprint(t)")
    assert refused(_TRACK, "%%step a\nt = [1]\ntrack(t, 1)", "%%step b\ndel t")
    assert refused(_TRACK, "%%step a\nt = track({1}, 1)", "%%step b\ndel t")
    assert not refused(_TRACK, "%%step a\nt = [1]\ntrack([2], 1)", "%%step b\ndel t")
    assert not refused(_CLASS, "%%step a\nt = T()\nprint(t)", "%%step b\nprint(T)")

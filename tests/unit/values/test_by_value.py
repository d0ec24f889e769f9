"""What functions, classes and enumerations of the notebook are in a step that has them from their values only."""

from __future__ import annotations

import inspect
import linecache
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from cellift import values
from unit.values.conftest import Cross

ENUM = """
import enum
class Op(enum.Enum):
    ADD = ('+', lambda a, b: a + b)
    PLUS = ADD
    SUB = ('-', lambda a, b: a - b)
    @property
    def sign(self):
        return self.value[0]
Op.SUB.note = 'mine'
box = [Op.ADD, Op.SUB]
"""


def test_an_enumeration_has_its_members_again(two_steps: Cross) -> None:
    add, sub = two_steps(ENUM, "box")["box"]
    kind = type(add)
    assert list(kind) == [add, sub]
    assert (kind.PLUS is add, kind["SUB"] is sub, add.value[1](1, 2), sub.sign, sub.note) == (
        True,
        True,
        3,
        "-",
        "mine",
    )
    assert not hasattr(add, "note")


def test_the_value_of_a_member_that_the_step_has_stays_the_object_that_it_is(two_steps: Cross) -> None:
    found = two_steps(ENUM, "box", ENUM + "value, box = Op.ADD.value, None")
    assert found["box"] == list(found["Op"])
    assert found["Op"].ADD.value is found["value"]


def test_what_the_step_made_of_members_stays_the_object_that_it_is(two_steps: Cross) -> None:
    define = "import enum\nclass Mode(enum.Flag):\n    READ = 1\n    WRITE = 2\n"
    found = two_steps(define + "box = [Mode.READ]", "box", define + "both = Mode.READ | Mode.WRITE")
    assert found["box"][0] | found["Mode"].WRITE is found["both"]


MAKES_ITSELF = """
import enum
class Raw(bytes, enum.Enum):
    def __new__(cls, size):
        made = bytes.__new__(cls, [size])
        made._value_ = size
        return made
    FIVE = 5
box = [Raw.FIVE]
"""


def test_a_new_of_its_own_does_not_run_again_for_members_whose_values_and_attributes_are_all(two_steps: Cross) -> None:
    define = MAKES_ITSELF.replace("bytes, ", "").replace("bytes.__new__(cls, [size])", "object.__new__(cls)")
    define = define.replace("= size\n", "= size * 10\n        made.more = size + 1\n")
    define = define.replace("FIVE = 5", "FIVE = 5\n    ALSO = 5\n    SIX = 6")
    (five,) = two_steps(define, "box")["box"]
    kind = type(five)
    assert [(one.name, one.value, one.more) for one in kind] == [("FIVE", 50, 6), ("SIX", 60, 7)]
    assert kind.ALSO is five is kind(50)


def test_an_enumeration_of_bytes_with_a_new_of_its_own_is_refused(two_steps: Cross) -> None:
    with pytest.raises(values.CannotCrossError, match="a __new__ of its own"):
        two_steps(MAKES_ITSELF, "box", MAKES_ITSELF)


def test_a_function_with_the_globals_of_nothing_is_refused(tmp_path: Path) -> None:
    space: dict[str, Any] = {"__name__": "made", "k": 1}
    exec("def f():\n    return k", space)
    with pytest.raises(values.CannotCrossError, match="global names are those of no module"):
        values.write(tmp_path, {"f": space["f"]})


def test_a_cell_of_a_closure_without_its_function_is_refused(tmp_path: Path) -> None:
    kept = [1]
    (cell,) = (lambda: kept).__closure__
    with pytest.raises(values.CannotCrossError, match="without its function"):
        values.write(tmp_path, {"x": [cell]})


def test_a_function_needs_the_names_of_the_notebook_that_it_reads(two_steps: Cross) -> None:
    make = """
step = 2
def make():
    def add(x):
        print(__name__)
        return sum(y for y in [x, step, len(nothing_yet)])
    return add
add = make()
"""
    assert two_steps(make, "add")["needs"] == {"add": [("add (cell 1, line 4)", ("step",))]}
    assert two_steps(make.replace("step", "1").replace("1 = 2", ""), "add")["needs"] == {"add": []}


LINES = "def make():\n    def f(x):\n        return x + 1\n    return f\nf = make()\n"


def test_the_lines_of_a_cell_come_with_its_functions(two_steps: Cross, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = LINES.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, "<cell 1>", (len(LINES), None, lines, "<cell 1>"))
    forget = "import linecache\nlinecache.cache['<cell 1>'] = (0, None, ['# here\\n'], '<cell 1>')"
    assert inspect.getsource(two_steps(LINES, "f", forget)["f"]) == "    def f(x):\n        return x + 1\n"
    # What the step knows of the cell itself stays.
    assert linecache.getline("<cell 1>", 1) == "# here\n"


def test_the_lines_of_a_file_do_not_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = str(tmp_path / "own.py")
    space = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", space)
    exec(compile(LINES, name, "exec"), space.__dict__)
    monkeypatch.setitem(linecache.cache, name, (len(LINES), None, LINES.splitlines(keepends=True), name))
    values.write(tmp_path / "v", {"f": space.__dict__["f"]})
    del linecache.cache[name]
    assert values.Reader(tmp_path / "v")["f"](1) == 2
    assert name not in linecache.cache

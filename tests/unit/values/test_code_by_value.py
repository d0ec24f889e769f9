"""Functions and classes of a notebook in another process, which has nothing of it but what it is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_WRITE = "\nfrom cellift import values\nvalues.write({folder!r}, {{name: globals()[name] for name in {names!r}}})\n"
_READ = """from cellift import values
reader = values.Reader({folder!r})
globals().update({{n: reader[n] for n in {names!r}}})
"""


def crossed(folder: Path, make: str, names: list[str], use: str, before: str = "") -> str:
    """What ``use`` prints in a process that has ``names`` from one that ran ``make``."""
    made = make + _WRITE.format(folder=str(folder), names=names)
    used = before + "\n" + _READ.format(folder=str(folder), names=names) + use
    subprocess.run([sys.executable, "-c", made], check=True, capture_output=True, timeout=60)
    ran = subprocess.run([sys.executable, "-c", used], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_closures_share_their_cell_and_read_the_names_of_the_step_that_calls(tmp_path: Path):
    make = """
def make():
    n = 0
    def up():
        nonlocal n
        n += step
        return n
    return up, lambda: n
step = 1
up, now = make()
up()
"""
    assert crossed(tmp_path, make, ["up", "now"], "step = 10\nup()\nprint(now())") == "11\n"


def test_function_that_the_step_has_already_is_that_function(tmp_path: Path):
    same = "def f(x):\n    return x\n"
    assert crossed(tmp_path, same + "box = [f]", ["box"], "print(box[0] is f)", same) == "True\n"
    other = "def f(x):\n    return -x\n"
    assert crossed(tmp_path, same + "box = [f]", ["box"], "print(box[0](1), f(1))", other) == "1 -1\n"


def test_class_defined_anew_is_another_class(tmp_path: Path):
    old = "class A:\n    def hi(self):\n        return 'old'\n"
    new = "class A:\n    def hi(self):\n        return 'new'\n"
    use = "print(a.hi(), A().hi(), isinstance(a, A))"
    assert crossed(tmp_path, old + "a = A()", ["a"], use, old) == "old old True\n"
    assert crossed(tmp_path, old + "a = A()", ["a"], use, new) == "old new False\n"


def test_instances_in_two_files_are_of_one_class(tmp_path: Path):
    make = "def make():\n    class A:\n        pass\n    return A\nA = make()\na, b = A(), A()"
    assert crossed(tmp_path, make, ["a", "b"], "print(type(a) is type(b))") == "True\n"


def test_state_of_a_class_comes_with_it(tmp_path: Path):
    define = "class A:\n    count = 0\n"
    assert crossed(tmp_path, define + "A.count = 3\na = A()", ["a"], "print(A.count)", define) == "3\n"


def test_class_that_holds_what_cannot_cross_is_taken_by_name(tmp_path: Path):
    define = "import threading\nclass A:\n    lock = threading.Lock()\n    def hi(self):\n        return 'hi'\n"
    assert crossed(tmp_path, define + "a = A()", ["a"], "print(a.hi(), type(a) is A)", define) == "hi True\n"


def test_a_member_whose_value_is_a_function_is_that_member(tmp_path: Path):
    define = "import enum\nclass Op(enum.Enum):\n    ADD = ('+', lambda a, b: a + b)\n"
    use = "print(box[0] is Op.ADD, box[0].value[1](1, 2))"
    assert crossed(tmp_path, define + "box = [Op.ADD]", ["box"], use, define) == "True 3\n"


def test_super_property_slots_and_abstract_methods(tmp_path: Path):
    make = """
import abc
def make():
    class Base(abc.ABC):
        __slots__ = ("v",)
        def __init__(self, v):
            self.v = v
        @property
        def twice(self):
            return 2 * self.v
        @abc.abstractmethod
        def go(self): ...
    class Real(Base):
        __slots__ = ()
        def __init__(self, v):
            super().__init__(v + 1)
        def go(self):
            return __class__.__name__
    return Real
r = make()(1)
"""
    use = """
print(r.twice, r.go(), hasattr(r, "__dict__"), type(r)(5).v)
try:
    type(r).__base__(1)
except TypeError:
    print("abstract")
"""
    assert crossed(tmp_path, make, ["r"], use) == "4 Real False 6\nabstract\n"


def test_function_of_another_python_is_refused(tmp_path: Path):
    make = "from cellift.values import by_value\nby_value.MAGIC = 1\nbox = [lambda: 1]"
    use = ""
    try:
        crossed(tmp_path, make, ["box"], use)
    except AssertionError as error:
        assert "use one Python for both steps" in str(error)
    else:
        raise AssertionError("it was read")

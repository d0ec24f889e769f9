"""What ``from M import *`` brings is what it brings in Python, told from the source alone."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from cellift.project.snapshot import Project


def imported(module: str) -> set[str]:
    """As Python does it, in a process that no other test has touched."""
    code = f"names = {{}}; exec('from {module} import *', names); print(*sorted(set(names) - {{'__builtins__'}}))"
    return set(subprocess.check_output([sys.executable, "-I", "-c", code], text=True).split())


@pytest.mark.parametrize(
    "module", ["math", "os", "os.path", "random", "json", "decimal", "datetime", "itertools", "statistics", "tkinter"]
)
def test_standard_library(module):
    pytest.importorskip(module)
    assert Project().star_names(module) == dict.fromkeys(imported(module), True)


@pytest.mark.parametrize("module", ["pandas", "sklearn.metrics", "numpy.linalg", "IPython.display"])
def test_installed_packages(module):
    pytest.importorskip(module)
    assert set(Project().star_names(module) or ()) == imported(module)


def test_numpy_whose_all_is_put_together():
    pytest.importorskip("numpy")
    names = set(Project().star_names("numpy") or ())
    assert imported("numpy") <= names
    of_other_machines = re.compile(r"(?:u?int|float|complex)[0-9]{2,3}")
    assert [name for name in names - imported("numpy") if not of_other_machines.fullmatch(name)] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nx = 1\ndef f(): pass\nclass C: pass\n_hidden = 2", {"os", "x", "f", "C"}),
        ("__all__ = ['a']\na = b = 1", {"a"}),
        ("__all__ = ['a'] + ['b']\n__all__ += ('c',)\n__all__.extend(['d'])\n__all__.append('e')", set("abcde")),
        ("NAMES = ['a']\n__all__ = NAMES + ['b']\n__all__.remove('b')", {"a"}),
        ("x = 1\ndel x\ny = 2", {"y"}),
        ("with open('f') as file:\n    inside = 1", {"file", "inside"}),
        ("from math import pi as number\nfor index in []: other = 1", {"number", "index", "other"}),
        ("__all__ = [s for s in dir() if not s.startswith('_')]\nlate = 1", set()),
    ],
)
def test_local_module(beside, source, expected):
    assert set(beside({"mod.py": source}).star_names("mod")) == expected


def test_what_a_branch_binds_is_not_certain(beside):
    project = beside({"mod.py": "try:\n    import a\nexcept ImportError:\n    a = None\nb = 1"})
    assert project.star_names("mod") == {"a": False, "b": True}


def test_star_import_in_a_star_import(beside):
    project = beside({"pkg/__init__.py": "from .inner import *\nfrom . import inner", "pkg/inner.py": "x = 1"})
    assert set(project.star_names("pkg")) == {"x", "inner"}


@pytest.mark.parametrize(
    "source",
    [
        "globals().update(a=1)",
        "__all__ = make()",
        "import sys\nif sys.platform == 'x':\n    __all__ = ['a']",
        "from nowhere_to_be_found import *",
        "x = (",
    ],
)
def test_names_that_the_source_does_not_show_are_not_guessed(beside, source):
    assert beside({"mod.py": source}).star_names("mod") is None


def test_modules_that_star_import_each_other_end(beside):
    project = beside({"a.py": "from b import *", "b.py": "from a import *"})
    assert project.star_names("a") is None


def test_local_modules_are_not_executed(beside, tmp_path):
    canary = tmp_path / "ran"
    source = f"open({str(canary)!r}, 'w').close()\nx = 1"
    project = beside({"mod.py": source})
    assert project.star_names("mod") == {"x": True}
    assert not canary.exists()
    exec(source, {})
    assert canary.exists()  # the canary sings when it is run


def test_a_module_beside_the_notebook_hides_the_library(beside):
    assert beside({"random.py": "only = 1"}).star_names("random") == {"only": True}

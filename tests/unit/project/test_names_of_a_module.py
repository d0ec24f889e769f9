"""What a module's text says: the names of a star import, its imports, the state that its code changes or keeps."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from cellift.project import snapshot, star_names
from cellift.project.changed_paths import aliases, changed_paths
from cellift.project.imports import imported_modules
from cellift.project.kept_by_code import changeable_defaults, changes_shared, keeps_in_class
from cellift.project.modules import absolute_name, find_module, read_source
from cellift.project.process_words import patches, process_state, seeds


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a:\n    x = 1\nelse:\n    y = 2", {"x": False, "y": False}),
        ("if TYPE_CHECKING:\n    x = 1\nelse:\n    y = 2", {"y": True}),
        ("if typing.TYPE_CHECKING:\n    x = 1\nz = 1", {"z": True}),
        ("from __future__ import annotations\nx = 1", {"annotations": True, "x": True}),
        ("try:\n    x = 1\nexcept ValueError:\n    y = 2", {"x": False, "y": False}),
        ("x: int\ny: int = 1", {"y": True}),
        ("__all__ = sorted(['b', 'a'])", {"a": True, "b": True}),
        ("__all__ = ['a']\n__all__ = list(__all__) + ['b']", {"a": True, "b": True}),
        ("x = [(y := 1)]", {"x": True, "y": False}),
        ("def f():\n    (y := 1)\n    globals().update(a=1)", {"f": True}),
        ("globals().update(a=1)", None),
        ("__all__ = unknown()", None),
        ("import pkg.sub as s\n__all__ = s.__all__", {"of_sub": True}),
        ("from pkg.sub import __all__", {"of_sub": True}),
        ("from away import __all__", None),
        ("def f(x=setattr): pass", {"f": True}),
        ("if a:\n    def f(): globals()\nx = lambda: globals()", {"f": False, "x": True}),
        ("try:\n    x = 1\nexcept E:\n    globals()", None),
        ("x = 1\n__all__ = [n for n in dir() if not n.startswith('_')]\n_y = 2", {"x": True}),
        ("_y = 2\nx = 1\n__all__ = [n for n in dir() if not n.startswith('_')]", {"x": True}),
    ],
)
def test_what_a_star_import_brings(beside, source, expected):
    files = {"mod.py": source, "pkg/__init__.py": "", "pkg/sub.py": "__all__ = ['of_sub']\nof_sub = 1"}
    assert beside(files).star_names("mod") == expected


def test_a_package_has_the_modules_that_it_imports_from(beside):
    project = beside({"p/__init__.py": "from p.inner import x", "p/inner.py": "x = 1"})
    assert project.star_names("p") == {"inner": True, "x": True}


def test_a_package_that_imports_from_above_the_top_has_the_name(beside):
    assert beside({"p/__init__.py": "from ...away import x"}).star_names("p") == {"x": True}


def test_a_folder_without_code_of_its_own_brings_nothing(beside):
    assert beside({"space/one.py": "x = 1"}).star_names("space") == {}


@pytest.mark.parametrize("module", ["this", "antigravity", "idlelib.idle"])
def test_modules_that_do_something_when_they_are_imported_are_not_asked(monkeypatch, module):
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("it was imported"))
    assert star_names.standard_names(module, sys.executable) is None


def test_modules_that_import_all_of_each_other_end(beside, monkeypatch):
    project = beside({"a.py": "from b import *\nx = 1", "b.py": "from a import *\ny = 1"})
    asked = []
    monkeypatch.setattr(snapshot, "source_of", lambda found: asked.append(found.name) or star_names.source_of(found))
    assert project.star_names("a") is None
    assert {name: asked.count(name) for name in asked} == {"a": 2, "b": 2}, "the file and its stub, once"


def test_a_stub_tells_what_is_only_declared(tmp_path: Path, beside):
    assert beside({"m.pyi": "x: int"}).star_names("m") == {"x": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("os.environ['A'] = '1'", {"state:environ"}),
        ("del os.environ['A']", {"state:environ"}),
        ("os.environ['A'] += '1'", {"state:environ"}),
        ("os.environ.get('A')", set()),
        ("os.chdir('x')", {"state:cwd"}),
        ("sys.path.insert(0, 'x')", {"state:sys.path"}),
        ("sys.path[0] = 'x'", {"state:sys.path"}),
        ("sys.path_hooks.append(f)", set()),
        ("decimal.getcontext().prec = 5", {"state:decimal"}),
        ("decimal.getcontext().prec += 5", {"state:decimal"}),
        ("mine.environ['A'] = 1", set()),
        ("(lambda: 1)().x = 1", set()),
        ("os.environed['A'] = 1", set()),
        ("warnings.filters[0].x = 1", {"state:warnings"}),
        ("warnings.simplefilter('error')", {"state:warnings"}),
    ],
)
def test_what_a_statement_of_a_module_changes_in_the_process(text, expected):
    imports = {name: name for name in ("os", "sys", "decimal", "warnings")}
    assert set().union(*(process_state(node, imports) for node in ast.walk(ast.parse(text)))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("json.JSONEncoder.default = f", {"json"}),
        ("del json.loads", {"json"}),
        ("setattr(json, 'loads', f)", {"json"}),
        ("delattr(json.JSONEncoder, 'default')", {"json"}),
        ("getattr(json, 'loads')", set()),
        ("setattr(mine, 'loads', f)", set()),
        ("setattr(sys.modules['json'], 'loads', f)", {"sys"}),
        ("setattr(sys.modules[__name__], 'loads', f)", set()),
        ("setattr(os.environ, 'A', 1)", set()),
        ("json.loads('1')", set()),
    ],
)
def test_whose_functions_a_statement_replaces(text, expected):
    imports = {name: name for name in ("os", "json", "sys")}
    assert set().union(*(patches(node, imports) for node in ast.walk(ast.parse(text)))) == expected


def test_generators_are_seeded_by_calls_of_what_was_imported():
    [call] = [node for node in ast.walk(ast.parse("set_seed(1)")) if isinstance(node, ast.Call)]
    assert seeds(call, {"set_seed": "numpy.random.seed"}) == {"state:numpy.random"}
    assert seeds(call, {}) == set()


def nodes(text: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(text)))


def function(text: str) -> ast.FunctionDef:
    return next(node for node in nodes(text) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("total += 1", {("total", True)}),
        ("a.b += 1", {("a.b", True)}),
        ("a.b[0] = 1", {("a.b", True)}),
        ("f(g)[0] = 1", {("f", False)}),
        ("shuffle(items[0])", {("shuffle", False), ("items", True)}),
        ("items.copy()", set()),
        ("items.push(1)", {("items", False), ("items.push", False)}),
    ],
)
def test_what_code_may_change(text, expected):
    assert set(changed_paths(nodes(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s = _all['a']", {"s": "_all"}),
        ("for one in items.all: pass", {"one": "items.all"}),
        ("[one for one in items]", {"one": "items"}),
        ("for one in f(): pass\ns = f()", {}),
        ("for a, b in items: pass", {}),
    ],
)
def test_local_names_for_what_lies_elsewhere(text, expected):
    assert aliases(nodes(text)) == expected


def test_defaults_that_can_be_changed():
    assert changeable_defaults(function("def f(a, b=[], c=1, *, d={}, e=(), g=dict()): pass")) == {"b", "d", "g"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(cls):\n    cls.made += 1", True),
        ("@classmethod\ndef f(kind):\n    kind.made = 1", True),
        ("def f(self):\n    type(self).made = 1", True),
        ("def f(self):\n    self.__class__.made[0] = 1", True),
        ("def f(cls):\n    return cls.made", False),
        ("def f(self):\n    self.made = 1", False),
        ("def f():\n    x.made = 1", False),
    ],
)
def test_what_is_kept_in_a_class(text, expected):
    assert keeps_in_class(function(text)) is expected


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [("items = []", True), ("items: list = []", True), ("items = 1", False), ("other[0] = []", False)],
)
def test_a_list_of_the_class_is_changed_by_its_methods(attribute, expected):
    [owner] = ast.parse(f"class C:\n    {attribute}\n    def put(self):\n        self.items.append(1)").body
    assert changes_shared(owner.body[1], owner) is expected


@pytest.mark.parametrize(
    ("text", "package", "expected"),
    [
        ("import a.b", "", {"a.b"}),
        ("from a import b, c", "", {"a", "a.b", "a.c"}),
        ("from a import *", "", {"a"}),
        ("from . import b", "p", {"p", "p.b"}),
        ("from ...x import b", "p", set()),
        ("importlib.import_module('a.b')", "", {"a.b"}),
        ("__import__('a')", "", {"a"}),
        ("import_module(name)", "", set()),
        ("import_module('not a name')", "", set()),
        ("print('a')", "", set()),
    ],
)
def test_what_a_module_imports(text, package, expected):
    assert imported_modules([ast.parse(text)], package) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("a", 0, "p.q"), "a"),
        (("a", 1, "p.q"), "p.q.a"),
        (("a", 2, "p.q"), "p.a"),
        ((None, 2, "p.q"), "p"),
        (("a", 3, "p.q"), None),
        (("a", 1, ""), None),
    ],
)
def test_relative_imports_end_at_the_top(given, expected):
    assert absolute_name(*given) == expected


def test_files_that_a_module_can_be(tmp_path: Path):
    for name in ("a.pyi", "b.so", "c.cpython-311-x86_64-linux-gnu.so"):
        (tmp_path / name).write_text("")
    (tmp_path / "d" / "e").mkdir(parents=True)
    found = {name: find_module(name, [tmp_path]) for name in ("a", "b", "c", "d", "d.e", "a.x", "f", "d.not-a-name")}
    assert {name: None if one is None else one.file and one.file.name for name, one in found.items()} == {
        "a": "a.pyi",
        "b": "b.so",
        "c": "c.so",
        "d": None,
        "d.e": None,
        "a.x": None,
        "f": None,
        "d.not-a-name": None,
    }
    assert [name for name, one in found.items() if one is not None] == ["a", "b", "c", "d", "d.e"]


@pytest.mark.parametrize("name", ["not-a-name", "d/e", "."])
def test_what_is_no_name_is_no_module(tmp_path: Path, name: str):
    (tmp_path / "not-a-name.py").write_text("")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "e.py").write_text("")
    assert find_module(name, [tmp_path]) is None


def test_only_python_files_are_read_as_such(tmp_path: Path):
    for name in ("a.py", "a.pyi", "a.so"):
        (tmp_path / name).write_text("x = 1")
    assert [read_source(tmp_path / name) for name in ("a.py", "a.pyi", "a.so", "none.py")] == [
        "x = 1",
        "x = 1",
        None,
        None,
    ]
    assert sys.version_info

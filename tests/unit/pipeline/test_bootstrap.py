"""The text that travels: plain, without anything that Argo, Kubernetes or a shell would replace."""

from __future__ import annotations

import ast
import base64
import json
import re
import zlib
from pathlib import Path

import pytest

import cellift
from cellift.pipeline import bootstrap as module
from cellift.pipeline.bootstrap import bootstrap

ROOM = Path(cellift.__file__).parent
SOURCES = [*sorted((ROOM / "values").glob("*.py")), *sorted((ROOM / "pipeline" / "runtime").glob("*.py"))]


@pytest.mark.parametrize("forbidden", ["{{", "$(", "$$", "\t", "\r"])
def test_text_holds_nothing_that_is_replaced_on_the_way(forbidden: str):
    assert forbidden not in bootstrap()


def test_text_is_ascii_without_trailing_blanks():
    text = bootstrap()
    assert text.isascii()
    assert not [line for line in text.split("\n") if line != line.rstrip()]


def test_text_holds_every_module_of_both_packages():
    held = {path.relative_to(ROOM).with_suffix("").as_posix().replace("/", ".") for path in SOURCES}
    assert {name.removesuffix(".__init__") for name in held} == set(module._MODULES)


def test_modules_travel_without_their_words():
    packed = re.search(r'^SOURCES = "(.*)"$', bootstrap(), re.MULTILINE)
    assert packed is not None
    sources = dict(json.loads(zlib.decompress(base64.b64decode(packed[1]))))
    assert list(sources) == [f"{module.PACKAGE}.{name}" for name in module._MODULES]
    for name in module._MODULES:
        path = ROOM / name.replace(".", "/")
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        assert sources[f"{module.PACKAGE}.{name}"] == module.without_words(path.read_text())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_source_is_python_3_9_with_the_standard_library_only(path: Path):
    source = path.read_text()
    tree = ast.parse(source, feature_version=(3, 9))
    known = {"numpy"}  # only where the value itself is of numpy
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            assert top in known or top in __import__("sys").stdlib_module_names, name


def test_order_of_the_modules_is_that_of_their_imports():
    seen = set()
    for name in module._MODULES:
        path = ROOM / name.replace(".", "/")
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                parts = package.split(".")
                base = ".".join(parts[: len(parts) - node.level + 1])
                assert ".".join(part for part in (base, node.module or "") if part) in seen, (name, node.module)
        seen.add(name)


@pytest.mark.parametrize("name", module._MODULES)
def test_without_its_words_a_module_is_the_same_code_on_the_same_lines(name: str) -> None:
    source = module._source(name)

    def code(text: str) -> str:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            for one in getattr(node, "body", None) if isinstance(getattr(node, "body", None), list) else ():
                if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and type(one.value.value) is str:
                    one.value.value = ""
                    one.end_lineno = one.value.end_lineno = one.end_col_offset = one.value.end_col_offset = 0
        for node in ast.walk(tree):
            if hasattr(node, "body"):
                node.end_lineno = node.end_col_offset = 0  # a docstring may be its end
        return ast.dump(tree, include_attributes=True)

    assert code(module.without_words(source)) == code(source)

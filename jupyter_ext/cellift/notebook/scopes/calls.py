"""Calls: what they change, which functions of the notebook they call with what, magics."""

from __future__ import annotations

import ast

from cellift.notebook.magics.facts import MagicFacts, read_magic
from cellift.notebook.scopes.by_text import looks_up, read_text
from cellift.notebook.scopes.effects import (
    CONTAINER_METHODS,
    DISPLAY_FUNCTIONS,
    FILE_WRITERS,
    MODULE_FILE_WRITERS,
    MUTATED_KEYWORDS,
    MUTATING_FUNCTIONS,
    UNREPEATABLE,
)
from cellift.notebook.scopes.facts import Binding, Call, Kind, Use
from cellift.notebook.scopes.lookups import names_after_at, uses_functions_at_once
from cellift.notebook.scopes.main_module import uses_main
from cellift.notebook.scopes.reader import Reader, Visits
from cellift.notebook.scopes.sharing import shared_names
from cellift.project.dotted import dotted_name, last_name

_WRITING_MODES = frozenset("wax+")
#: Calls that go through their arguments, and keep what these give at most.
_USES_UP = frozenset("list tuple set frozenset dict sorted sum min max any all join next".split())


def _visit_call(reader: Reader, node: ast.Call) -> None:
    if looks_up(reader, node) or uses_main(reader, node):
        return
    function = node.func
    if isinstance(function, ast.Name):
        reader.read(function.id, function)
        if reader.body is None and reader.is_global(function.id):
            reader.facts.called.add(function.id)
    else:
        reader.visit(function)
    at_once = uses_functions_at_once(node)
    reader.used_at_once += at_once
    with reader.using_up(last_name(function) in _USES_UP):
        reader.visit_all(node.args)
    reader.visit_all(keyword.value for keyword in node.keywords)
    reader.used_at_once -= at_once
    note_call(reader, node)


def note_call(reader: Reader, node: ast.Call) -> None:
    """What a call does besides reading its parts."""
    magic = read_magic(node)
    if magic is not None:
        _note_magic(reader, magic, node)
    name = last_name(node.func)
    path = dotted_name(node.func)
    if reader.body is not None and not reader.nested and (name in DISPLAY_FUNCTIONS or name in UNREPEATABLE):
        reader.body.acts = True
    if path and reader.body is None and reader.is_global(path.split(".")[0]):
        reader.facts.called_paths.setdefault(path, Use(path, node.lineno, reader.column(node)))
    if isinstance(node.func, ast.Attribute):
        receiver = node.func.value
        if name in reader.changing_methods:
            reader.change(receiver, f"{name}()")
        if name in CONTAINER_METHODS and not isinstance(receiver, ast.Name):
            reader.note_store(receiver, f"{name}()")
    if name in MUTATING_FUNCTIONS and node.args:
        reader.change(node.args[0], f"{name}()")
    for keyword in node.keywords:
        if keyword.arg in MUTATED_KEYWORDS:
            reader.change(keyword.value, f"{keyword.arg}=")
        if keyword.arg == "inplace" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True:
            reader.change(node.func, f"{name}(inplace=True)")
    if (
        name in FILE_WRITERS
        or path in MODULE_FILE_WRITERS
        or name.startswith("to_")
        or (name == "open" and _opens_to_write(node))
    ):
        reader.facts.writes_files = True
    _note_lookup(reader, node, name)
    if isinstance(node.func, ast.Name):
        if reader.is_global(node.func.id):
            _note_arguments(reader, node, node.func)
        elif reader.body is not None and reader.body_scope is not None and not reader.nested:
            scope = reader.body_scope
            reader.body.calls_inner |= node.func.id in scope.names and node.func.id not in scope.parameters


def _note_magic(reader: Reader, found: MagicFacts, node: ast.Call) -> None:
    """A magic: the names in its text, and what it binds."""
    with reader.softly():
        reader.visit_all(found.expressions)
    if found.body:
        nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        reader.read_body(reader.inline if reader.body is None else reader.body, nothing, found.body)
    binds = reader.facts.binds if reader.body is None else reader.body.binds
    for name in found.binds:
        binds[name] = Binding(name, Kind.DATA, node.lineno, reader.column(node), immutable=True)
        if reader.body is None:
            reader.bound.add(name)
    for file in found.files:
        reader.facts.files.setdefault(file, Use(file, node.lineno, reader.column(node)))
    if found.outside:
        reader.facts.writes_files = True
        reader.facts.outside = reader.facts.outside or Use("files:", node.lineno, reader.column(node))


def _note_arguments(reader: Reader, node: ast.Call, function: ast.Name) -> None:
    def names(argument: ast.expr) -> frozenset[str]:
        found = {name.id for name in shared_names(argument)}
        scope = reader.body_scope
        if scope is not None:
            found = {source for name in found for source in scope.sources(name)}
            return frozenset(name for name in found if name in scope.parameters or name not in scope.names)
        return frozenset(name for name in found if reader.is_global(name))

    call = Call(
        function.id,
        tuple(names(argument) for argument in node.args),
        tuple((keyword.arg, names(keyword.value)) for keyword in node.keywords if keyword.arg),
        function.lineno,
        reader.column(function),
        reader.targets,
        reader.is_used_up,
    )
    (reader.body.calls if reader.body is not None else reader.facts.calls).append(call)


def _note_lookup(reader: Reader, node: ast.Call, name: str) -> None:
    """Names that a library looks up by text."""
    if not isinstance(node.func, ast.Attribute) or name not in ("query", "eval") or not node.args:
        return
    text = reader.text_of(node.args[0])
    for found in sorted(names_after_at([text]) if text is not None else reader.around.at_names):
        reader.read(found, node, soft=True)
    if text is not None and isinstance(node.func.value, ast.Name) and name == "eval":
        read_text(reader, text, node)  # `pd.eval("a + b")` looks plain names up as well


def _opens_to_write(call: ast.Call) -> bool:
    """``open`` with a mode that writes, or one that is not a literal."""
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    modes.extend(call.args[1:2] if isinstance(call.func, ast.Name) else call.args[:1])
    return any(not isinstance(mode, ast.Constant) or bool(_WRITING_MODES & set(str(mode.value))) for mode in modes)


VISITS: Visits = {
    "Call": _visit_call,
}

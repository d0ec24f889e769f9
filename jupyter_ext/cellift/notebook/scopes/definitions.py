"""What makes code: imports, functions, classes, type aliases; ``global`` and ``nonlocal``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from cellift.notebook.flow.held_state import held_by_class, held_default, sets_its_class
from cellift.notebook.scopes.by_text import read_text
from cellift.notebook.scopes.calls import note_call
from cellift.notebook.scopes.facts import Body, Kind, Use
from cellift.notebook.scopes.methods import changes_by_use
from cellift.notebook.scopes.reader import Reader, Scope, Visits
from cellift.project.dotted import last_name
from cellift.project.remembered import of_kind

#: Methods that run when the class is called.
_RUN_BY_THE_CLASS = frozenset({"__init__", "__new__", "__post_init__"})


def _visit_import(reader: Reader, node: ast.Import) -> None:
    for alias in node.names:
        name = alias.asname or alias.name.split(".")[0]
        dotted = alias.asname is None and "." in alias.name
        reader.bind(name, node, Kind.IMPORT, keeps_previous=dotted, module=True)
        if alias.name == "__main__" and reader.body is None:
            reader.facts.dynamic.append(Use("import __main__", node.lineno, reader.column(node)))


def _visit_import_from(reader: Reader, node: ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name == "*":
            _bind_star(reader, node)
        else:
            reader.bind(alias.asname or alias.name, node, Kind.IMPORT)


def _bind_star(reader: Reader, node: ast.ImportFrom) -> None:
    brought = reader.star_names(node.module) if reader.star_names and node.module and not node.level else None
    if brought is None:
        reader.facts.star_imports.append(Use(node.module or ".", node.lineno, reader.column(node)))
        return
    for name, certain in brought.items():
        known = name in reader.bound
        reader.bind(name, node, Kind.IMPORT)
        if not certain and not known:
            reader.bound.discard(name)


def _visit_global(reader: Reader, node: ast.Global) -> None:
    reader.scopes[-1].global_names.update(node.names)


def _visit_nonlocal(reader: Reader, node: ast.Nonlocal) -> None:
    """Nothing to do: ``local_names`` has taken these names out of the function's own."""


_NO_ARGUMENTS = ast.arguments([], [], None, [], [], None, [])


class _Quoted(ast.stmt):
    """Annotations in quotes: ``get_type_hints`` asks for their names where the function or class is used."""

    _fields = ("annotations",)
    annotations: list[ast.expr]

    def __init__(self, annotations: list[ast.expr]) -> None:
        super().__init__()
        self.annotations = annotations


def _visit_quoted(reader: Reader, node: _Quoted) -> None:
    for each in node.annotations:
        annotation(reader, each)


def _quoted(reader: Reader, annotations: Sequence[ast.expr]) -> list[ast.expr]:
    """Those that are texts when the code runs, and the texts in others: ``list["Row"]``."""
    literals = {id(part) for each in annotations for part in _literals(each)}
    found = list(annotations) if reader.around.lazy_annotations else []
    for part in (part for each in annotations for part in of_kind(each, ast.Constant)):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in literals:
            found.append(part)
    return found


def _literals(node: ast.expr) -> Iterator[ast.AST]:
    """What stands in a ``Literal[…]``: texts that name nothing."""
    for part in of_kind(node, ast.Subscript):
        if isinstance(part, ast.Subscript) and last_name(part.value) == "Literal":
            yield from ast.walk(part.slice)


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    found = [argument.annotation for argument in arguments if argument is not None]
    return [each for each in (*found, node.returns) if each is not None]


def _visit_function(reader: Reader, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    _decorate(reader, node)
    reader.visit_all([*node.args.defaults, *node.args.kw_defaults])
    with reader.in_scope(Scope("comprehension", _type_parameters(node))):
        annotations = _annotations(node)
        for each in annotations:
            annotation(reader, each)
        body = reader.body
        if body is None:
            body = reader.facts.bodies.setdefault(node.name, Body()) if reader.at_module() else reader.class_body
        else:
            body.gives_code = True
        held = held_default(node)
        if held is not None:
            body.holds = body.holds or held
            body.gives_stateful |= reader.body is not None
        # A method or an inner function may not be called when what is around it is.
        inner = reader.body is not None or reader.scopes[-2].kind == "class"
        with reader.perhaps_uncalled(inner and node.name not in _RUN_BY_THE_CLASS):
            quoted = _quoted(reader, annotations)
            reader.read_body(body, node.args, [_Quoted(quoted), *node.body] if quoted else node.body)
        if any(is_cache(decorator) for decorator in node.decorator_list):
            body.gives_cached = True
            moves = not reader.around.moving.isdisjoint(body.reads)
            if moves or body.acts or body.changes or body.binds or reader.around.asks_for_caches:
                body.holds = body.holds or "its cache"
    reader.bind(node.name, node, Kind.FUNCTION)


def _decorate(reader: Reader, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
    """Decorators are called with what is defined."""
    for decorator in node.decorator_list:
        call = ast.Call(decorator, [ast.Name(node.name, ast.Load())], [])
        for part in (call, call.args[0]):
            ast.copy_location(part, decorator)
        if isinstance(decorator, ast.Name):
            reader.read(decorator.id, decorator)
            if reader.body is None and reader.is_global(decorator.id):
                reader.facts.called.add(decorator.id)
        else:
            reader.visit(decorator)
            method = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(method, ast.Attribute):  # `@app.route("/")` tells `app` of the function
                reader.change(method.value, f"@{method.attr}")
        note_call(reader, call)


def _visit_class(reader: Reader, node: ast.ClassDef) -> None:
    _decorate(reader, node)
    outermost = reader.body is None and reader.at_module()
    if outermost:
        reader.class_body = reader.facts.bodies.setdefault(node.name, Body())
        _note_class_state(reader, node, reader.class_body)
    elif reader.body is not None:
        reader.body.gives_code = True
    with reader.in_scope(Scope("comprehension", _type_parameters(node))):
        reader.visit_all(node.bases)
        reader.visit_all(keyword.value for keyword in node.keywords)
        with reader.in_scope(Scope("class", {"__module__", "__qualname__"})):
            reader.visit_all(node.body)
    quoted = _quoted(reader, [item.annotation for item in node.body if isinstance(item, ast.AnnAssign)])
    if outermost and quoted:
        reader.read_body(reader.class_body, _NO_ARGUMENTS, [_Quoted(quoted)])
    reader.bind(node.name, node, Kind.CLASS)


def _note_class_state(reader: Reader, node: ast.ClassDef, body: Body) -> None:
    around = reader.around
    held = held_by_class(node, around.changed_attributes, around.changed_by_a_look)
    body.holds = held or sets_its_class(node) or body.holds
    body.changes_by_use = changes_by_use(node, reader.changing_methods)
    methods = {item.name for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
    body.hooks = "__init_subclass__" in methods or reader.around.asks_for_subclasses
    made_by = {base.id for base in node.bases if isinstance(base, ast.Name)}
    body.hooks |= "type" in made_by and bool(methods & {"__new__", "__init__", "__prepare__"})


def _visit_type_alias(reader: Reader, node: Any) -> None:
    with reader.softly(), reader.in_scope(Scope("comprehension", _type_parameters(node))):
        reader.visit(node.value)
    reader.bind(node.name.id, node.name, Kind.CLASS)


def annotation(reader: Reader, node: ast.expr) -> None:
    """An annotation, also one in quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        read_text(reader, node.value, node)
        return
    with reader.softly(reader.around.lazy_annotations):
        reader.visit(node)


def is_cache(decorator: ast.expr) -> bool:
    """Whether the decorator lets a function remember its results."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return last_name(function) in ("lru_cache", "cache", "memoize", "cached")


def _type_parameters(node: Any) -> set[str]:
    return {parameter.name for parameter in getattr(node, "type_params", ())}


VISITS: Visits = {
    "Import": _visit_import,
    "ImportFrom": _visit_import_from,
    "Global": _visit_global,
    "Nonlocal": _visit_nonlocal,
    "FunctionDef": _visit_function,
    "_Quoted": _visit_quoted,
    "AsyncFunctionDef": _visit_function,
    "ClassDef": _visit_class,
    "TypeAlias": _visit_type_alias,
}

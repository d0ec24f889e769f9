"""Names that are reached by text: ``eval``, ``globals()[...]``, ``"x" in globals()``, ``"%(x)s" % globals()``."""

from __future__ import annotations

import ast
import re
from typing import Literal

from cellift.notebook.parsed import parse
from cellift.notebook.scopes.facts import Kind, Use
from cellift.notebook.scopes.lookups import formats_names, is_main_module, is_namespace, loads_pickle, text_of
from cellift.notebook.scopes.reader import Reader, Scope, Visits


def looks_up(reader: Reader, node: ast.Call) -> bool:
    """``eval``, ``exec``, namespaces and pickles; True when there is nothing more to visit in the call."""
    if loads_pickle(node):
        if reader.body is not None:
            reader.body.reads_code = True
        elif reader.facts.reads_code is None:
            reader.facts.reads_code = Use("", node.lineno, reader.column(node), soft=True)
    if isinstance(node.func, ast.Name) and reader.is_global(node.func.id):
        if node.func.id in ("eval", "exec") and node.args:
            return _run_text(reader, node, node.func.id)
        if is_notebook(reader, node):
            if node.func.id == "dir" or node in reader.only_read:
                read_everything(reader, node)
            else:  # whoever gets it may bind any name
                reader.facts.dynamic.append(Use(node.func.id, node.lineno, reader.column(node)))
            return True
    if isinstance(node.func, ast.Attribute) and is_notebook(reader, node.func.value):
        asked = _METHODS.get(node.func.attr)
        if asked is not None and asked(reader, node):
            return True
    if formats_names(node) or _only_looks(reader, node):
        reader.only_read.update(node.args)
    reader.only_read.update(keyword.value for keyword in node.keywords if keyword.arg in _READ_FROM)
    return False


def _only_looks(reader: Reader, node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in _ONLY_LOOK and reader.is_global(node.func.id)


def _run_text(reader: Reader, node: ast.Call, name: str) -> bool:
    """``eval`` and ``exec``: their text is read where it stands; one that is not known may need any name."""
    reader.read(name, node, soft=True)
    namespaces = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    own = [one for one in namespaces if not is_namespace(one)]
    for one in own:
        reader.change(one, f"{name}()")
    if own and not is_notebook(reader, namespaces[0]):
        return False  # it runs in a dictionary of its own
    reader.visit_all(own)
    text = reader.text_of(node.args[0])
    mode: Literal["eval", "exec"] = "eval" if name == "eval" else "exec"
    reader.visit(node.args[0])
    if text is not None and read_text(reader, text, node, mode):
        return True
    if name == "eval" or own or _assigns_like(reader, node.args[0]):
        read_everything(reader, node)
    else:
        reader.facts.dynamic.append(Use(name, node.lineno, reader.column(node)))
    return True


def _assigns_like(reader: Reader, text: ast.expr) -> bool:
    """``exec(f"v{n} = {n}")``: an assignment to a name of which a part is known; False when the text is no such."""
    if not isinstance(text, ast.JoinedStr):
        return False
    source = "".join(found if (found := text_of(part)) is not None else _UNKNOWN for part in text.values)
    try:
        (statement,) = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    if not isinstance(statement, ast.Assign) or not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    if any(isinstance(part, (ast.Call, ast.NamedExpr, ast.Await)) for part in ast.walk(statement.value)):
        return False
    for target in statement.targets:
        assert isinstance(target, ast.Name)
        parts = target.id.split(_UNKNOWN)
        if len(parts) == 1:
            bind_global(reader, target.id, text)
        else:
            constants = [ast.Constant(part) for part in parts]
            unknown = ast.FormattedValue(ast.Constant(""), -1)
            values = [value for constant in constants for value in (unknown, constant)][1:]
            bind_like(reader, ast.JoinedStr(list(values)), text)
    return True


#: Stands for the part of a text that is not known.
_UNKNOWN = "_cellift_unknown_"


def read_everything(reader: Reader, node: ast.expr) -> None:
    """Any name may be read here."""
    if reader.body is not None:
        reader.body.reads_all = True
    elif reader.facts.reads_all is None:
        reader.facts.reads_all = Use("", node.lineno, reader.column(node), soft=True)


def bind_like(reader: Reader, name: ast.expr | None, node: ast.expr) -> None:
    """A name that the expression ``name`` gives is bound here: any, or those that an f-string may give."""
    pattern = _pattern(name)
    if reader.body is not None:
        reader.body.binds_like.add(pattern)
    else:
        reader.facts.binds_like.setdefault(pattern, Use("globals", node.lineno, reader.column(node)))


def _pattern(name: ast.expr | None) -> str:
    if not isinstance(name, ast.JoinedStr):
        return ".*"
    return "".join(re.escape(text) if (text := text_of(part)) is not None else ".*" for part in name.values)


def is_notebook(reader: Reader, node: ast.AST) -> bool:
    """Whether the expression gives the namespace of the notebook: ``globals()``, and ``locals()`` outside functions."""
    if not is_namespace(node):
        return False
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    name = node.func.id
    return reader.is_global(name) and (name == "globals" or reader.at_module_level())


def _get(reader: Reader, node: ast.Call) -> bool:
    if not node.args:
        return False
    assert isinstance(node.func, ast.Attribute)
    reader.visit_all(node.args)
    return read_namespace(reader, node.func.value, text_of(node.args[0]), node)


def _look(reader: Reader, node: ast.Call) -> bool:
    read_everything(reader, node)
    return True


def _update(reader: Reader, node: ast.Call) -> bool:
    """``globals().update(a=1)``, ``globals().update({"a": 1})``, ``globals().update(params)``."""
    reader.visit_all([*node.args, *(keyword.value for keyword in node.keywords)])
    given = [node.args[0].keys] if node.args and isinstance(node.args[0], ast.Dict) else []
    names = [text_of(key) for keys in given for key in keys] + [keyword.arg for keyword in node.keywords]
    for name in names:
        if name is not None:
            bind_global(reader, name, node)
    if None in names or (node.args and not given):
        bind_like(reader, None, node)
    return True


def _set_default(reader: Reader, node: ast.Call) -> bool:
    name = text_of(node.args[0]) if node.args else None
    if name is None:
        return False
    reader.visit_all(node.args)
    read_global(reader, name, node)
    known = name in reader.bound
    bind_global(reader, name, node)
    if not known:
        reader.bound.discard(name)
    return True


def _pop(reader: Reader, node: ast.Call) -> bool:
    name = text_of(node.args[0]) if node.args else None
    if name is None:
        return False
    reader.visit_all(node.args)
    delete_global(reader, name, node, soft=len(node.args) > 1)
    return True


#: What the methods of a namespace do to names.
_METHODS = {
    "get": _get,
    "keys": _look,
    "values": _look,
    "items": _look,
    "copy": _look,
    "update": _update,
    "setdefault": _set_default,
    "pop": _pop,
}
#: Arguments that are only read: ``f(**globals())``, ``timeit(text, globals=globals())``.
_READ_FROM = frozenset({None, "globals", "local_dict", "global_dict"})
#: Functions that take a namespace and do not change it.
_ONLY_LOOK = frozenset({"list", "sorted", "set", "tuple", "len", "dict", "sum", "any", "all", "iter", "print"})


def bind_global(reader: Reader, name: str, node: ast.expr) -> None:
    """A name of the notebook is bound by its text."""
    with reader.in_scope(Scope("function", set(), {name})):
        reader.bind(name, node, Kind.DATA)


def delete_global(reader: Reader, name: str, node: ast.expr, *, soft: bool = False) -> None:
    """A name of the notebook is deleted by its text; ``soft``: if it is there."""
    with reader.in_scope(Scope("function", set(), {name})), reader.softly(soft):
        reader.delete(name, node)


def read_namespace(reader: Reader, namespace: ast.expr, key: str | None, node: ast.expr) -> bool:
    """Read a name of ``globals()`` by its key; False when ``namespace`` is that of a function."""
    if not is_notebook(reader, namespace):
        return False
    if key is None:
        read_everything(reader, node)
    else:
        read_global(reader, key, node)
    return True


def read_global(reader: Reader, name: str, node: ast.expr, *, soft: bool = True) -> None:
    """A name of the notebook is read by its text."""
    with reader.in_scope(Scope("function", set(), {name})):
        reader.read(name, node, soft=soft)


def read_text(reader: Reader, text: str, node: ast.expr, mode: Literal["eval", "exec"] = "eval") -> bool:
    """Read code that stands in a string (its names are placed at ``node``); False when it is none."""
    try:
        tree = parse(text.strip() if mode == "eval" else text, mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for found in ast.walk(tree):
        ast.copy_location(found, node)
    with reader.softly():
        reader.visit_all(ast.iter_child_nodes(tree))
    return True


def visit_iterable(reader: Reader, node: ast.expr) -> None:
    """What a loop or comprehension goes through; of a namespace, it only looks at the names."""
    if is_notebook(reader, node):
        read_everything(reader, node)
    else:
        reader.visit(node)


def _visit_subscript(reader: Reader, node: ast.Subscript) -> None:
    if is_main_module(node):  # used in a way that does not tell which names it reads or binds
        reader.facts.dynamic.append(Use("sys.modules", node.lineno, reader.column(node)))
    key = text_of(node.slice)
    loads = isinstance(node.ctx, ast.Load) and is_namespace(node.value)
    if not (loads and read_namespace(reader, node.value, key, node)):
        reader.visit(node.value)
    reader.visit(node.slice)


def _visit_dict(reader: Reader, node: ast.Dict) -> None:
    reader.only_read.update(value for key, value in zip(node.keys, node.values, strict=True) if key is None)
    reader.visit_all([*node.keys, *node.values])


def _visit_compare(reader: Reader, node: ast.Compare) -> None:
    first, second = node.left, node.comparators[0]
    asks = len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)) and is_namespace(second)
    reader.visit(first)
    if not (asks and read_namespace(reader, second, text_of(first), node)):
        reader.visit_all(node.comparators)
    elif (name := text_of(first)) is not None:
        reader.asked.add(name)


def _visit_operation(reader: Reader, node: ast.BinOp) -> None:
    reader.visit(node.left)
    if isinstance(node.op, ast.Mod) and is_namespace(node.right):
        read_everything(reader, node)
    else:
        reader.visit(node.right)


VISITS: Visits = {
    "Subscript": _visit_subscript,
    "Compare": _visit_compare,
    "Dict": _visit_dict,
    "BinOp": _visit_operation,
}

"""Functions and classes that hold objects: what a copy of their text would not share with the original."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from cellift.notebook.parameters.literals import is_immutable_literal
from cellift.notebook.scopes.effects import MUTATING_METHODS
from cellift.project.dotted import last_name
from cellift.project.remembered import of_each_cell, of_kind, remembered

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

#: Calls that take an object and neither change nor keep it.
_ONLY_LOOK = frozenset(
    "len print sum min max sorted str repr isinstance enumerate zip range any all list dict set tuple frozenset "
    "bool float int deepcopy copy join dumps".split()
)
_LOOKING_METHODS = frozenset("get items keys values copy index count join startswith endswith".split())
#: Calls in a class body whose result belongs to each instance, or cannot be changed.
_NO_STATE = frozenset(
    "field Field property auto namedtuple TypeVar Path Decimal Fraction timedelta date datetime compile int float str "
    "bool bytes tuple frozenset range staticmethod classmethod partialmethod cached_property Column Lock".split()
)
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})


def held_default(node: Function) -> str | None:
    """A parameter whose default value is an object that calls may change or hand out; None when there is none."""
    defaults = list(_mutable_defaults(node.args))
    if not defaults:
        return None
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    escaping = {name for part in body for name in _escaping(part, handed_out=isinstance(node, ast.Lambda))}
    return next((name for name in defaults if name in escaping), None)


def _mutable_defaults(arguments: ast.arguments) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    given = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
    given += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    for argument, default in given:
        if not is_immutable_literal(default) and not isinstance(default, (ast.Lambda, ast.JoinedStr, ast.Compare)):
            yield argument.arg


def _escaping(node: ast.AST, *, handed_out: bool) -> Iterator[str]:
    """Names whose objects something more may happen to than being looked at."""
    if isinstance(node, ast.Name):
        if handed_out and isinstance(node.ctx, ast.Load):
            yield node.id
        return
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _escaping(child, handed_out=_hands_out(node, field))


def _hands_out(node: ast.AST, field: str) -> bool:
    """Whether the object of a name at this place of ``node`` may be changed, kept or given away."""
    if isinstance(node, ast.Call):
        return field != "func" and last_name(node.func) not in _ONLY_LOOK
    if isinstance(node, ast.keyword):
        return True
    if isinstance(node, ast.Attribute):
        return not (isinstance(node.ctx, ast.Load) and node.attr in _LOOKING_METHODS)
    if isinstance(node, ast.Subscript):
        return field == "value" and not isinstance(node.ctx, ast.Load)
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return False
    looks = (ast.Compare, ast.UnaryOp, ast.BinOp, ast.FormattedValue, ast.Expr, ast.Assert)
    return not isinstance(node, looks) and not (isinstance(node, (ast.If, ast.While, ast.IfExp)) and field == "test")


def changed_attributes(trees: Iterable[ast.AST], methods: AbstractSet[str] = frozenset()) -> frozenset[str]:
    """Attributes whose objects are changed in place somewhere: ``items`` of ``self.items.append(x)``.

    Not those that a statement of a cell changes through a plain name of a class (``Config.items.append(x)``).
    ``methods``: those of the notebook's own classes that change their object.
    """
    found = _changed_in(trees, methods)  # type: ignore[arg-type]
    changed = set[str]().union(*(attributes for attributes, _ in found))
    for _, names in found:
        for name, attributes in names:
            if name in changed:
                changed |= attributes
    return frozenset(changed)


_Changed = tuple[frozenset[str], tuple[tuple[str, frozenset[str]], ...]]


@of_each_cell
def _changed_in(trees: Sequence[ast.stmt], methods: AbstractSet[str]) -> _Changed:
    found = [_changed_attributes(tree, _called_methods(tree) & methods) for tree in trees]
    return frozenset().union(*(one for one, _ in found)), tuple(pair for _, pairs in found for pair in pairs)


@remembered
def _called_methods(tree: ast.AST) -> frozenset[str]:
    return frozenset(call.func.attr for call in of_kind(tree, ast.Call) if isinstance(call.func, ast.Attribute))


@remembered
def _changed_attributes(tree: ast.AST, methods: frozenset[str]) -> _Changed:
    """Those of one statement; and attribute, attributes: what ``self.rows = Table.rows`` makes the same object."""
    changing = MUTATING_METHODS | methods
    found: set[str] = set()
    names: set[str] = set()
    for one in of_kind(tree, ast.Assign):
        assert isinstance(one, ast.Assign)
        if any(isinstance(each, ast.Attribute) and each.attr == "__dict__" for each in one.targets):
            found.update(_attributes(one.value))  # whoever sets an attribute of that object changes it
    for node in of_kind(tree, ast.Call, ast.Subscript, ast.AugAssign):
        target: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = node.func.value if node.func.attr in changing else None
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            target = node.value
        elif isinstance(node, ast.AugAssign):
            target = node.target
        elif isinstance(node, ast.Call) and last_name(node.func) not in _ONLY_LOOK:
            found.update(attribute for argument in node.args for attribute in _attributes(argument))
        if target is not None and not (isinstance(tree, (ast.Expr, ast.Assign)) and _of_a_class(target)):
            found.update(_attributes(target))
            names.add(_root(target))
    inside = isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    same: list[tuple[str, frozenset[str]]] = []
    for given, value in _given(tree):
        if inside and isinstance(given, ast.Name) and given.id in names:  # `rows = self.rows`, `rows.append(x)`
            found.update(_attributes(value))
        elif isinstance(given, ast.Attribute):
            same.append((given.attr, frozenset(_attributes(value))))
    return frozenset(found), tuple(same)


def _given(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    yield from ((target, one.value) for one in of_kind(tree, ast.Assign) for target in one.targets)
    yield from ((one.target, one.iter) for one in of_kind(tree, ast.For))


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _of_a_class(node: ast.expr) -> bool:
    return _root(node)[:1].isupper()


def _attributes(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        node = node.value


def held_by_class(node: ast.ClassDef, changed: frozenset[str], moving: frozenset[str] = frozenset()) -> str | None:
    """An attribute of the class itself whose object is changed through instances, or that its methods set.

    ``moving``: classes whose objects change when they are only looked at, as descriptors may.
    """
    for name, value in attributes_that_may_change(node):
        moves = isinstance(value, ast.Call) and last_name(value.func) in moving
        if moves or name in changed:
            return name
    return None


def attributes_that_may_change(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Attributes of the class itself whose object can be changed, and what they are given; not each instance's own."""
    own = set(set_by_constructors(node))
    for statement in node.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        value = getattr(statement, "value", None)
        if value is not None and may_be_changed(value):
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name) and one.id not in own)


def may_be_changed(value: ast.expr) -> bool:
    """Whether the object of a class attribute is one that can be changed, and more than each instance's own."""
    if isinstance(value, ast.Call):
        return last_name(value.func) not in _NO_STATE
    return not is_immutable_literal(value) and not isinstance(value, (ast.Lambda, ast.JoinedStr, ast.Compare))


def set_by_constructors(node: ast.ClassDef) -> Iterator[str]:
    """Attributes that each instance has of its own."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name in _CONSTRUCTORS and method.args.args:
            first = method.args.args[0].arg
            for part in ast.walk(method):
                if (
                    isinstance(part, ast.Attribute)
                    and isinstance(part.ctx, ast.Store)
                    and isinstance(part.value, ast.Name)
                    and part.value.id == first
                ):
                    yield part.attr


def sets_its_class(node: ast.ClassDef) -> str | None:
    """An attribute that methods set on the class they are called on: ``cls.count += 1``, ``type(self).all = …``."""
    metaclass = any(isinstance(base, ast.Name) and base.id == "type" for base in node.bases)
    for method in node.body:
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        decorators = {last_name(decorator) for decorator in method.decorator_list}
        arguments = [*method.args.posonlyargs, *method.args.args]
        of_class = "classmethod" in decorators or method.name in ("__new__", "__init_subclass__") or metaclass
        first = arguments[0].arg if arguments and of_class else None
        for part in ast.walk(method):
            changed: ast.expr | None = None
            if isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, (ast.Store, ast.Del)):
                changed = part
            elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                changed = part.func.value if part.func.attr in MUTATING_METHODS else None
            root = changed
            while isinstance(root, (ast.Attribute, ast.Subscript)) and not _is_class_of(root):
                root = root.value
            if changed is None or root is None or root is changed:
                continue
            if (isinstance(root, ast.Name) and root.id == first) or _is_class_of(root):
                return next(iter(_attributes(changed)), "")
    return None


def _is_class_of(node: ast.expr) -> bool:
    """``type(x)`` or ``x.__class__``."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1
    return isinstance(node, ast.Attribute) and node.attr == "__class__"

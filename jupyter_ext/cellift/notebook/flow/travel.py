"""What becomes of a statement: whether other steps get its text or its values, and what of the code it changes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping

from cellift.notebook.flow.copying import acts_when_defined, block_can_be_copied
from cellift.notebook.flow.statements import Read, Statement, Travel, Version
from cellift.notebook.scopes.effects import CONTAINER_METHODS, STATE_CHANGERS
from cellift.notebook.scopes.facts import Binding, Change, Facts, Kind
from cellift.notebook.steps import SETUP
from cellift.project.dotted import dotted_name

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def travel_of(
    statement: Statement,
    changes: Mapping[str, Change],
    later_binds: Mapping[str, Binding],
    kept_as_data: Collection[int],
) -> Travel:
    """Whether other steps get the statement's text or its values; set-up statements are looked at again in ``setup``.

    ``changes`` and ``later_binds`` are what it changes and binds, also through functions that it uses.
    """
    if statement.travel is Travel.PARAMETER:
        return Travel.PARAMETER
    if statement.index in kept_as_data or later_binds:
        return Travel.OWN
    facts = statement.facts
    if isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__":
        return Travel.REPLAY  # it holds for all code below
    if isinstance(statement.node, ast.ClassDef) and any(map(_crosses_as_value, statement.reads.values())):
        return Travel.OWN  # a copy would be another class than that of the objects which come with its base
    kinds = {binding.kind for binding in facts.binds.values()}
    if isinstance(statement.node, ast.ImportFrom) and any(map(_is_value, facts.binds.values())):
        return Travel.OWN
    alias = alias_of(statement)
    if alias is not None:
        kinds = {alias.kind}
    if kinds:
        return Travel.COPY if _definition_can_be_copied(statement, kinds, changes) else Travel.OWN
    if _patches_code(statement, changes):
        return Travel.COPY
    return Travel.OWN


def _is_value(binding: Binding) -> bool:
    return binding.kind is Kind.DATA and ":" not in binding.name


def _crosses_as_value(read: Read) -> bool:
    """A class that a class statement names itself, as its base or metaclass or in its body, and that no step copies."""
    return read.via is None and read.version.code is Kind.CLASS and not read.version.kind.is_code


def _definition_can_be_copied(statement: Statement, kinds: set[Kind], changes: Mapping[str, Change]) -> bool:
    node = statement.node
    if any(name in changes for name in statement.reads if not statement.reads[name].version.kind.is_code):
        return False
    if isinstance(node, _DEFINITIONS):
        return not acts_when_defined(statement)
    if isinstance(node, (ast.Assign, ast.AnnAssign)) or type(node).__name__ == "TypeAlias":
        if Kind.DATA in kinds:
            return False
        if Kind.CONSTANT in kinds:
            if statement.owner != SETUP:
                return False  # what a step makes comes from that step: chains of copies would repeat all before
            return all(_is_constant(read.version) for read in statement.reads.values())
        return True
    return any(kind.is_code for kind in kinds) and block_can_be_copied(node, set(statement.reads))


def alias_of(statement: Statement) -> Version | None:
    """``g = f``: the function, class or module that ``g`` is from there on."""
    node = statement.node
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Name):
        return None
    if not all(isinstance(target, ast.Name) for target in node.targets):
        return None
    read = statement.reads.get(node.value.id)
    return read.version if read is not None and (read.version.kind.is_code or read.version.code) else None


def _is_constant(version: Version) -> bool:
    return version.kind.is_code or (version.immutable and version.statement.travel in (Travel.COPY, Travel.PARAMETER))


def _patches_code(statement: Statement, changes: Mapping[str, Change]) -> bool:
    """``pd.options.x = 1``, ``Model.rate = 2``: a change of something that travels as text travels as text."""
    if not isinstance(statement.node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Expr)):
        return False
    patched = patched_code(statement)
    touched_data = [
        name for name in changes if name in statement.reads and not statement.reads[name].version.kind.is_code
    ]
    return bool(patched) and not touched_data and not acts_when_defined(statement)


def patched_code(statement: Statement) -> dict[str, Change]:
    """Modules, functions and classes whose state the statement changes."""
    facts = statement.facts
    patched: dict[str, Change] = {}
    if not facts.stores and not facts.changes and not _calls_of_state(facts):
        return patched
    for name, read in statement.reads.items():
        version = read.version
        if not version.kind.is_code:
            continue
        change = facts.stores.get(name)
        if change is None and version.code is not None and name in facts.changes:
            change = facts.changes[name] if _only_patches(statement.node, name, facts.changes[name].how) else None
        elif change is None and name in facts.changes and not version.module:
            change = facts.changes[name] if facts.changes[name].how.rstrip("()") in CONTAINER_METHODS else None
        if change is None:
            change = _state_call(facts, name)
        if change is not None:
            patched[name] = change
    return patched


def _only_patches(node: ast.stmt, name: str, how: str) -> bool:
    """``Config.items.append(x)``, ``@show.register``: it does nothing but change the code."""
    if isinstance(node, _DEFINITIONS):
        return how.startswith("@") or how == "register()"
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    path = dotted_name(call.func) or ""
    return path.partition(".")[0] == name and call.func.attr in CONTAINER_METHODS | {"register"}


def changes_state(facts: Facts, names: Iterable[str]) -> Change | None:
    """The first call in ``facts`` of one of ``names`` that is known to change the state of the process."""
    for name in names:
        change = _state_call(facts, name)
        if change is not None:
            return change
    return None


def _state_call(facts: Facts, name: str) -> Change | None:
    for path in _calls_of_state(facts):
        root, _, rest = path.partition(".")
        if root == name:
            use = facts.called_paths[path]
            return Change(name, use.line, use.column, f"{rest or name}()")
    return None


def _calls_of_state(facts: Facts) -> list[str]:
    return [path for path in facts.called_paths if path.rpartition(".")[2] in STATE_CHANGERS]

"""The cells before the first step, read statement by statement.

Definitions are copied to the steps that need them; statements that change the state of the process run in every step;
values that are computed, and what changes or shows them, come from one implicit step.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from cellift.notebook.files.log_files import LOG_METHODS
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow.blocks import Block
from cellift.notebook.flow.statements import Statement, Travel, Version
from cellift.notebook.flow.travel import changes_state
from cellift.notebook.magics.facts import is_about_its_cell, runs_once
from cellift.notebook.scopes.effects import DISPLAY_FUNCTIONS
from cellift.notebook.state.names import is_pseudo
from cellift.project.dotted import last_name


def classify_setup(blocks: Sequence[Block], files: FileUse) -> None:
    """Decide for every set-up statement how it travels; ``dataflow`` has already found what can be copied."""
    read = frozenset().union(*(block.versions_read() for block in blocks))
    statements = [statement for block in blocks if block.is_setup for statement in block.statements]
    computing = {s.code.cell.id for s in statements if s.travel is Travel.OWN and s.makes}
    for statement in statements:
        if statement.travel is Travel.PARAMETER:
            continue
        if is_about_its_cell(statement.node):
            # It goes with what the cell computes, and nowhere when the cell computes nothing.
            statement.travel = Travel.OWN if statement.code.cell.id in computing else Travel.COPY
        elif statement.travel is Travel.COPY:
            if _acts_on_the_process(statement, read):
                statement.travel = Travel.OWN if files.leaves_files(statement) else Travel.REPLAY
        elif _is_replayed(statement) and not files.leaves_files(statement):
            statement.travel = Travel.REPLAY


def versions_read(statement: Statement) -> Iterable[Version]:
    """The versions that a statement reads."""
    return (read.version for read in statement.reads.values())


def _acts_on_the_process(statement: Statement, read: AbstractSet[Version]) -> bool:
    """An import that no name leads to is there for what it does; so is a change of a module's state.

    ``import numpy as np`` is not: who gives a module a short name means to use the name.
    """
    node = statement.node
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        named = isinstance(node, ast.Import) and any(alias.asname for alias in node.names)
        return not named and not any(version in read for version in statement.makes.values())
    return not statement.facts.binds and any(version.kind.value == "import" for version in statement.makes.values())


def _is_replayed(statement: Statement) -> bool:
    """A statement that binds nothing, changes no value and shows nothing is there for the state of the process."""
    if any(not _is_seed(version) for version in statement.makes.values()):
        return False
    if _only_shows(statement.node) or runs_once(statement.node):
        return False
    if any(is_pseudo(v.name) and v.statement.travel is Travel.OWN for v in versions_read(statement)):
        return False  # what it goes on from is handed on
    if any(version.statement.travel is Travel.OWN for version in versions_read(statement)):
        return bool(statement.makes) or (
            changes_state(statement.facts, (name for name in statement.reads if _is_code(statement, name))) is not None
        )
    return True


def _is_seed(version: Version) -> bool:
    """A global generator that is set, not drawn from."""
    return is_pseudo(version.name) and not version.how


def _is_code(statement: Statement, name: str) -> bool:
    return statement.reads[name].version.kind.is_code


def _only_shows(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Assert, ast.Raise)):
        return True
    if not isinstance(node, ast.Expr):
        return False
    value = node.value.value if isinstance(node.value, ast.Await) else node.value
    if not isinstance(value, ast.Call):
        return True
    # A message that a logger writes; `warnings.warn` is left to whoever hears it.
    message = isinstance(value.func, ast.Attribute) and value.func.attr in LOG_METHODS
    return message or last_name(value.func) in DISPLAY_FUNCTIONS


def is_without_effect(node: ast.stmt) -> bool:
    """``pass``, a docstring, a bare annotation."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass) or (isinstance(node, ast.AnnAssign) and node.value is None)

"""The facts of a statement, read once for each text of its cell."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import NamedTuple

from cellift.notebook.parsed import first_line
from cellift.notebook.scopes.facts import Facts
from cellift.notebook.scopes.mangling import with_private_names
from cellift.notebook.scopes.read import read_statement
from cellift.notebook.scopes.reader import Around, StarNames
from cellift.notebook.scopes.storing import note_stored
from cellift.notebook.source import CellCode, column
from cellift.project.remembered import of_kind, remembered

_WORD = re.compile(r"\w+")


def facts_of(code: CellCode, node: ast.stmt, around: Around, star_names: StarNames | None) -> Facts:
    """What a statement of a cell does to names: the same object as long as it is the same, for nobody to change."""
    if is_read_anew(node):
        return _read(node, around, code.lines, code.offset, star_names)  # what is installed may change
    before = first_line(node) - 1
    own = code.lines[before - code.offset : (node.end_lineno or node.lineno) - code.offset]
    return _remembered(node, _narrowed(around, node), own, before)


def is_read_anew(node: ast.stmt) -> bool:
    """Its facts depend on what is installed."""
    return _shape(node).star


def _narrowed(around: Around, node: ast.stmt) -> Around:
    """What matters of it to the statement, so that other edits do not have it read again."""
    shape = _shape(node)
    words = shape.words
    if not shape.defines and words.isdisjoint(around.changing_methods) and words.isdisjoint(around.texts):
        return around.bare
    return replace(
        around,
        changing_methods=around.changing_methods & words,
        changed_attributes=around.changed_attributes if shape.defines else frozenset(),
        changed_by_a_look=around.changed_by_a_look if shape.defines else frozenset(),
        texts={name: around.texts[name] for name in around.texts.keys() & words},
    )


class _Shape(NamedTuple):
    #: All names in the statement, also those in its texts.
    words: frozenset[str]
    #: It defines a class.
    defines: bool
    #: It has a star import.
    star: bool


@remembered
def _shape(node: ast.stmt) -> _Shape:
    star = any(alias.name == "*" for one in of_kind(node, ast.ImportFrom) for alias in one.names)
    return _Shape(_words(with_private_names(node)), bool(of_kind(node, ast.ClassDef)), star)


def _words(statement: ast.stmt) -> frozenset[str]:
    names = [name.id for name in of_kind(statement, ast.Name)]
    names += [part.attr for part in of_kind(statement, ast.Attribute)]
    texts = (part.value for part in of_kind(statement, ast.Constant) if isinstance(part.value, str))
    return frozenset(names).union(*map(_WORD.findall, texts))


@remembered
def _remembered(node: ast.stmt, around: Around, lines: tuple[str, ...], offset: int) -> Facts:
    return _read(node, around, lines, offset, None)


def _read(node: ast.stmt, around: Around, lines: tuple[str, ...], offset: int, star_names: StarNames | None) -> Facts:
    facts = read_statement(node, lambda part: column(lines, part, offset), around, star_names)
    note_stored(node, facts, around.changing_methods)
    return facts

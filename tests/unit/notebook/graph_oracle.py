"""Runs a graph in plain Python and compares it with the notebook run from top to bottom.

Steps run in the order of the edges with the last of the notebook first where there is a choice, so that an edge that
is missing shows. Values cross by pickle, one pickle for all names that come from one step, as the real runtime does.
What is compared: what each step's own cells print, and the values of the names that they mention, as they are in the
notebook after the same cell.
"""

from __future__ import annotations

import ast
import contextlib
import io
import pickle
import re
import symtable
import sys
import types
from collections.abc import Iterator
from typing import Any

from cellift.notebook.graph import Graph, Step
from cellift.values.by_value import Code, Pickler
from cellift.values.naming import mark
from cellift.values.rebuild import Unpickler

MODULE = "__main__"
Outcome = tuple[str, dict[str, str]]
"""Of a cell: what it printed, and the values of its names after it, as text."""


class StepFailed(Exception):
    """A step raised although the notebook does not."""


def run_notebook(cells: dict[str, str], order: list[str]) -> dict[str, Outcome]:
    """Printed text and shown values after each cell, keyed by cell id."""
    module = types.ModuleType(MODULE)
    seen = {}
    with _as_main(module):
        for cell in order:
            printed = _run(cells[cell], module)
            seen[cell] = (printed, _shown(module, cells[cell]))
    return seen


def run_graph(graph: Graph, own_text: dict[str, str]) -> dict[str, Outcome]:
    """The same for the graph: printed text of each step's own cells, and values after its last one."""
    left = list(graph.steps)
    modules: dict[str, types.ModuleType] = {}
    seen = {}
    defaults = {parameter.name: parameter.default for parameter in graph.parameters}
    while left:
        ready = [s for s in left if all(edge.source in modules for edge in graph.edges if edge.target == s.id)]
        if not ready:
            raise AssertionError("the graph has a cycle")
        step = ready[-1]
        left.remove(step)
        modules[step.id] = _run_step(step, modules, defaults, seen, own_text)
    return seen


def _run_step(
    step: Step,
    modules: dict[str, types.ModuleType],
    defaults: dict[str, Any],
    seen: dict[str, Outcome],
    own_text: dict[str, str],
) -> types.ModuleType:
    module = types.ModuleType(MODULE)
    for name in step.params:
        setattr(module, name, pickle.loads(pickle.dumps(defaults[name])))
    packed: dict[str, bytes] = {}
    for source in sorted(set(step.inputs.values())):
        names = [name for name, producer in step.inputs.items() if producer == source]
        with _as_main(modules[source]):
            packed[source] = _packed(
                {name: vars(modules[source])[name] for name in names if name in vars(modules[source])}
            )
    inputs = _Inputs(packed, step, module)
    with _as_main(module):
        for piece in step.code:
            try:
                printed = inputs.run("\n" * (piece.line - 1) + piece.source, piece.number)
            except Exception as error:
                raise StepFailed(f"step {step.id}, cell {piece.number}: {type(error).__name__}: {error}") from error
            if piece.cell in step.cells and step.role == "step":
                seen[piece.cell] = (printed, _shown(module, own_text[piece.cell]))
        inputs.load(list(packed))
    return module


def _packed(values: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    Pickler(file, Code(), lambda _: True).dump(values)
    return file.getvalue()


class _Inputs:
    """Binds inputs before the first statement that mentions them, directly or in a function that it mentions."""

    def __init__(self, packed: dict[str, bytes], step: Step, module: types.ModuleType) -> None:
        self._packed = packed
        self._producer = dict(step.inputs)
        self._module = module
        self._mentioned_by: dict[str, set[str]] = {}
        self._marked: set[str] = set()

    def run(self, source: str, number: int) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            for node in ast.parse(source).body:
                self._bind_for(node)
                code = compile(ast.Module([node], []), "<cell>", "exec", dont_inherit=True)
                exec(code, self._module.__dict__)
                for found in list(vars(self._module).values()):  # as the runner does
                    if isinstance(found, type) and found.__module__ == MODULE:
                        mark(found, f"{number}:{node.lineno}", self._marked)
        return printed.getvalue()

    def _bind_for(self, node: ast.stmt) -> None:
        names = {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            self._mentioned_by[node.name] = set(names)
            names = _names_at_definition(node)
        while True:
            more = {inner for name in names for inner in self._mentioned_by.get(name, ())} - names
            if not more:
                break
            names |= more
        self.load([self._producer[name] for name in sorted(names) if name in self._producer])

    def load(self, producers: list[str]) -> None:
        for producer in producers:
            data = self._packed.pop(producer, None)
            if data is not None:
                values = Unpickler(io.BytesIO(data)).load()
                for name, value in values.items():
                    setattr(self._module, name, value)
                if any(callable(value) for value in values.values()):  # its names are looked up when it is called
                    self.load(list(self._packed))


def _names_at_definition(node: ast.AST) -> set[str]:
    """Names outside the bodies of functions."""
    if isinstance(node, ast.Name):
        return {node.id}
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.FunctionDef):
        children = [*node.decorator_list, *node.args.defaults]
    return {name for child in children for name in _names_at_definition(child)}


def _run(source: str, module: types.ModuleType) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "<cell>", "exec", dont_inherit=True), module.__dict__)
    return printed.getvalue()


@contextlib.contextmanager
def _as_main(module: types.ModuleType) -> Iterator[None]:
    before = sys.modules.get(MODULE)
    sys.modules[MODULE] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[MODULE]
        else:
            sys.modules[MODULE] = before


def _shown(module: types.ModuleType, source: str) -> dict[str, str]:
    """The values of the names that a cell mentions, as text (enough for the plain values of these tests)."""
    table = symtable.symtable(source, "<cell>", "exec")
    mentioned = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() or symbol.is_assigned()}
    skip = (types.ModuleType, types.FunctionType, type)
    values = {name: module.__dict__[name] for name in sorted(mentioned) if name in module.__dict__}
    return {name: _as_text(value) for name, value in values.items() if not isinstance(value, skip)}


def _as_text(value: Any) -> str:
    if type(value).__repr__ is object.__repr__:
        return f"{type(value).__name__}({vars(value)!r})"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))

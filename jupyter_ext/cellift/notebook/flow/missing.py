"""Diagnostics of names: read where nothing defines them, or reached in ways that the source does not tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cellift.notebook.builtin_names import BUILTIN_NAMES
from cellift.notebook.cells import Cell
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.blocks import Block, of_each_block
from cellift.notebook.flow.given_builtins import given_builtins
from cellift.notebook.flow.last_values import LAST_VALUES, shown_before
from cellift.notebook.flow.statements import Statement, Version
from cellift.notebook.scopes.effects import IPYTHON_NAMES
from cellift.notebook.scopes.facts import Use

ALWAYS_THERE = BUILTIN_NAMES | {
    "display",
    "get_ipython",
    "__name__",
    "__builtins__",
    "__builtin__",
    "__annotations__",
}
_NEVER_MISSING = frozenset({*ALWAYS_THERE, *IPYTHON_NAMES})


class Missing:
    """Reports each name once per step; ``diagnostics`` grows as it goes."""

    def __init__(self, statements: Sequence[Statement], blocks: Sequence[Block], step_names: Mapping[int, str]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._statements = statements
        self._step_names = step_names
        self._reported: set[tuple[str, int]] = set()
        self._told = _told_by(blocks)
        self._has_star_import = any(told.has_star_import for told in self._told)
        self._given = given_builtins(statements, blocks)
        self._bound_by_functions: set[str] = set()
        self._last_definer: dict[str, Statement] = {}
        for told in self._told:
            self._bound_by_functions.update(told.bound_by_functions)
            for name, statement in told.bound_by_functions.items():
                self._last_definer.setdefault(name, statement)
            self._last_definer.update(told.bound)

    def functions_bind(self, name: str) -> bool:
        """Whether a function makes the name ``global``: code that reads it may have called that function before."""
        return name in self._bound_by_functions

    def report_unseen(self, statement: Statement, use: Use, maker: Statement) -> None:
        """Names that ``maker`` binds by their text may be looked up by their text in another step."""
        if ("", statement.owner) in self._reported:
            return
        self._reported.add(("", statement.owner))
        self._say(
            "CL110",
            f"Names are looked up by text in {self._step_names[statement.owner]}, and {_at(maker, maker.node.lineno)} "
            "makes names by text; which ones the step needs cannot be told from the source.",
            "Put the values into a dictionary of your own, and look them up there.",
            statement.code.cell,
            use,
        )

    def report(self, statement: Statement, use: Use, version: Version | None, via: str | None) -> None:
        """Nothing defines the name here; ``version`` is the deleted one, if there is one."""
        name = use.name
        if name in ALWAYS_THERE and (version is None or name in BUILTIN_NAMES):
            return
        key = (name, statement.owner)
        if key in self._reported or self._given.get(name, statement.index) < statement.index:
            return
        self._reported.add(key)
        where = self._step_names[statement.owner]
        by = f" (through {via}())" if via else ""
        cell = statement.code.cell
        definer = self._last_definer.get(name)
        if version is not None:
            self._say(
                "CL113",
                f"`{name}` is used in {where}{by}, but {_at(version.statement, version.line)} deletes it.",
                "Remove the del statement, or define the name again.",
                cell,
                use,
            )
        elif definer is not None and definer.index >= statement.index:
            binding = definer.facts.binds.get(name)
            line = binding.line if binding else definer.node.lineno
            self._say(
                "CL105",
                f"`{name}` is used in {where}{by}, but it is defined only further down ({_at(definer, line)}).",
                "Move the definition above its first use; a pipeline follows the order of the notebook.",
                cell,
                use,
            )
        elif self._has_star_import:
            return  # the star import is the error; it may define this name
        elif name in LAST_VALUES and shown_before(name, self._statements, statement):
            return
        elif name in IPYTHON_NAMES:
            self._say(
                "CL205",
                f"`{name}` is used in {where}{by}; it exists only in IPython, not in a step.",
                "Give the value a name of its own in the cell that makes it.",
                cell,
                use,
            )
        else:
            self._say(
                "CL104",
                f"`{name}` is used in {where}{by}, but nothing above defines it.",
                "Define or import it in a cell above, or correct its spelling.",
                cell,
                use,
            )

    def warn_of_the_rest(self) -> None:
        """Names in functions and methods of which nobody can tell that they are called."""
        if self._has_star_import or any(told.binds_by_text for told in self._told):
            return
        known = {name for name, _ in self._reported}
        for statement, function, use in (one for told in self._told for one in told.read_by_functions):
            if use.name in known or use.name in self._last_definer:
                continue
            known.add(use.name)
            self._say(
                "CL118",
                f"`{use.name}` is used in `{function}`, but nothing in the notebook defines it.",
                "Correct its spelling, or define it before the function is called.",
                statement.code.cell,
                use,
            )

    def warn(self, statement: Statement, use: Use, via: str | None) -> None:
        """Nothing defines a name that is read in a branch: where control comes there, it is a NameError."""
        name, key = use.name, (use.name, statement.owner)
        unknown = name in ALWAYS_THERE or name in IPYTHON_NAMES or name in LAST_VALUES
        if unknown or self._has_star_import or key in self._reported:
            return
        self._reported.add(key)
        by = f" (through {via}())" if via else ""
        self._say(
            "CL112",
            f"A branch in {self._step_names[statement.owner]}{by} uses `{name}`, but nothing above defines it.",
            "Nothing has to be done if the notebook never takes that branch; else define the name above it.",
            statement.code.cell,
            use,
        )

    def warn_of_lookups(self, statement: Statement) -> None:
        """Star imports that nobody can resolve, and names that are reached by text."""
        cell = statement.code.cell
        for use in statement.facts.star_imports:
            self._say(
                "CL109",
                f"`from {use.name} import *` in cell {cell.number} hides which names it defines.",
                "Import the names that the notebook uses, or import the module.",
                cell,
                use,
            )
        for use in statement.facts.dynamic:
            self._say(
                "CL110",
                f"`{use.name}` in cell {cell.number} reaches names by text; which ones it reads or makes cannot be "
                "told from the source.",
                'Use the names themselves, a dictionary of your own, or a text that stands there: `eval("a + b")`.',
                cell,
                use,
            )

    def _say(self, code: str, message: str, fix: str, cell: Cell, use: Use) -> None:
        self.diagnostics.append(diagnose(code, message, cell=cell.id, line=use.line, column=use.column, fix=fix))


class _Told(NamedTuple):
    """What the statements of a block tell."""

    has_star_import: bool
    binds_by_text: bool
    #: Name -> the last statement that binds it, the first one with a function that does.
    bound: dict[str, Statement]
    bound_by_functions: dict[str, Statement]
    #: What functions read, with the statement that defines them and their name, where it may be missing.
    read_by_functions: list[tuple[Statement, str, Use]]


@of_each_block
def _told_by(statements: Sequence[Statement]) -> _Told:
    bodies = [(one, name, body) for one in statements for name, body in one.facts.bodies.items()]
    functions: dict[str, Statement] = {}
    for statement, _, body in bodies:
        for name in body.binds:
            functions.setdefault(name, statement)
    used = ((one, name, use) for one, name, body in bodies for use in body.reads.values())
    return _Told(
        any(one.facts.star_imports for one in statements),
        any(one.facts.binds_like for one in statements) or any(body.binds_like for _, _, body in bodies),
        {name: one for one in statements for name in one.facts.binds},
        functions,
        [one for one in used if not (one[2].excused or one[2].name in _NEVER_MISSING or one[2].name.startswith("__"))],
    )


def _at(statement: Statement, line: int) -> str:
    return f"cell {statement.code.cell.number}, line {line}"

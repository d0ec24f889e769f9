"""From a cell to its syntax tree, and from statements back to the text they stand in."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cellift.notebook.cells import Cell
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.graph import CodeSlice
from cellift.notebook.magics.cell_magics import cell_magics, line_magics
from cellift.notebook.magics.find import TooManyError, as_calls, without_indent_and_prompts
from cellift.notebook.magics.install_commands import Install
from cellift.notebook.magics.places import in_file
from cellift.notebook.magics.table import LINE
from cellift.notebook.parsed import Parsed, first_line, parse_cell
from cellift.project.remembered import walk


@dataclass(frozen=True)
class CellCode:
    """The Python of one code cell: ``text`` has the cell's line numbers, with magics taken out."""

    cell: Cell
    text: str
    statements: tuple[ast.stmt, ...]
    step_line: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    lines: tuple[str, ...] = field(default=(), repr=False)
    #: What its commands would install, and at which line.
    installs: tuple[tuple[Install, int], ...] = ()
    #: The file that the code stands in when the cell runs one; its lines are counted from ``offset``.
    file: str = ""
    offset: int = 0
    #: The cell has more code than this.
    shares: bool = False
    #: The tree that the statements were parsed in; what was found out about them together is kept on it.
    parsed: ast.Module | None = field(default=None, repr=False, compare=False)

    @property
    def tree(self) -> ast.Module:
        """A tree of just the statements."""
        known = self.parsed
        if known is not None and tuple(known.body) == self.statements:
            return known
        return ast.Module(list(self.statements), [])

    def slice(self, first: ast.stmt, last: ast.stmt) -> CodeSlice:
        """The text from the start of one statement to the end of another, with the ``;`` that hides its value."""
        start_line, start_column = _start(first)
        start_line -= self.offset
        end_line = (last.end_lineno or last.lineno) - 1 - self.offset
        start = _characters(self.lines[start_line], start_column)
        end = _characters(self.lines[end_line], last.end_col_offset or 0)
        rest = self.lines[end_line][end:]
        if rest.lstrip().startswith(";"):
            end += rest.index(";") + 1
        if start_line == end_line:
            text = self.lines[start_line][start:end]
        else:
            middle = self.lines[start_line + 1 : end_line]
            text = "\n".join([self.lines[start_line][start:], *middle, self.lines[end_line][:end]])
        return self._slice(start_line, text)

    def whole(self) -> CodeSlice:
        """The cell's code, of which there is some, without leading and trailing blank lines."""
        filled = [index for index, line in enumerate(self.lines) if line.strip()]
        text = "\n".join(self.lines[filled[0] : filled[-1] + 1])
        return self._slice(filled[0], text)

    def _slice(self, place: int, text: str) -> CodeSlice:
        """The text from the line at this place (from 0)."""
        line = place + 1 + (self.offset % in_file(1, 0) if self.file else 0)
        return CodeSlice(self.cell.id, self.cell.number, max(line, 1), text, self.file)

    def column(self, node: ast.stmt | ast.expr) -> int:
        """The column of a node, from 1."""
        return column(self.lines, node, self.offset)


def column(lines: Sequence[str], node: ast.stmt | ast.expr, offset: int = 0) -> int:
    """The column of a node in the text of these lines, from 1 in characters (``ast`` counts bytes from 0)."""
    return _characters(lines[node.lineno - 1 - offset], node.col_offset) + 1


def read_code(cell: Cell, above: Sequence[CellCode] = ()) -> CellCode:
    """Write the magics of a code cell for a step and parse it. Nothing is executed; problems become diagnostics.

    ``above``: the cells that come before this one.
    """
    top = cell_magics(cell)
    text = top.text
    found = list(top.diagnostics)
    parsed, problem = _parse(text, cell)
    if automagic(text, parsed.tree if parsed else None, above):
        text = text.replace(text.strip(), f"%{text.strip()}", 1)
        parsed, problem = _parse(text, cell)
    if problem:
        text = without_indent_and_prompts(text)
        parsed, problem = _parse(text, cell)
    if problem and any(mark in text for mark in "%!?,/;"):
        try:
            text = as_calls(text)
        except TooManyError as error:
            found.append(_too_many(cell, error))
        parsed, problem = _parse(text, cell)
    installs: list[tuple[Install, int]] = []
    if parsed is not None and "get_ipython" in text:
        magics = line_magics(cell, text, parsed.tree, fresh=not above)
        found.extend(magics.diagnostics)
        installs = magics.installs
        if magics.text != text:
            text = magics.text
            parsed, problem = _parse(text, cell)
    if problem and not any(d.severity == "error" for d in found):
        found.append(problem)
    return CellCode(
        cell,
        text,
        tuple(parsed.tree.body) if parsed else (),
        top.step_line,
        tuple(found),
        parsed.lines if parsed else tuple(text.split("\n")),
        tuple(installs),
        parsed=parsed.tree if parsed else None,
    )


def automagic(text: str, tree: ast.Module | None, above: Sequence[CellCode]) -> bool:
    """Whether a cell of one line is a magic without its ``%``, as IPython reads it: ``cd data``, or ``ls``."""
    found = _FIRST_WORD.fullmatch(text.strip())
    if found is None or found[1] not in LINE or (tree is not None and found[2]):
        return False
    nodes = (node for code in above for statement in code.statements for node in walk(statement))
    return tree is None or not any(
        found[1] in (getattr(node, "id", None), getattr(node, "name", None), getattr(node, "asname", None))
        for node in nodes
    )


_FIRST_WORD = re.compile(r"([^\W\d]\w*)((?:[ \t]+[^\n=,][^\n]*)?)")


def _too_many(cell: Cell, error: TooManyError) -> Diagnostic:
    return diagnose(
        "CL201",
        f"Cell {cell.number} has more than {error} magics; IPython gives up there, too.",
        cell=cell.id,
        line=1,
        column=1,
        fix="Split the cell.",
    )


def _parse(text: str, cell: Cell) -> tuple[Parsed | None, Diagnostic | None]:
    """The tree, or what is wrong."""
    try:
        return parse_cell(cell.id, text), None
    except SyntaxError as error:
        line = min(error.lineno or 1, text.count("\n") + 1)
        return None, diagnose(
            "CL103",
            f"Cell {cell.number}, line {line} is not valid Python: {error.msg}.",
            cell=cell.id,
            line=line,
            column=max(error.offset or 1, 1),
            fix="Correct the line; running the cell in the notebook shows the same error.",
        )
    except (ValueError, RecursionError, MemoryError) as error:
        what = "nested too deeply" if isinstance(error, (RecursionError, MemoryError)) else str(error)
        return None, diagnose(
            "CL103",
            f"Cell {cell.number} cannot be read as Python: {what}.",
            cell=cell.id,
            line=1,
            column=1,
            fix="Split the expression, or remove what is not text.",
        )


def _start(statement: ast.stmt) -> tuple[int, int]:
    """First line (from 0) and byte column of a statement, its decorators included."""
    return first_line(statement) - 1, statement.col_offset


def _characters(line: str, byte_column: int) -> int:
    """``ast`` columns count UTF-8 bytes; text is sliced by characters."""
    return byte_column if line.isascii() else len(line.encode()[:byte_column].decode())

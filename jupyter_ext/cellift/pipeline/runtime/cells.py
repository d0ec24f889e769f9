"""Run slices of notebook cells in one namespace, as the notebook does."""

from __future__ import annotations
import __future__

import ast
import contextlib
import linecache
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any, NamedTuple

from ...values import mark
from .spec import Slice

_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag

# inspect.CO_COROUTINE; importing inspect would cost more than the rest of the runner.
_COROUTINE = 0x80


def file_name(part: Slice) -> str:
    """The name under which the code of a cell, or of a file that it runs, is known to tracebacks."""
    return f"<cell {part.number}, {part.file}>" if part.file else f"<cell {part.number}>"


class Piece(NamedTuple):
    """One statement of a slice, compiled."""

    part: Slice
    own: bool
    """Whether the slice is of the step's own cells rather than copied from the set-up."""
    line: int
    """Its first line in the cell."""
    code: CodeType
    shown: bool
    """Whether it is the last expression of a cell, whose value the notebook shows."""
    tree: ast.stmt
    flags: int
    silent: bool
    """Whether it ends the slice, with a semicolon."""
    defines: tuple[str, ...] | None
    """For functions, classes and imports: the names that it makes."""
    reads: frozenset[str]
    """The names that it mentions; for a definition only those that are read when it is executed."""
    mentions: frozenset[str]
    """The names that it mentions anywhere, function bodies too."""

    @property
    def imports(self) -> tuple[str, ...]:
        """The modules that it imports, if that is all that it does."""
        if isinstance(self.tree, ast.Import):
            return tuple(alias.name for alias in self.tree.names)
        return (self.tree.module,) if isinstance(self.tree, ast.ImportFrom) and self.tree.module else ()


def mark_classes(piece: Piece, namespace: dict[str, Any], marked: set[str]) -> None:
    """The class of a statement is the same class wherever the statement is copied; ``marked`` is kept for a step."""
    for name in piece.code.co_names:
        found: Any = namespace.get(name)
        if issubclass(type(found), type):  # not `isinstance`: that fails with a proxy of what is gone
            mark(found, f"{piece.part.number}{piece.part.file}:{piece.line}:{name}", marked)


class Cells:
    """The code of a step: compiled at once (a :class:`SyntaxError` names the cell), run statement by statement."""

    def __init__(self, code: tuple[Slice, ...], own: int) -> None:
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._slices: list[list[Piece]] = []
        _register_sources(code)
        for position, part in enumerate(code):
            last_of_cell = position + 1 == len(code) or code[position + 1].cell != part.cell
            self._slices.append(self._compile(part, position >= own, position >= own and last_of_cell))
        self.mentions = frozenset(
            name for pieces in self._slices for piece in pieces for name in (*piece.mentions, *(piece.defines or ()))
        )
        self.needs_loop = any(piece.code.co_flags & _COROUTINE for pieces in self._slices for piece in pieces)

    def run(
        self,
        namespace: dict[str, Any],
        before: Callable[[Piece], None],
        show: Callable[[Any], None],
        after: Callable[[Slice], None],
        shell: Any = None,
        around: Callable[[Piece], Any] = lambda _: contextlib.nullcontext(),
    ) -> None:
        """Run everything: ``before(piece)`` may bind names, ``show`` gets last expressions, ``after`` ends a slice.

        If any cell awaits at its top level, all of them run inside one event loop, as in the notebook. ``shell`` is
        the step's ``get_ipython()``, if it has one. ``around(piece)`` is a context in which the statement runs.
        """

        async def drive() -> None:
            for place, pieces in enumerate(self._slices):
                mode = _mode(shell) if pieces and pieces[0].own else "last_expr"
                try:
                    for piece in pieces:
                        before(piece)
                        code, shown = _as_shown(piece, mode, piece is pieces[-1], show)
                        with around(piece):
                            value = eval(code, namespace)  # noqa: S307 - running the user's code is what this is for
                            if code.co_flags & _COROUTINE:
                                value = await value
                        if shown:
                            if shell is not None:
                                shell.end_times()
                            show(value)
                        elif mode == "last_expr_or_assign" and piece is pieces[-1] and _assigned(piece):
                            show(namespace[_assigned(piece)])
                except Exception:
                    if shell is None or not shell.catches:
                        raise
                    # IPython prints it into what the cell captures, and goes on with the next cell.
                    import traceback

                    traceback.print_exc()
                if pieces:
                    if shell is not None and (
                        place + 1 == len(self._slices) or self._cell(place + 1) != self._cell(place)
                    ):
                        shell.end_cell()
                    after(pieces[0].part)

        if self.needs_loop:
            import asyncio

            asyncio.run(drive())
            return
        try:
            drive().send(None)
        except StopIteration:
            pass

    def _cell(self, place: int) -> str:
        return self._slices[place][0].part.cell if self._slices[place] else ""

    def _compile(self, part: Slice, own: bool, show_last: bool) -> list[Piece]:
        name = file_name(part)
        tree = compile(part.source, name, "exec", self._flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        pieces = []
        last = tree.body[-1] if tree.body else None
        for statement in tree.body:
            silenced = statement is last and _silenced(part.source, statement)
            if part.line > 1:
                ast.increment_lineno(statement, part.line - 1)
            shown = statement is last and show_last and isinstance(statement, ast.Expr)
            if shown and isinstance(statement, ast.Expr):
                code = self._code(ast.Expression(statement.value), name, "eval")
            else:
                code = self._code(ast.Module([statement], []), name, "exec")
            mentions = _names(statement, inside_functions=True)
            defines = _defined(statement)
            reads = mentions if defines is None else _names(statement, inside_functions=False)
            names = (defines, reads, mentions)
            pieces.append(
                Piece(
                    part, own, statement.lineno, code, shown and not silenced, statement, self._flags, silenced, *names
                )
            )
        return pieces

    def _code(self, tree: Any, name: str, mode: str) -> CodeType:
        code: CodeType = compile(tree, name, mode, self._flags, dont_inherit=True)
        # `from __future__ import ...` holds for all later cells, as it does in the notebook.
        self._flags |= code.co_flags & _FUTURES
        return code


def _mode(shell: Any) -> str:
    """Which expressions of a cell are shown, as the notebook has set it."""
    module: Any = sys.modules.get("IPython.core.interactiveshell")
    found = vars(module.InteractiveShell).get("ast_node_interactivity") if module else None
    return found if isinstance(found, str) else getattr(shell, "ast_node_interactivity", "last_expr")


def _as_shown(piece: Piece, mode: str, last: bool, show: Callable[[Any], None]) -> tuple[CodeType, bool]:
    """The code of ``piece``, and whether its value is shown, under an ``ast_node_interactivity`` of IPython."""
    if mode in ("last_expr", "last_expr_or_assign"):
        return piece.code, piece.shown
    if mode == "none" or piece.silent or (mode == "last" and not last):
        return piece.code, False
    # Every expression in it is given to the hook, also in loops.
    sys.displayhook = show
    tree = ast.Interactive([piece.tree])
    return compile(tree, file_name(piece.part), "single", piece.flags, dont_inherit=True), False


def _assigned(piece: Piece) -> str:
    """The one name that an assignment gives a value."""
    node = piece.tree
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    simple = isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and len(targets) == 1 and not piece.silent
    return targets[0].id if simple and isinstance(targets[0], ast.Name) else ""


def _register_sources(code: tuple[Slice, ...]) -> None:
    """Make the source lines known to tracebacks, warnings and ``inspect.getsource``."""
    lines: dict[str, list[str]] = {}
    for part in code:
        known = lines.setdefault(file_name(part), [])
        source = part.source.split("\n")
        known.extend("\n" for _ in range(part.line - 1 + len(source) - len(known)))
        known[part.line - 1 : part.line - 1 + len(source)] = [line + "\n" for line in source]
    for name, text in lines.items():
        # Without a modification time, linecache never looks for a file.
        linecache.cache[name] = (sum(map(len, text)), None, text, name)


def _silenced(source: str, statement: ast.stmt) -> bool:
    """Whether a semicolon follows ``statement``, which keeps the notebook from showing the last value."""
    assert statement.end_lineno is not None and statement.end_col_offset is not None
    rest = source.split("\n")[statement.end_lineno - 1 :]
    # Offsets count UTF-8 bytes.
    first = rest[0].encode("utf-8", "surrogatepass")[statement.end_col_offset :].decode("utf-8", "surrogatepass")
    return any(line.lstrip().startswith(";") for line in (first, *rest[1:]))


def _defined(statement: ast.stmt) -> tuple[str, ...] | None:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return (statement.name,)
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return tuple(alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    return None


def _names(statement: ast.stmt, inside_functions: bool) -> frozenset[str]:
    """Names in ``statement``; without the bodies of functions: decorators, defaults, bases, class bodies remain."""
    names: set[str] = set()
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            names.add(node.id)
        for field, value in ast.iter_fields(node):
            if (
                field == "body"
                and not inside_functions
                and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            ):
                continue
            waiting += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, ast.AST)]
    return frozenset(names)

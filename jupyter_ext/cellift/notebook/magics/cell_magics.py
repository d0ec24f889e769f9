"""Magics of a cell: ``%%magic`` at its top, and the calls of ``get_ipython()`` that stand for the others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cellift.notebook.cells import Cell
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.magics.install_commands import Install
from cellift.notebook.magics.rewrite import (
    SHELL,
    RefusedMagic,
    Written,
    without_options,
    without_timeit_options,
    write_command,
    write_line,
)
from cellift.notebook.magics.table import CELL, LINE, SCRIPTS, Does

_CAPTURE_WORDS = re.compile(r"--no-(stdout|stderr|display)$")
_BACKGROUND = re.compile(r"(?:^|\s)--(bg|proc)\b")
_AS_IN_A_STEP = frozenset({"system", "getoutput", "run_line_magic", "run_cell_magic", "magic", "line_magic", "ex"})
#: What the runner's own shell has besides, written by us.
_OURS = frozenset({"timing", "timed", "clock", "time_cell", "capture_cell"})
_PROBED = frozenset({"__class__", "config", "kernel"})
_BY_CALL = (Does.CALL, Does.STATE, Does.NOTHING, Does.OUTPUT, Does.TIMEIT)


@dataclass
class MagicText:
    """Source with as many lines as before, its magics written for a step; ``step_line`` is what follows ``%%step``."""

    text: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    step_line: str | None = None
    installs: list[tuple[Install, int]] = field(default_factory=list)


def cell_magics(cell: Cell) -> MagicText:
    """Write the ``%%magic`` lines at the top of a cell for a step."""
    lines = cell.source.split("\n")
    found = MagicText(cell.source)
    ends: list[str] = []
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.startswith("%%"):
            break
        name, _, rest = line[2:].strip().partition(" ")
        lines[index] = ""
        if name == "step" and not cell.source[: cell.source.index("%%step")].strip():
            found.step_line = rest.strip()
            lines[index] = _named_inputs(found.step_line)
            continue
        body = "\n".join(lines[index + 1 :])
        try:
            text, inside = _write_cell(name, rest.strip(), body if body.endswith("\n") else body + "\n", ends)
        except RefusedMagic as refusal:
            found.diagnostics.append(_refused(cell, index + 1, f"%%{name}", refusal))
            text, inside = "", False
        lines[index] = text
        if not inside:
            lines[index + 1 :] = [""] * (len(lines) - index - 1)
            break
    found.text = "\n".join([*lines, *ends])
    return found


def _named_inputs(step_line: str) -> str:
    """The names that the line gives to objects of a store; a line that cannot be read is told of elsewhere."""
    if "--input" not in step_line:
        return ""
    from cellift.notebook.data_inputs import assignments, read_inputs
    from cellift.notebook.directives import parse_step_line

    try:
        return assignments(read_inputs(parse_step_line(step_line)[1].get("input", ())))
    except ValueError:
        return ""


def _write_cell(name: str, argument: str, body: str, ends: list[str]) -> tuple[str, bool]:
    """What the line ``%%name argument`` becomes, and whether the cell's body stays; ``ends`` go below the cell."""
    magic = CELL.get(name)
    if magic is None or magic.does is Does.REFUSED:
        fix = magic.text if magic else "Write it in Python, or mark the cell as skipped."
        raise RefusedMagic("CL203", "does not work in a step.", fix)
    if not body.strip():
        raise RefusedMagic("CL203", "has no cell below it; that is an error in the notebook, too.", "Remove the line.")
    if magic.does is Does.TIME:
        if argument:
            raise RefusedMagic("CL203", "takes nothing on its line.", f"Write %time {argument} for the one statement.")
        return f"{SHELL}.time_cell()", True
    if magic.does is Does.CAPTURE:
        return _capture(argument, body), True
    if magic.does is Does.RUNS:
        ends.append("pass")  # its last expression is not shown
        return without_options(name, argument), True
    if magic.does is Does.OUTPUT:
        return f"{SHELL}.getoutput({body!r})", False
    if magic.does is Does.TIMEIT:
        for part in (without_timeit_options(argument), body):
            _check_python(part)
    if name in SCRIPTS and _BACKGROUND.search(argument):
        raise RefusedMagic("CL202", "goes on in the background, after its step is over.", "Remove --bg.")
    return f"{SHELL}.run_cell_magic({name!r}, {argument!r}, {body!r})", False


def _capture(argument: str, body: str) -> str:
    words = argument.split()
    names = [word for word in words if not word.startswith("-")]
    options = [found[1] for word in words if (found := _CAPTURE_WORDS.match(word))]
    if len(names) > 1 or len(names) + len(options) != len(words) or not all(name.isidentifier() for name in names):
        raise RefusedMagic("CL203", "has words that IPython does not take.", "Write %%capture NAME.")
    call = f"{SHELL}.capture_cell({', '.join(f'{option}=False' for option in options)})"
    silenced = body.rstrip().endswith(";")  # IPython drops the name then
    return f"{names[0]} = {call}" if names and not silenced else call


def _check_python(source: str) -> None:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        raise RefusedMagic("CL203", "times something else than Python.", "Take the magics out of the cell.") from None


def line_magics(cell: Cell, text: str, tree: ast.Module, fresh: bool) -> MagicText:
    """Write what the table knows for the calls of ``get_ipython()`` in ``text``; the text keeps its line numbers.

    ``fresh``: nothing in the notebook comes before this cell.
    """
    found = MagicText(text)
    lines = text.split("\n")
    rewritten: set[ast.Call] = set()
    inside = _in_functions(tree)
    for statement in sorted(_statements(tree), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        call = getattr(statement, "value", None)
        if not isinstance(call, ast.Call) or not is_shell_call(call):
            continue
        rewritten.add(call)
        first = fresh and statement is tree.body[0]
        try:
            written = _write(call, _target(statement, text), first)
            if statement in inside and written is not None:
                _refuse_lost_names(written.text)
        except RefusedMagic as refusal:
            found.diagnostics.append(_refused(cell, statement.lineno, _as_typed(call), refusal))
            written = Written("pass")
        if written is None:
            rewritten.discard(call)
            continue
        if written.install is not None and written.install.unseen is not None:
            found.diagnostics.append(_unseen_install(cell, statement.lineno, _as_typed(call), written.install.unseen))
        elif written.install is not None:
            found.installs.append((written.install, statement.lineno))
        if written.left_out:
            found.diagnostics.append(_left_out(cell, statement.lineno, _as_typed(call)))
        _replace(lines, statement, written.text)
    found.diagnostics.extend(_other_uses(cell, tree, rewritten))
    found.diagnostics.reverse()
    found.text = "\n".join(lines)
    return found


def _write(call: ast.Call, target: str, first: bool) -> Written | None:
    """What a literal call is in a step; None when it stays, to be looked at with the other uses."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    if call.keywords or len(words) != len(call.args) or not all(isinstance(word, str) for word in words):
        return None
    texts = [str(word) for word in words]
    if method in ("system", "getoutput") and len(texts) == 1:
        return write_command(texts[0], target, method)
    if method == "run_line_magic" and len(texts) == 2:
        if texts[0].startswith("%"):
            code = "CL108" if texts[0] == "%step" else "CL203"
            raise RefusedMagic(code, "has to be the first line of its cell.", "Move the line to the top.")
        if first and texts[0] == "reset":
            return Written("pass")
        return write_line(texts[0], texts[1], target)
    if method in ("magic", "line_magic") and len(texts) == 1:
        name, _, argument = texts[0].strip().lstrip("%").partition(" ")
        return write_line(name, argument, target)
    return None


def _in_functions(tree: ast.Module) -> set[ast.AST]:
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {node for function in functions for node in ast.walk(function)}


def _refuse_lost_names(written: str) -> None:
    """``%time x = 1`` in a function: IPython binds the name in the notebook, not in the function."""
    if not written.startswith(f"with {SHELL}.timing(): "):
        return
    for node in ast.walk(ast.parse(written)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            raise RefusedMagic(
                "CL201",
                f"stands in a function, where IPython does not give it the name `{node.id}`.",
                "Time the call of the function instead.",
            )


def _other_uses(cell: Cell, tree: ast.Module, known: set[ast.Call]) -> Iterator[Diagnostic]:
    """Uses of ``get_ipython`` that a step's shell does not have."""
    if not any(isinstance(node, ast.Name) and node.id == "get_ipython" for node in ast.walk(tree)):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not _is_shell(node.value):
            continue
        if node.attr in _PROBED | _OURS or (node.attr == "ast_node_interactivity"):
            continue
        if node.attr not in _AS_IN_A_STEP:
            yield _shell_use(cell, node, f"`{SHELL}.{node.attr}` in cell {cell.number} acts on a session of IPython.")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or node in known or not is_shell_call(node):
            continue
        assert isinstance(node.func, ast.Attribute)
        method, first = node.func.attr, node.args[0] if node.args else None
        if method not in ("run_line_magic", "run_cell_magic", "magic", "line_magic"):
            continue
        name = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        table = CELL if method == "run_cell_magic" else LINE
        does = table[name].does if name in table else None
        if does not in _BY_CALL:
            what = f"%{name}" if name else "a magic whose name is computed"
            yield _shell_use(cell, node, f"Cell {cell.number} calls {what} in a way that cannot be read.")


def is_shell_call(call: ast.Call) -> bool:
    """A call of a method of ``get_ipython()``."""
    return isinstance(call.func, ast.Attribute) and _is_shell(call.func.value)


def _is_shell(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) or (isinstance(node, ast.Assign) and len(node.targets) >= 1):
            yield node


def _target(statement: ast.stmt, text: str) -> str:
    if not isinstance(statement, ast.Assign):
        return ""
    return "".join(f"{ast.get_source_segment(text, target)} = " for target in statement.targets)


def _replace(lines: list[str], statement: ast.stmt, text: str) -> None:
    """Put ``text`` (of one line) in the place of a statement."""
    assert statement.end_lineno is not None
    assert statement.end_col_offset is not None
    first, last = statement.lineno - 1, statement.end_lineno - 1
    head = lines[first].encode()[: statement.col_offset].decode()
    tail = lines[last].encode()[statement.end_col_offset :].decode()
    if head.strip():
        text = text.removeprefix(f"with {SHELL}.timing(): ")  # no compound statement stands behind a semicolon
    lines[first : last + 1] = [head + text + tail, *[""] * (last - first)]


def _as_typed(call: ast.Call) -> str:
    """The magic as people write it."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    words = [str(argument.value) for argument in call.args if isinstance(argument, ast.Constant)]
    mark = {"system": "!", "getoutput": "!", "run_line_magic": "%", "magic": "%"}.get(method, "")
    line = (mark + " ".join(words)).split("\n", maxsplit=1)[0].strip()
    return line if len(line) <= 60 else line[:57] + "..."


def _refused(cell: Cell, line: int, what: str, refusal: RefusedMagic) -> Diagnostic:
    return diagnose(
        refusal.code,
        f"`{what}` in cell {cell.number} {refusal.why}",
        cell=cell.id,
        line=line,
        column=1,
        fix=refusal.fix,
    )


def _unseen_install(cell: Cell, line: int, what: str, word: str) -> Diagnostic:
    return diagnose(
        "CL207",
        f"`{what}` in cell {cell.number} changes the installed packages in a way that cannot be read (`{word}`).",
        cell=cell.id,
        line=line,
        column=1,
        fix="Install into the kernel's environment once, and mark the cell as skipped.",
    )


def _left_out(cell: Cell, line: int, what: str) -> Diagnostic:
    return diagnose(
        "CL204",
        f"`{what}` in cell {cell.number} is left out of the step: it leaves no value behind.",
        cell=cell.id,
        line=line,
        column=1,
        fix="Mark the cell as skipped to say that this is meant.",
    )


def _shell_use(cell: Cell, node: ast.expr, message: str) -> Diagnostic:
    return diagnose(
        "CL206",
        message,
        cell=cell.id,
        line=node.lineno,
        column=node.col_offset + 1,
        fix="Write the magic as a line of its own, or do it in Python.",
    )

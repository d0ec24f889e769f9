"""What the analysis must know of a magic in a step, from the call that stands for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cellift.notebook.magics.cell_magics import is_shell_call
from cellift.notebook.magics.rewrite import without_timeit_options
from cellift.notebook.magics.table import CELL, LINE, SCRIPTS, SHOWN, WRITERS, Does

_DOLLAR = re.compile(r"\$(\$?[\w.]+)(?=(?:[^']*'[^']*')*[^']*$)")
_FILE = re.compile(r"(?<![\w\-])[\w\-]+\.[A-Za-z][A-Za-z0-9]{0,7}\b")
_ANY_DOLLAR = re.compile(r"\$(\$?[\w.]+)")
_LONG = 5000
_TARGET = re.compile(r"--(?:out|err)[ =](\w+)")
_EXIT_CODE = "_exit_code"


@dataclass
class MagicFacts:
    """Expressions that it looks up by text, code that runs as in a function, names that it binds, files it may use."""

    expressions: list[ast.expr] = field(default_factory=list)
    body: list[ast.stmt] = field(default_factory=list)
    binds: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    #: A command or a file: what it reads and writes cannot be seen.
    outside: bool = False


def read_magic(call: ast.Call) -> MagicFacts | None:
    """The facts of a call of ``get_ipython()``'s shell; None for any other call."""
    if not isinstance(call.func, ast.Attribute):
        return None
    method = call.func.attr
    if method not in ("run_line_magic", "run_cell_magic") and not is_shell_call(call):
        return None
    texts = [_text(argument) for argument in call.args]
    found = MagicFacts()
    if method in ("system", "getoutput"):
        found.outside = True
        found.binds = (_EXIT_CODE,) if method == "system" else ()
        _expand(found, texts[:1], call)
        found.files = tuple(_FILE.findall(texts[0])) if texts else ()
    elif method == "run_line_magic" and len(texts) == 2:
        if texts[0] == "timeit":
            _run(found, without_timeit_options(texts[1]), call)
        else:
            _expand(found, texts[1:], call)
    elif method == "run_cell_magic" and len(texts) == 3:
        _read_cell(found, texts, call)
    return found


def _read_cell(found: MagicFacts, texts: list[str], call: ast.Call) -> None:
    name, line, body = texts
    if name == "timeit":
        _run(found, f"{without_timeit_options(line)}\n{body}", call)
        return
    _expand(found, [line], call)
    if name in SCRIPTS:
        found.outside = True
        found.binds = tuple(_TARGET.findall(line))
        found.files = tuple(_FILE.findall(body))
    elif name in WRITERS:
        found.outside = True
        found.files = tuple(_FILE.findall(line))


def state_magic(node: ast.AST) -> str | None:
    """``%env`` for a call that changes the state of the process as later steps must have it, too."""
    if not isinstance(node, ast.Call) or not is_shell_call(node):
        return None
    assert isinstance(node.func, ast.Attribute)
    texts = [_text(argument) for argument in node.args]
    if node.func.attr != "run_line_magic" or len(texts) != 2:
        return None
    name, argument = texts
    does = LINE[name].does if name in LINE else None
    if does is Does.CONFIG or (does is Does.STATE and not _only_asks(name, argument)):
        return f"%{name}"
    return None


def _only_asks(name: str, argument: str) -> bool:
    return name == "env" and len(argument.split("=" if "=" in argument else " ")) == 1


def runs_once(node: ast.stmt) -> bool:
    """A statement for a command, a file or something shown: in the set-up it runs once, not in every step."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not is_shell_call(call):
        return False
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "run_line_magic":
        return state_magic(call) is None
    return call.func.attr in ("system", "getoutput", "run_cell_magic", "timed")


def is_about_its_cell(node: ast.stmt) -> bool:
    """``%%time`` and a ``%%capture`` without a name: only the cell that they stand in has something of them."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not is_shell_call(call):
        return False
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("time_cell", "capture_cell")


def shows(call: ast.Call) -> bool:
    """``%%html`` and the like."""
    name = _text(call.args[0]) if call.args else ""
    return is_shell_call(call) and name in SHOWN and name in CELL


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _expand(found: MagicFacts, texts: list[str], call: ast.Call) -> None:
    """What IPython puts in the place of ``{expression}`` and ``$name``."""
    for text in texts:
        for source in _fields(text):
            try:
                tree = ast.parse(source.strip(), mode="eval")
            except (SyntaxError, ValueError, RecursionError):
                return  # IPython leaves the whole text as it is then
            _place(tree, call)
            found.expressions.append(tree.body)


def _fields(text: str) -> Iterator[str]:
    try:
        from string import Formatter

        parts = list(Formatter().parse(text))
    except ValueError:
        return
    for literal, name, form, _ in parts:
        # Whether a quote is open is looked up from each place to the end: not in long texts, where it would never end.
        for word in (_DOLLAR if len(literal) < _LONG else _ANY_DOLLAR).findall(literal):
            if not word.startswith("$"):
                yield word.rstrip(".") if word.rstrip(".").isidentifier() else word
        if name is not None:
            yield f"{name}:{form}" if form else name


def _run(found: MagicFacts, source: str, call: ast.Call) -> None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    _place(tree, call)
    found.body = tree.body


def _place(tree: ast.AST, call: ast.Call) -> None:
    for node in ast.walk(tree):
        if hasattr(node, "lineno") or isinstance(node, (ast.expr, ast.stmt, ast.arg, ast.keyword, ast.alias)):
            ast.copy_location(node, call)

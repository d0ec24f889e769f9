"""``%run FILE``: the code of the file stands in the step in the place of the line, where that gives the same.

A script of its own sees nothing of the notebook, and its functions see the script's names. So it is refused where the
difference could show: it uses a name that it does not define, or the notebook binds a name that its functions use.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cellift.notebook.builtin_names import BUILTIN_NAMES
from cellift.notebook.cells import Cell
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.magics.cell_magics import is_shell_call
from cellift.notebook.magics.places import in_file
from cellift.notebook.magics.table import WRITERS
from cellift.notebook.source import CellCode, read_code
from cellift.project.remembered import fresh_copy

if TYPE_CHECKING:
    import symtable

    from cellift.project.snapshot import Project

_MODULE_NAMES = frozenset({"__name__", "__builtins__", "__doc__", "__annotations__"})
_ENDINGS = (".ipynb", ".ipy")
_LOOSE = "Import what is needed from the file (from FILE import NAME), or copy its code into the cell."


class CannotRunError(Exception):
    """Why a file cannot be run in a step; the text follows "`MAGIC` in cell N "."""

    def __init__(self, why: str, fix: str = _LOOSE) -> None:
        super().__init__(why)
        self.why, self.fix = why, fix


@dataclass
class Script:
    """What the code of a file binds for the notebook, and which of that its functions look up when they are called."""

    cell: Cell
    path: str
    line: int
    looked_up: set[str] = field(default_factory=set)


@dataclass
class Expanded:
    """The parts of a cell's code in their order, and what is wrong with its ``%run`` lines."""

    parts: list[CellCode]
    scripts: list[Script] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def with_run_files(code: CellCode, above: Sequence[CellCode], project: Project | None) -> Expanded:
    """Put the code of files in the place of the ``%run`` lines of a cell."""
    if "run_line_magic('run'" not in code.text:
        return Expanded([code])
    found = Expanded([])
    rest: list[ast.stmt] = []
    for statement in code.statements:
        argument = _run_argument(statement)
        if argument is None:
            rest.append(statement)
            for node in ast.walk(statement):
                if _argument_of(node) is not None:
                    why = CannotRunError("stands inside other code, where it cannot be read.", _LOOSE)
                    found.diagnostics.append(_refused(code.cell, statement.lineno, _argument_of(node) or "", why))
            continue
        try:
            made, script = _file_code(code, statement.lineno, argument, above, project)
        except CannotRunError as error:
            found.diagnostics.append(_refused(code.cell, statement.lineno, argument, error))
            continue
        if rest:
            found.parts.append(_part(code, rest))
            rest = []
        found.parts.extend(made)
        found.scripts.extend([script] if script else [])
    if rest or not found.parts:
        found.parts.append(_part(code, rest))
    return found


def rebound(scripts: Sequence[Script], code: Sequence[CellCode]) -> list[Diagnostic]:
    """A name that functions of a script look up, and that the notebook binds behind it: they would see another one."""
    found: list[Diagnostic] = []
    for script in scripts:
        imports: dict[str, str] = {}
        behind = False
        for part in code:
            own = part.cell is script.cell and part.file == script.path
            behind = behind or own
            for statement in part.statements if behind else ():
                for name, what in _bound(statement):
                    if own:
                        imports[name] = what
                    elif name in script.looked_up and (not what or imports.get(name) != what):
                        found.append(
                            diagnose(
                                "CL201",
                                f"`{name}` is bound anew behind `%run {script.path}` of cell {script.cell.number}; the "
                                "functions of the file would go on with their own one, those of a step would not.",
                                cell=part.cell.id,
                                line=statement.lineno,
                                fix=f"Use another name, import the file, or write %run -i {script.path}.",
                            )
                        )
    return found


def _file_code(
    code: CellCode, line: int, argument: str, above: Sequence[CellCode], project: Project | None
) -> tuple[list[CellCode], Script | None]:
    options, words = _read_line(argument)
    if project is None or project.folder is None:
        raise CannotRunError("runs another file, and the notebook's folder is not known.")
    path, text = _find(words[0], project.folder, _Notebook([*above, replace(code, statements=_before(code, line))]))
    if path.lower().endswith(_ENDINGS):
        return _cells_of(code.cell, line, path, text), None
    tree = _parsed(text, path)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if "n" in options and "__name__" in names:
        raise CannotRunError(f"runs {path} under another name than __main__, and the file looks at its name.")
    if "__file__" in names:
        raise CannotRunError(f"runs {path}, which looks where it lies (__file__); a step has its code, not the file.")
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body):
        raise CannotRunError(f"runs {path}, whose `from __future__` would hold for the notebook too.")
    before, after = _around(path, words, tree, text)
    made = _code_of(code.cell, line, path, f"{before}{text.rstrip()}\npass\n{after}", first=1 - before.count("\n"))
    script = None if "i" in options else _script(code.cell, path, line, text)
    return [made], script


def _around(path: str, words: Sequence[str], tree: ast.Module, text: str) -> tuple[str, str]:
    """Lines before and behind a script for what it finds in ``sys``: its arguments, and its folder."""
    before, after = [], []
    if "argv" in text or re.search(r"\b(argparse|optparse|getopt|click|typer|fire|docopt|absl)\b", text):
        before.append(f"import sys; sys.argv = {[path, *words[1:]]!r}")
        after.append("sys.argv = ['']")
    folder = path.rpartition("/")[0]
    if folder and any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(tree)):
        before.append(f"import sys; sys.path.insert(0, {folder!r})")
        after.append(f"sys.path.remove({folder!r})")
    return "".join(f"{part}\n" for part in before), "".join(f"{part}\n" for part in after)


def _read_line(argument: str) -> tuple[set[str], list[str]]:
    if "{" in argument or "$" in argument:
        raise CannotRunError("puts its words together from values, so the file is not known.", "Write its name out.")
    try:
        words = shlex.split(argument)
    except ValueError:
        raise CannotRunError("has a quote that is not closed.") from None
    options: set[str] = set()
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if not set(word[1:]) <= set("nieG"):
            raise CannotRunError(f"has the option {word}, which steps do not know.")
        options |= set(word[1:])
    if not words:
        raise CannotRunError("names no file.")
    if any(mark in word for word in words[1:] for mark in "*?[~") and "G" not in options:
        raise CannotRunError("has arguments that stand for names of files.", "Write the names out.")
    return options, words


class _Notebook:
    """What the cells above write to files with ``%%writefile``, and all other texts in them."""

    def __init__(self, above: Sequence[CellCode]) -> None:
        self.written: dict[str, str] = {}
        self.texts: set[str] = set()
        for code in above:
            for statement in code.statements if not code.file else ():
                if not self._writes(statement) and _run_argument(statement) is None:
                    nodes = (node for node in ast.walk(statement) if isinstance(node, ast.Constant))
                    self.texts.update(node.value for node in nodes if isinstance(node.value, str))

    def _writes(self, statement: ast.stmt) -> bool:
        texts = _texts_of(statement.value, "run_cell_magic") if isinstance(statement, ast.Expr) else ()
        if len(texts) != 3 or texts[0] not in WRITERS or "{" in texts[1] or "$" in texts[1]:
            return False
        words = texts[1].split()
        adds = words[:1] in (["-a"], ["--append"])
        path = (words[-1] if words else "").strip("\"'").removeprefix("./")
        self.written[path] = (self.written.get(path, "") if adds else "") + texts[2]
        return not adds or path in self.written


def _find(word: str, folder: Path, notebook: _Notebook) -> tuple[str, str]:
    """The file's path from the notebook's folder, and its text as it is where the line stands."""
    given = Path(word)
    if given.is_absolute() or word.startswith("~"):
        try:
            given = given.relative_to(folder)
        except ValueError:
            raise CannotRunError(f"runs {word}, which does not lie in the notebook's folder.") from None
    names = [given.as_posix()] if given.suffix in (".py", *_ENDINGS) else [f"{given.as_posix()}.py", given.as_posix()]
    path = next((name for name in names if name in notebook.written or (folder / name).is_file()), None)
    if path is None:
        raise CannotRunError(f"runs {names[0]}, which is not there.", "Write the file before you run the pipeline.")
    if any(text.strip("./").endswith(path) or f" {path}" in text for text in notebook.texts):
        raise CannotRunError(f"runs {path}, which the notebook itself may write before.")
    if path in notebook.written:
        return path, notebook.written[path]
    try:
        return path, (folder / path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise CannotRunError(f"runs {path}, which cannot be read.") from None


def _before(code: CellCode, line: int) -> tuple[ast.stmt, ...]:
    return tuple(statement for statement in code.statements if statement.lineno < line)


def _cells_of(cell: Cell, line: int, path: str, text: str) -> list[CellCode]:
    """The code cells of a notebook, or the one text of an ``.ipy`` file."""
    sources = [text]
    if path.lower().endswith(".ipynb"):
        try:
            found = [one for one in json.loads(text)["cells"] if one["cell_type"] == "code"]
            sources = ["".join(one["source"]) for one in found]
        except (ValueError, KeyError, TypeError):
            raise CannotRunError(f"runs {path}, which is no notebook.") from None
    made, first = [], 1
    for source in sources:
        made.append(_code_of(cell, line, path, f"{source.rstrip()}\npass\n", first=first))
        first += source.count("\n") + 2
    return made


def _code_of(cell: Cell, line: int, path: str, text: str, first: int) -> CellCode:
    read = read_code(replace(cell, source=text))
    problem = next((found for found in read.diagnostics if found.severity == "error"), None)
    if problem is not None:
        raise CannotRunError(f"runs {path}, which a step cannot run: {problem.message}", problem.fix or _LOOSE)
    if "run_line_magic('run'" in read.text:
        raise CannotRunError(f"runs {path}, which runs another file in turn.")
    offset = in_file(line, first) - 1
    # The trees of a text may be kept and used again: what is moved is a copy.
    statements = tuple(ast.increment_lineno(fresh_copy(statement), offset) for statement in read.statements)
    return replace(read, cell=cell, statements=statements, step_line=None, file=path, offset=offset, installs=())


def _parsed(text: str, path: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CannotRunError(f"runs {path}, which is not valid Python.") from None


def _script(cell: Cell, path: str, line: int, text: str) -> Script:
    import symtable

    table = symtable.symtable(text, path, "exec")
    bound = {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}
    bound |= {one.get_name() for one in _inner(table) if one.is_declared_global() and one.is_assigned()}
    inside = {one.get_name() for one in _inner(table) if one.is_global()}
    used = inside | {one.get_name() for one in table.get_symbols() if one.is_referenced()}
    if not re.search(r"import\s+\*", text):
        missing = sorted(used - bound - BUILTIN_NAMES - _MODULE_NAMES)
        if missing:
            raise CannotRunError(
                f"runs {path}, which uses `{missing[0]}` and does not define it; scripts see nothing of the notebook.",
                f"Write %run -i {path}, if it is to see the notebook's names.",
            )
    return Script(cell, path, line, inside & bound)


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.Symbol]:
    """The symbols of all functions and classes in a module."""
    for child in table.get_children():
        yield from child.get_symbols()
        yield from _inner(child)


def _bound(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """The names that a statement binds outside of functions; for an import also what it binds."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, ""
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = f"{'.' * node.level}{node.module}:" if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], f"{module}{alias.name}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id, ""
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _run_argument(statement: ast.stmt) -> str | None:
    return _argument_of(statement.value) if isinstance(statement, ast.Expr) else None


def _argument_of(node: ast.AST) -> str | None:
    texts = _texts_of(node, "run_line_magic")
    return texts[1] if len(texts) == 2 and texts[0] == "run" else None


def _texts_of(node: ast.AST, method: str) -> list[str]:
    """The texts that a call of the shell's method is given."""
    if not isinstance(node, ast.Call) or not is_shell_call(node):
        return []
    assert isinstance(node.func, ast.Attribute)
    texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return texts if node.func.attr == method and len(texts) == len(node.args) else []


def _part(code: CellCode, statements: Sequence[ast.stmt]) -> CellCode:
    """The code of a cell with these statements only."""
    if not statements:
        return replace(code, statements=())
    first, last = statements[0].lineno, statements[-1].end_lineno or statements[-1].lineno
    first = min([first, *(one.lineno for one in getattr(statements[0], "decorator_list", ()))])
    lines = [line if first <= number <= last else "" for number, line in enumerate(code.lines, 1)]
    return replace(code, statements=tuple(statements), lines=tuple(lines), text="\n".join(lines), shares=True)


def _refused(cell: Cell, line: int, argument: str, error: CannotRunError) -> Diagnostic:
    return diagnose(
        "CL201",
        f"`%run {argument}` in cell {cell.number} {error.why}",
        cell=cell.id,
        line=line,
        column=1,
        fix=error.fix,
    )

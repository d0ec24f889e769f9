"""What each magic does in a step: one closed table. A magic that the table does not know is an error.

IPython's own transformers find magics inside a cell (they know strings and brackets); IPython is imported only for a
cell that is not valid Python as it stands.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Any

from cellift.notebook.cells import Cell
from cellift.notebook.diagnostics import Diagnostic, diagnose

#: Line magics that change nothing a step could see: replaced by ``pass``.
_HARMLESS = frozenset(
    "autoreload colors config history lsmagic matplotlib pdb pinfo pinfo2 pdef pdoc pfile "
    "pipeline precision psource pwd quickref runs unload_ext who who_ls whos xmode".split()
)
#: Extensions that bring magics and no behaviour of their own.
_HARMLESS_EXTENSIONS = frozenset({"autoreload", "cellift", "line_profiler", "memory_profiler", "tensorboard"})
#: Line magics that measure or run their argument: the statement itself runs.
_RUNS_STATEMENT = frozenset({"time", "prun", "memit"})
#: Cell magics whose body runs as the cell.
_RUNS_BODY = frozenset({"time", "capture", "prun", "memit"})
#: Measurements and pictures that leave no name behind: left out, with a warning.
_LEFT_OUT_LINE = frozenset({"timeit", "lprun", "mprun", "tensorboard"})
_LEFT_OUT_CELL = frozenset({"timeit", "html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG"})

#: Our own line magics, their results taken or not.
_OWN = re.compile(r"\s*([^\W\d]\w*\s*=\s*)?%(pipeline\b|runs\b|(re|un)?load_ext\s+cellift\s*$)")
_CONTINUED = re.compile(r"\\\n")

_SHELL_FIX = (
    "Do it in Python (subprocess, shutil, pathlib), or mark the cell as skipped when the pipeline can do without it."
)


@dataclass(frozen=True)
class MagicText:
    """Source with as many lines as before, without magics. ``step_line`` is what follows ``%%step``."""

    text: str
    diagnostics: tuple[Diagnostic, ...] = ()
    step_line: str | None = None


def only_looks_at_pipelines(source: str) -> bool:
    """Whether a cell holds nothing but Cellift's own line magics and comments."""
    lines = [line for line in _CONTINUED.sub(" ", source).split("\n") if line.strip()]
    statements = [line for line in lines if not line.lstrip().startswith("#")]
    return bool(statements) and all(_OWN.match(line) for line in statements)


def assigned_pipelines(source: str) -> list[str]:
    """Names that lines like ``r = %pipeline run`` bind."""
    lines = _CONTINUED.sub(" ", source).split("\n")
    return [found[1].split("=")[0].strip() for line in lines if (found := _OWN.match(line)) and found[1]]


def without_own_magics(source: str) -> str:
    """The source with Cellift's line magics taken out, line by line: ``r = %pipeline run`` becomes ``r = None``."""
    lines = _CONTINUED.sub(lambda _: " ", source).split("\n")
    return "\n".join(
        (f"{found[1]}None" if found[1] else "pass") if (found := _OWN.match(line)) else line for line in lines
    )


def cell_magics(cell: Cell) -> MagicText:
    """Take ``%%magic`` lines off the top of a cell: ``%%step``, and those whose body runs as it is."""
    lines = cell.source.split("\n")
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.startswith("%%"):
            break
        name, _, rest = line[2:].strip().partition(" ")
        lines[index] = ""
        if name == "step" and not cell.source[: cell.source.index("%%step")].strip():
            return MagicText("\n".join(lines), step_line=rest.strip())
        if name not in _RUNS_BODY or (name == "capture" and _names_a_target(rest)):
            problem = _refuse_cell_magic(cell, index + 1, name)
            return MagicText("\n" * (len(lines) - 1), (problem,))
    return MagicText("\n".join(lines))


def line_magics(cell: Cell, text: str) -> MagicText:
    """Replace line magics and help requests; the text keeps its line numbers."""
    found: list[Diagnostic] = []
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    while True:
        magic = _first_magic(lines)
        if magic is None:
            break
        first, last, kind = magic
        original = "".join(lines[first : last + 1])
        indent = original[: len(original) - len(original.lstrip())]
        replacement, problem = _treat(cell, first + 1, original.strip(), kind)
        if problem:
            found.append(problem)
        lines[first : last + 1] = [indent + replacement + "\n", *["\n"] * (last - first)]
    joined = "".join(lines)
    return MagicText(joined if text.endswith("\n") else joined[:-1], tuple(found))


def _first_magic(lines: list[str]) -> tuple[int, int, str] | None:
    """First and last line (from 0) and the kind of the first piece of IPython syntax, found by IPython."""
    from IPython.core import inputtransformer2 as ipython

    tokens = ipython.make_tokens_by_line(lines)
    candidates: list[Any] = []
    for transformer in (ipython.MagicAssign, ipython.SystemAssign, ipython.EscapedCommand, ipython.HelpEnd):
        found = transformer.find(tokens)  # type: ignore[no-untyped-call]
        if found:
            candidates.append(found)
    for found in sorted(candidates, key=ipython.TokenTransformBase.sortby):
        try:
            after = found.transform(list(lines))
        except SyntaxError:
            continue
        first = found.start_line
        return first, first + len(lines) - len(after), type(found).__name__
    return None


def _treat(cell: Cell, line: int, text: str, kind: str) -> tuple[str, Diagnostic | None]:
    """What stands in the place of a piece of IPython syntax, and what to tell about it."""
    if kind == "HelpEnd":
        return "pass", None
    if kind in ("MagicAssign", "SystemAssign"):
        target, _, command = text.partition("=")
        if kind == "SystemAssign":
            return f"{target}= None", _shell(cell, line, command.strip())
        return f"{target}= None", _unknown(cell, line, command.strip())
    if text.startswith("!"):
        return "pass", _shell(cell, line, text)
    if text.startswith("?"):
        return "pass", None
    if not text.startswith("%"):
        return "pass", _unknown(cell, line, text)
    if text.startswith("%%"):
        return "pass", _late_cell_magic(cell, line, text)
    name, _, argument = text[1:].strip().partition(" ")
    argument = argument.strip()
    if name in _RUNS_STATEMENT and argument and not argument.startswith("-"):
        return argument, None
    if name in _LEFT_OUT_LINE:
        return "pass", _left_out(cell, line, f"%{name}")
    if name == "load_ext" and argument in _HARMLESS_EXTENSIONS:
        return "pass", None
    if name in _HARMLESS:
        return "pass", None
    if name in ("pip", "conda", "mamba", "micromamba", "uv"):
        return "pass", _install(cell, line, text)
    return "pass", _unknown(cell, line, text)


def _names_a_target(arguments: str) -> bool:
    """``%%capture out`` binds ``out``; that needs IPython."""
    try:
        return any(not word.startswith("-") for word in shlex.split(arguments))
    except ValueError:
        return True


def _refuse_cell_magic(cell: Cell, line: int, name: str) -> Diagnostic:
    if name in _LEFT_OUT_CELL:
        return _left_out(cell, line, f"%%{name}")
    fix = _SHELL_FIX
    if name == "capture":
        fix = "Use %%capture without a name, or contextlib.redirect_stdout."
    return _say(
        cell,
        line,
        "CL203",
        f"%%{name} in cell {cell.number} does not work in a step.",
        fix,
    )


def _late_cell_magic(cell: Cell, line: int, text: str) -> Diagnostic:
    name = text.split(maxsplit=1)[0]
    return _say(
        cell,
        line,
        "CL108" if name == "%%step" else "CL203",
        f"{name} is on line {line} of cell {cell.number}; it has to be the first line.",
        f"Move the {name} line to the top of the cell.",
    )


def _shell(cell: Cell, line: int, command: str) -> Diagnostic:
    words = command.lstrip("!").split()
    if words[:2] in (["pip", "install"], ["pip3", "install"], ["conda", "install"], ["uv", "pip"]):
        return _install(cell, line, command)
    return _say(
        cell,
        line,
        "CL202",
        f"`{_short(command)}` in cell {cell.number} is a shell command; steps run Python only.",
        _SHELL_FIX,
    )


def _install(cell: Cell, line: int, command: str) -> Diagnostic:
    return _say(
        cell,
        line,
        "CL202",
        f"`{_short(command)}` in cell {cell.number} installs packages; steps use the packages of the kernel.",
        "Install into the kernel's environment once, and mark this cell as skipped.",
    )


def _unknown(cell: Cell, line: int, text: str) -> Diagnostic:
    return _say(
        cell,
        line,
        "CL201",
        f"`{_short(text)}` in cell {cell.number} does not work in a step.",
        "Write it in Python, or mark the cell as skipped when the pipeline can do without it.",
    )


def _left_out(cell: Cell, line: int, name: str) -> Diagnostic:
    return _say(
        cell,
        line,
        "CL204",
        f"{name} in cell {cell.number} is left out of the step: it leaves no value behind.",
        "Mark the cell as skipped to say that this is meant.",
    )


def _say(cell: Cell, line: int, code: str, message: str, fix: str) -> Diagnostic:
    return diagnose(code, message, cell=cell.id, line=line, column=1, fix=fix)


def _short(text: str) -> str:
    line = text.split("\n", maxsplit=1)[0]
    return line if len(line) <= 60 else line[:57] + "..."

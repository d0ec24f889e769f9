# ruff: noqa: ARG001 (the writers of the table are called alike)
"""What stands in a step in the place of one magic: plain Python that the analysis reads like the rest of the cell."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from cellift.notebook.magics.find import as_calls
from cellift.notebook.magics.install_commands import Install, read_install
from cellift.notebook.magics.table import HARMLESS_EXTENSIONS, LEFT_OUT, LINE, PROFILER_OPTIONS, Does, Magic

SHELL = "get_ipython()"
_COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.FunctionDef, ast.ClassDef)
_TIMEIT_OPTION = re.compile(r"\s*-(?:[tcqo]+|[nrpv]\s*\S+)(?=\s|$)")
_MODE = re.compile(r"\s*InteractiveShell\.ast_node_interactivity\s*=")


class RefusedMagic(ValueError):  # noqa: N818 (reads as what it is)
    """The magic has no equal in a step: code, what is wrong (after "`MAGIC` in cell N "), and the fix."""

    def __init__(self, code: str, why: str, fix: str) -> None:
        super().__init__(why)
        self.code, self.why, self.fix = code, why, fix


class Written(NamedTuple):
    """Python in the place of a magic.

    ``install`` is what it would have installed; ``left_out``: a view that a run has no place for.
    """

    text: str
    install: Install | None = None
    left_out: bool = False


def write_line(name: str, argument: str, target: str = "") -> Written:
    """``%name argument``, or ``target = %name argument`` when ``target`` (with its ``=``) is given."""
    magic = LINE.get(name)
    if name in LEFT_OUT:
        return Written(target + ("None" if target else "pass"), left_out=True)
    if magic is None:
        raise RefusedMagic(
            "CL201",
            "does not work in a step.",
            "Write it in Python, or mark the cell as skipped when the pipeline can do without it.",
        )
    if magic.does is Does.REFUSED:
        raise RefusedMagic("CL201", "does not work in a step.", magic.text)
    if magic.does is Does.INSTALL:
        found = read_install(f"{name} {argument}")
        if found is not None:
            return Written(f"{target}None" if target else "pass", found)
        return Written(_call(magic, name, argument, target))
    return Written(_WRITERS[magic.does](magic, name, argument.strip(), target))


def write_command(command: str, target: str = "", method: str = "system") -> Written:
    """``!command``: a call of the runner's shell; what installs packages becomes the step's packages."""
    found = read_install(command)
    if found is not None:
        return Written(f"{target}None" if target else "pass", found)
    if command.rstrip().endswith("&"):
        raise RefusedMagic(
            "CL202",
            "goes on in the background; the notebook refuses that, too.",
            "Run it to its end, or start it with subprocess.Popen in the step that needs it.",
        )
    return Written(f"{target}{SHELL}.{method}({command!r})")


def _nothing(magic: Magic, name: str, argument: str, target: str) -> str:
    return f"{target}None" if target else "pass"


def _call(magic: Magic, name: str, argument: str, target: str) -> str:
    return f"{target}{SHELL}.run_line_magic({name!r}, {argument!r})"


def _output(magic: Magic, name: str, argument: str, target: str) -> str:
    return write_command(argument, target, "getoutput").text


def _command(magic: Magic, name: str, argument: str, target: str) -> str:
    words = magic.text.replace("%l", argument) if "%l" in magic.text else f"{magic.text} {argument}"
    if target:
        raise RefusedMagic("CL201", "gives None; its output is not kept.", f"Write {target.strip()} !{words.strip()}")
    return write_command(words).text


def _time(magic: Magic, name: str, argument: str, target: str) -> str:
    if argument.startswith(("!", "%")):
        argument = as_calls(argument)
        if "run_line_magic" in argument:
            raise RefusedMagic("CL201", "runs another magic.", "Put the other magic on a line of its own.")
    body = _statements(argument)
    if not body:
        return "pass"
    if len(body) == 1 and isinstance(body[0], ast.Expr):
        source = _source(argument, body[0].value)
        if target:
            return f"with {SHELL}.timing(): {target}({source})"
        end = ";" if argument.rstrip().endswith(";") else ""
        return f"{SHELL}.timed({SHELL}.clock(), ({source})){end}"
    if target:
        raise RefusedMagic("CL201", "has no value: it is a statement.", "Write %time TARGET = EXPRESSION.")
    if any(isinstance(node, _COMPOUND) for node in body):
        return argument
    return f"with {SHELL}.timing(): {argument}"


def _runs(magic: Magic, name: str, argument: str, target: str) -> str:
    if target:
        raise RefusedMagic("CL201", "gives a report, which steps do not make.", "Run the statement without it.")
    statement = without_options(name, argument)
    body = _statements(statement)
    shown = bool(body) and isinstance(body[-1], ast.Expr) and not statement.rstrip().endswith(";")
    # A comment behind the statement would hide the semicolon.
    return f"{_until(statement, body[-1])};" if shown else statement or "pass"


def _timeit(magic: Magic, name: str, argument: str, target: str) -> str:
    _statements(without_timeit_options(argument))
    if re.search(r"(?:^|\s)-[a-z]*v", argument[: len(argument) - len(without_timeit_options(argument))]):
        raise RefusedMagic("CL201", "binds a name by an option.", "Write NAME = %timeit -o STATEMENT.")
    return _call(magic, name, argument, target)


def _script(magic: Magic, name: str, argument: str, target: str) -> str:
    if target:
        raise RefusedMagic("CL201", "gives None.", "Write the line without a name.")
    return _call(magic, name, argument, target)  # what stands in the file is put in its place


def _extension(magic: Magic, name: str, argument: str, target: str) -> str:
    if argument in HARMLESS_EXTENSIONS:
        return _nothing(magic, name, argument, target)
    raise RefusedMagic(
        "CL201",
        "loads an extension that steps do not know.",
        "Do its work in Python, or mark the cells that use it as skipped.",
    )


def _config(magic: Magic, name: str, argument: str, target: str) -> str:
    if _MODE.match(argument):
        return _call(magic, name, argument, target)
    return _nothing(magic, name, argument, target)


def _delete(magic: Magic, name: str, argument: str, target: str) -> str:
    if target or not argument.isidentifier():
        raise RefusedMagic("CL201", "gives None and takes one name.", "Write del NAME.")
    return f"del {argument}"


_WRITERS = {
    Does.NOTHING: _nothing,
    Does.CALL: _call,
    Does.STATE: _call,
    Does.OUTPUT: _output,
    Does.COMMAND: _command,
    Does.TIME: _time,
    Does.RUNS: _runs,
    Does.TIMEIT: _timeit,
    Does.SCRIPT: _script,
    Does.EXTENSION: _extension,
    Does.CONFIG: _config,
    Does.DELETE: _delete,
}


def without_timeit_options(argument: str) -> str:
    """The statement (or the set-up) behind the options of ``%timeit``."""
    end = 0
    while found := _TIMEIT_OPTION.match(argument, end):
        end = found.end()
    return argument[end:].lstrip()


def without_options(name: str, argument: str) -> str:
    """The statement behind the options of a profiler."""
    with_word, alone = PROFILER_OPTIONS[name]
    pattern = re.compile(rf"\s*-(?:[{alone}]+|[{with_word.replace(':', '')}]\s*\S+)(?=\s|$)")
    end = 0
    while found := pattern.match(argument, end):
        end = found.end()
    return argument[end:].strip()


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        raise RefusedMagic(
            "CL201", "runs something else than Python.", "Write the statement on a line of its own, without the magic."
        ) from None


def _source(text: str, node: ast.expr) -> str:
    found = ast.get_source_segment(text, node)
    assert found is not None
    return found


def _until(text: str, last: ast.stmt) -> str:
    line = text.split("\n", maxsplit=1)[0]
    return line.encode()[: last.end_col_offset].decode()

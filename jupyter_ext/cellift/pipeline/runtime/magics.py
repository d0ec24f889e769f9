# ruff: noqa: ARG002 (all magics are called with their line)
"""The step's ``get_ipython()``: what magics and shell commands do in a step. It needs no IPython."""

from __future__ import annotations

import builtins
import io
import os
import re
import shlex
import subprocess
import sys
from typing import Any

from . import timing
from .commands import expand, output_of, run_in_terminal, run_script
from .display import Display

_SHOWN = {
    "html": ("text/html", "HTML"),
    "javascript": ("text/javascript", "Javascript"),
    "js": ("text/javascript", "Javascript"),
    "latex": ("text/latex", "Latex"),
    "markdown": ("text/markdown", "Markdown"),
    "svg": ("image/svg+xml", "SVG"),
}
_UNEXPANDED = frozenset({"timeit"})


class UsageError(Exception):
    """A magic was written in a way that it does not understand."""


class NotInAStepError(RuntimeError):
    """A use of the IPython session that a step does not have."""

    code = "CL206"


class Captured:
    """What ``%%capture NAME`` gives: ``stdout``, ``stderr`` and ``outputs`` of the cell."""

    def __init__(self) -> None:
        self.stdout = ""
        self.stderr = ""
        self.outputs: list[Any] = []

    def __str__(self) -> str:
        return self.stdout

    def show(self) -> None:
        """Print and show it all."""
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        show: Any = builtins.display  # type: ignore[attr-defined]
        for output in self.outputs:
            show(output)

    __call__ = show


class ZMQInteractiveShell:
    """Called as in a notebook, so that code which asks where it runs finds one."""

    def __init__(self, names: dict[str, Any], display: Display) -> None:
        self._names, self._display = names, display
        self._stack: list[str] = []
        self._been = [os.getcwd()]
        self._ends: list[Any] = []
        self._debugs = False
        self.quiet = False
        """Statements that are repeated from other steps print nothing."""
        self.catches = False
        """Whether the cell goes on after an error: IPython prints it into what %%capture captures."""
        self.config = {"IPKernelApp": {"connection_file": ""}}
        self.kernel = None
        self.ast_node_interactivity = "last_expr"

    def __reduce__(self) -> Any:
        return current, ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotInAStepError(f"get_ipython().{name} acts on a session of IPython; a step has none. Do it in Python.")

    def system(self, command: str) -> None:
        """``!command``."""
        command = self._expanded(command)
        if command.rstrip().endswith("&"):
            raise OSError("Background processes not supported.")
        self._names["_exit_code"] = run_in_terminal(command)

    def getoutput(self, command: str) -> Any:
        """``x = !command``."""
        return output_of(self._expanded(command))

    def run_line_magic(self, name: str, line: str) -> Any:
        """``%name line``."""
        found = getattr(type(self), f"_do_{name}", None)
        if found is None:
            raise NotInAStepError(f"%{name} does not work in a step. Write it in Python.")
        line = line if name in _UNEXPANDED else self._expanded(line)
        if not self.quiet:
            return found(self, line)
        kept, sys.stdout = sys.stdout, io.StringIO()
        try:
            return found(self, line)
        finally:
            sys.stdout = kept

    def magic(self, line: str) -> Any:
        """``%line``, as it was called once."""
        name, _, rest = line.strip().lstrip("%").partition(" ")
        return self.run_line_magic(name, rest.strip())

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """``%%name line`` with a cell."""
        if name == "timeit":
            return timing.time_it(line, cell, self._names)
        line = self._expanded(line)
        if name in ("writefile", "file"):
            return self._write(line, cell)
        if name.lower() in _SHOWN:
            return self._display.show_text(cell, *_SHOWN[name.lower()])
        return self._script(line if name == "script" else f"{name} {line}", cell)

    def clock(self) -> Any:
        """The times now."""
        return timing.clock()

    def timed(self, start: Any, value: Any) -> Any:
        """``%time EXPRESSION``."""
        if not self.quiet:
            timing.report(start)
        return value

    def timing(self) -> Any:
        """``%time STATEMENT``."""
        return _Timing(self)

    def time_cell(self) -> None:
        """``%%time``: until the end of the cell."""
        start = timing.clock()
        self._ends.append(lambda: self.timed(start, None))

    def capture_cell(self, stdout: bool = True, stderr: bool = True, display: bool = True) -> Captured:
        """``%%capture``: until the end of the cell."""
        found, before = Captured(), (sys.stdout, sys.stderr, self._display.captured, self.catches)
        self.catches = True
        printed, warned = io.StringIO(), io.StringIO()
        if stdout:
            sys.stdout = printed
        if stderr:
            sys.stderr = warned
        if display:
            self._display.captured = found.outputs

        def end() -> None:
            sys.stdout, sys.stderr, self._display.captured, self.catches = before
            found.stdout, found.stderr = printed.getvalue(), warned.getvalue()

        self._ends.append(end)
        return found

    def end_times(self) -> None:
        """Before the cell's value is shown."""
        while self._ends and not self.catches:
            self._ends.pop()()

    def end_cell(self) -> None:
        """The cell is over."""
        while self._ends:
            self._ends.pop()()

    def _expanded(self, text: str) -> str:
        return expand(text, {**self._names, **sys._getframe(2).f_locals})

    def _script(self, line: str, cell: str) -> None:
        import argparse

        parser = argparse.ArgumentParser(add_help=False)
        parser.add_argument("--out")
        parser.add_argument("--err")
        parser.add_argument("--no-raise-error", action="store_true")
        given, words = parser.parse_known_args(shlex.split(line))
        out, err = io.StringIO(), io.StringIO()
        streams = (
            (lambda: out) if given.out else (lambda: sys.stdout),
            (lambda: err) if given.err else (lambda: sys.stderr),
        )
        try:
            code = run_script(words, cell if cell.endswith("\n") else cell + "\n", streams)
        except FileNotFoundError:
            print(f"Couldn't find program: {words[0]!r}")
            return
        finally:
            for name, text in ((given.out, out), (given.err, err)):
                if name:
                    self._names[name] = text.getvalue()
        if code and not given.no_raise_error:
            raise subprocess.CalledProcessError(code, cell.encode("utf-8", "replace"))

    def _write(self, line: str, cell: str) -> None:
        words = shlex.split(line, posix=False)
        adds = any(word in ("-a", "--append") for word in words)
        names = [word for word in words if not word.startswith("-")]
        if len(names) != 1:
            raise UsageError("%%writefile takes one file name.")
        name = os.path.expanduser(re.sub(r"^(['\"])(.*)\1$", r"\2", names[0]))
        done = ("Appending to" if adds else "Overwriting") if os.path.exists(name) else "Writing"
        print(f"{done} {name}")
        with open(name, "a" if adds else "w", encoding="utf-8") as file:
            file.write(cell)

    def _do_timeit(self, line: str) -> Any:
        here = sys._getframe(2)
        names = self._names if here.f_locals is here.f_globals else {**here.f_globals, **here.f_locals}
        return timing.time_it(line, None, names)

    def _do_pip(self, line: str) -> None:
        self._names["_exit_code"] = run_in_terminal(f"{shlex.quote(sys.executable)} -m pip {line}")

    def _do_conda(self, line: str) -> None:
        self._names["_exit_code"] = run_in_terminal(f"conda {line}")

    def _do_pwd(self, line: str) -> str:
        return os.getcwd()

    def _do_cd(self, line: str) -> None:
        words = line.split()
        quiet = "-q" in words[:1]
        target = line.strip()[2:].strip() if quiet else line.strip()
        number = re.match(r"-(\d+)$", target)
        if number or target == "-":
            try:
                target = self._been[int(number[1]) if number else -2]
            except IndexError:
                raise UsageError("%cd -: No previous directory to change to.") from None
        before = os.getcwd()
        try:
            os.chdir(os.path.expanduser(target.strip("'\"") or "~"))
        except OSError as error:
            print(error)
        else:
            if os.getcwd() != before:
                self._been.append(os.getcwd())
        if not quiet:
            print(self._been[-1])

    def _do_pushd(self, line: str) -> Any:
        self._stack.insert(0, os.getcwd().replace(os.path.expanduser("~"), "~"))
        if line:
            self._do_cd(line)
        return self._stack

    def _do_popd(self, line: str) -> None:
        if not self._stack:
            raise UsageError("%popd on empty stack")
        top = self._stack.pop(0)
        self._do_cd(top)
        print("popd ->", top)

    def _do_dirs(self, line: str) -> Any:
        return self._stack

    def _do_dhist(self, line: str) -> None:
        print("Directory history (kept in _dh)")
        for number, folder in enumerate(self._been):
            print(f"{number}: {folder}")

    def _do_env(self, line: str) -> Any:
        if not line.strip():
            hidden = ("key", "token", "secret")
            return {k: "<hidden>" if any(word in k.lower() for word in hidden) else v for k, v in os.environ.items()}
        if len(line.split("=" if "=" in line else " ")) > 1:
            return self._do_set_env(line)
        if line.strip() not in os.environ:
            raise UsageError(f"Environment does not have key: {line.strip()}")
        return os.environ[line.strip()]

    def _do_set_env(self, line: str) -> None:
        name, _, value = (word.strip() for word in line.partition("=" if "=" in line else " "))
        if not name or re.search(r"\s", name):
            raise UsageError(
                f"refusing to set env var with whitespace: '{value}'" if name else "usage is 'set_env var=val'"
            )
        os.environ[name] = value
        print(f"env: {name}={value}")

    def _do_pdb(self, line: str) -> None:
        words = {"on": True, "1": True, "off": False, "0": False, "": not self._debugs}
        if line.lower() not in words:
            print("Incorrect argument. Use on/1, off/0, or nothing for a toggle.")
            return
        self._debugs = words[line.lower()]
        print(f"Automatic pdb calling has been turned {'ON' if self._debugs else 'OFF'}")

    def _do_xmode(self, line: str) -> None:
        if line:
            print(f"Exception reporting mode: {line.capitalize()}")

    def _do_precision(self, line: str) -> str:
        numpy: Any = sys.modules.get("numpy")
        if "%" not in line and numpy is not None:
            numpy.set_printoptions(precision=int(line or 8))
        self._display.float_format = line if "%" in line else f"%.{int(line)}f" if line else "%r"
        return self._display.float_format

    def _do_config(self, line: str) -> None:
        found = re.match(r"\s*InteractiveShell\.ast_node_interactivity\s*=\s*['\"](\w+)['\"]", line)
        if found:
            self.ast_node_interactivity = found[1]


ZMQInteractiveShell.__module__ = "ipykernel.zmqshell"
for _name in ("mamba", "micromamba", "uv"):
    setattr(ZMQInteractiveShell, f"_do_{_name}", lambda self, line, _name=_name: self.system(f"{_name} {line}"))


class _Timing:
    def __init__(self, shell: ZMQInteractiveShell) -> None:
        self._shell = shell

    def __enter__(self) -> None:
        self._start = timing.clock()

    def __exit__(self, *_: object) -> None:
        self._shell.timed(self._start, None)


_shells: list[ZMQInteractiveShell] = []


def current() -> ZMQInteractiveShell:
    """``get_ipython()``."""
    if not _shells:  # a step that only holds it
        begin(sys.modules["__main__"].__dict__, builtins.display.__self__)  # type: ignore[attr-defined]
    return _shells[-1]


def begin(names: dict[str, Any], display: Display) -> ZMQInteractiveShell:
    """The shell of the step whose namespace is ``names``."""
    _shells.append(ZMQInteractiveShell(names, display))
    return _shells[-1]

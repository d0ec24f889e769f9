"""Steps as forks of this process instead of new interpreters, so that what is changed in its memory holds in them.

Tests start a step by ``subprocess.run([python, "-u", "-c", BOOTSTRAP, ...])``, and a process with values by
``subprocess.run([python, "-c", PROGRAM])``; these calls are what is replaced here. It is five times as fast, too,
because the libraries that steps import are imported already.
"""

from __future__ import annotations

import importlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import traceback
import types
import warnings
from pathlib import Path
from typing import Any, NoReturn

_WARM = ("numpy", "pandas", "matplotlib.pyplot", "IPython.core.interactiveshell", "yaml", "PIL.Image")
_started = subprocess.run
forking = True
"""Whether steps are forks just now."""


def prepare() -> None:
    """Make the runner's modules and import what steps use; from then on steps are forks."""
    from cellift.pipeline.bootstrap import bootstrap

    os.environ["MPLBACKEND"] = "Agg"
    for name in _WARM:
        importlib.import_module(name)
    text = bootstrap()
    code = compile(text, "<string>", "exec", dont_inherit=True)
    exec(code, {"__name__": "cellift_warm"})

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[Any]:
        step = command[:4] == [sys.executable, "-u", "-c", text]
        program = command[:2] == [sys.executable, "-c"] and len(command) == 3 and command[2] != text
        if not forking or not (step or (program and "cellift" in command[2] and "env" not in options)):
            return _started(command, **options)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                if step:
                    _become(code, command[3:], options, out.fileno(), err.fileno())
                given = {**options, "env": dict(os.environ)}
                _become(
                    compile(command[2], "<string>", "exec", dont_inherit=True), [], given, out.fileno(), err.fileno()
                )
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            found = []
            for file in (out, err):
                file.seek(0)
                found.append(file.read().decode("utf-8", "backslashreplace"))
        if options.get("check") and status:
            raise subprocess.CalledProcessError(status, command, *found)
        return subprocess.CompletedProcess(command, status, *found)

    subprocess.run = run  # type: ignore[assignment]


def _become(code: types.CodeType, arguments: list[str], options: dict[str, Any], out: int, err: int) -> NoReturn:
    """What a new interpreter would find. A step ends its process itself; a program that has come to its end is over."""
    import atexit
    import logging
    import random

    try:
        atexit._clear()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdin = io.TextIOWrapper(io.FileIO(0))
        sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(n, "w"), "utf-8", write_through=True) for n in (1, 2))
        os.chdir(options.get("cwd") or Path.cwd())
        os.environ.clear()
        os.environ.update(options.get("env") or {})
        sys.argv = ["-c", *arguments[1:]]
        beside = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        sys.path = [
            "",
            *filter(None, beside),
            *(each for each in sys.path if "site-packages" in each or each in _STANDARD),
        ]
        logging.root.handlers.clear()
        warnings.filters[:] = _FILTERS
        random.seed()
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        main.__dict__["__builtins__"] = __builtins__
        exec(code, main.__dict__)
        if not arguments:
            atexit._run_exitfuncs()
            os._exit(0)
    except BaseException:  # noqa: BLE001 - told as an interpreter does
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(99)


_STANDARD = {each for each in sys.path if each.startswith((sys.base_prefix, sys.prefix))}
_FILTERS = list(warnings.filters)

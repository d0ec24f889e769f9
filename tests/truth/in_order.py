"""Runs notebooks from top to bottom in IPython, each in a process of its own: ``python in_order.py``.

For each line ``{"folder": PATH, "notebook": NAME, "environment": {...}}`` of standard input this process forks, which
takes a fifth of the time of a new interpreter that imports IPython. It answers with the line ``STATUS JSON``: what the
fork ended with, and what it found, ``{"printed": {cell id: text}, "error": null | {"cell", "type"}}``, or what it wrote
to standard error. Skipped cells are left out, as they are of the pipeline. What child processes write is caught too,
and what goes to standard error, in order: the log of a step has both.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def main() -> None:
    from IPython.core import completer, interactiveshell  # noqa: F401 - once for all forks

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in iter(sys.stdin.readline, ""):  # iterating over a file would read ahead
        asked = json.loads(line)
        with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if child == 0:
                answers.close()
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(answer.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                os.environ.clear()
                os.environ.update(asked["environment"], MPLBACKEND="Agg")
                os.chdir(asked["folder"])
                sys.path[0] = ""
                run(asked["notebook"], interactiveshell.InteractiveShell)
                return
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            told = answer if status == 0 else errors
            told.seek(0)
            found = told.read().decode("utf-8", "backslashreplace")
        answers.write(f"{status} {json.dumps(json.loads(found.splitlines()[-1]) if status == 0 else found)}\n")
        answers.flush()


def run(path: str, kind: type[InteractiveShell]) -> None:
    """Run the notebook here, and write what it gave to standard output."""
    from traitlets.config import Config

    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    kept = {"HistoryManager": {"hist_file": ":memory:"}}  # a file of its own costs half of the time
    shell = kind.instance(config=Config(kept), colors="NoColor", xmode="Plain")
    shell.display_formatter.active_types = ["text/plain"]
    shell.display_formatter.formatters["text/plain"].pprint = False  # the log of a step shows repr(), in one line
    shell.displayhook.write_output_prompt = lambda: None
    shell.enable_gui = lambda gui=None: None  # %matplotlib inline, which needs a kernel
    printed = {}
    error = None
    encoded = json.dumps  # a notebook may put something else there
    real, errors = os.dup(1), os.dup(2)
    streams = (sys.stdout, sys.stderr)  # handlers of a notebook keep these from cell to cell
    for stream in streams:
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    for cell in cells:
        marks = cell["metadata"].get("cellift", {})
        if cell["cell_type"] != "code" or marks.get("skip"):
            continue
        source = cell["source"]
        if source.startswith("%%step"):
            source = source.partition("\n")[2]
        with tempfile.TemporaryFile() as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            result = shell.run_cell(source, store_history=True)  # for `_`, `In`, and the `;` that shows nothing
            for stream in streams:
                with contextlib.suppress(ValueError):  # the notebook has closed it
                    stream.flush()
            os.dup2(errors, 2)
            output.seek(0)
            printed[cell["id"]] = output.read().decode("utf-8", "backslashreplace")
        failed = result.error_before_exec or result.error_in_exec
        if failed is not None:
            error = {"cell": cell["id"], "type": type(failed).__name__, "message": str(failed)}
            break
    with os.fdopen(real, "w", encoding="utf-8") as answer:
        answer.write(encoded({"printed": printed, "error": error}))


if __name__ == "__main__":
    main()

"""Run a notebook from top to bottom in IPython, in this process: ``python in_order.py NOTEBOOK``.

Prints one JSON object: ``{"printed": {cell id: text}, "error": null | {"cell", "type"}}``. Skipped cells are left out,
as they are of the pipeline. What child processes write is caught too, and what goes to standard error, in order: the
log of a step has both.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path


def main(path: str) -> None:
    os.environ["MPLBACKEND"] = "Agg"
    sys.path[0] = ""
    from IPython.core.interactiveshell import InteractiveShell

    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    shell = InteractiveShell.instance(colors="NoColor", xmode="Plain")  # its history is in the case's own folder
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
    main(sys.argv[1])

"""Run a notebook from top to bottom in IPython, in this process: ``python in_order.py NOTEBOOK``.

Prints one JSON object: ``{"printed": {cell id: text}, "error": null | {"cell", "type"}}``. Skipped cells are left out,
as they are of the pipeline. What child processes write is caught too.
"""

from __future__ import annotations

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
    real, kept = os.dup(1), sys.stdout
    for cell in cells:
        marks = cell["metadata"].get("cellift", {})
        if cell["cell_type"] != "code" or marks.get("skip"):
            continue
        source = cell["source"]
        if source.startswith("%%step"):
            source = source.partition("\n")[2]
        with tempfile.TemporaryFile() as output:
            os.dup2(output.fileno(), 1)
            sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
            result = shell.run_cell(source, store_history=True)  # for `_`, `In`, and the `;` that shows nothing
            sys.stdout.close()
            sys.stdout = kept
            os.dup2(real, 1)
            output.seek(0)
            printed[cell["id"]] = output.read().decode("utf-8", "backslashreplace")
        failed = result.error_before_exec or result.error_in_exec
        if failed is not None:
            error = {"cell": cell["id"], "type": type(failed).__name__, "message": str(failed)}
            break
    print(json.dumps({"printed": printed, "error": error}))


if __name__ == "__main__":
    main(sys.argv[1])

"""Compile: time and size of the specification of 4 and of 100 steps, and of what each container is given.

``--check`` exits 1 when a budget is not kept.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.pipeline import compile_graph, dump_ir

ROUNDS = 5
BODY = (
    "total_{0} = sum(squares_{1}) + {0}\n"
    "squares_{0} = [n * n for n in range(total_{0} % 100)]\n"
    "print('step {0}', squares_{0}[-3:])\n"
)


def notebook(steps: int) -> str:
    """A chain of steps of a few lines each, as nbformat JSON."""
    sources = [
        "squares_0 = [n * n for n in range(10)]",
        *(BODY.format(number, number - 1) for number in range(1, steps)),
    ]
    return as_notebook(sources)


def as_notebook(sources: list[str]) -> str:
    """Each of the sources as a step, as nbformat JSON."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"cellift": {"step": f"step {number}"}},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells})


def main() -> int:
    """Print the table; the exit code says whether the budgets hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    kept = True
    for steps in (4, 100):
        text = notebook(steps)
        seconds = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            ir = compile_graph(analyse(parse_notebook(text, "bench.ipynb")).graph)
            written = dump_ir(ir)
            seconds.append(time.perf_counter() - started)
        container = ir["deploymentSpec"]["executors"]["exec-cellift"]["container"]
        size, spec = len(written.encode()), len(json.dumps(container).encode())
        print(
            f"{steps:4} steps: {statistics.median(seconds) * 1000:7.1f} ms in a warm process, "
            f"specification {size / 1024:6.1f} KiB (budget 250), container {spec / 1024:5.1f} KiB (budget 100)"
        )
        kept = kept and size < 250 * 1024 and spec < 100 * 1024
    return 0 if kept or not check else 1


if __name__ == "__main__":
    sys.exit(main())

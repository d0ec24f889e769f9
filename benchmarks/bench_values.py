"""Pass an array to the next step: our write and read beside ``numpy.save`` and ``numpy.load`` of the same array.

Argument: megabytes (default 1000). Runs alternate, so that a busy machine is busy for both; medians are printed.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cellift import values

ROUNDS = 5


def timed(action: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000

    def save() -> None:
        np.save(folder / "plain.npy", array)

    def write() -> None:
        values.write(folder / "values", {"x": array})

    def load() -> None:
        np.load(folder / "plain.npy").sum()

    def read() -> None:
        values.Reader(folder / "values")["x"].sum()

    array = np.random.default_rng(0).random(megabytes * 125_000)
    folder = Path(tempfile.mkdtemp(prefix="cellift-bench-"))
    actions = {"numpy.save": save, "values.write": write, "numpy.load": load, "values.Reader": read}
    table: dict[str, list[float]] = {name: [] for name in actions}
    try:
        for _ in range(ROUNDS):
            for name, action in actions.items():
                table[name].append(timed(action))
            # Both write to fresh files each time: replacing one in the page cache has a cost of its own.
            (folder / "plain.npy").unlink()
            shutil.rmtree(folder / "values")
    finally:
        shutil.rmtree(folder)
    found = {name: statistics.median(seconds) for name, seconds in table.items()}
    for name, seconds in found.items():
        print(f"{name:14} {seconds * 1000:8.1f} ms" + ("  (and one sum)" if "load" in name or "Reader" in name else ""))
    print(f"write, with a digest: {found['values.write'] / found['numpy.save']:.2f} x numpy.save (budget 1.2)")


if __name__ == "__main__":
    main()

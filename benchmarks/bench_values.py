"""Pass an array to the next step: our write and read beside ``numpy.save`` and ``numpy.load`` of the same array.

Arguments: sizes in megabytes (default 400 1000). Runs alternate, so that a busy machine is busy for both; the ratios
are those of the fastest of each, which other programs disturb least, with those of the medians below them.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cellift import values

ROUNDS = 7


def timed(action: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measure(megabytes: int, folder: Path) -> dict[str, list[float]]:
    """Seconds of each action, one after the other in each round."""
    array = np.random.default_rng(0).random(megabytes * 125_000)
    rounds = [one_round(array, folder) for _ in range(ROUNDS)]
    return {name: [each[name] for each in rounds] for name in rounds[0]}


def one_round(array: np.ndarray, folder: Path) -> dict[str, float]:
    """Both write to fresh files: replacing one in the page cache has a cost of its own."""
    plain, ours = folder / "plain.npy", folder / "values"
    found = {
        "numpy.save": timed(lambda: np.save(plain, array)),
        "values.write": timed(lambda: values.write(ours, {"x": array})),
        "numpy.load": timed(lambda: np.load(plain)),
    }
    reader = values.Reader(ours)
    found["values.Reader"] = timed(lambda: reader["x"])
    before: list[values.Fingerprint] = []
    # What the guard does when a step takes the value, and at the end of the step, which has only read it.
    group = reader.group("x")
    found["guard, taken"] = timed(lambda: before.append(values.Fingerprint(group, reader.regions("x"))))
    group["x"].sum()
    found["guard, compared"] = timed(lambda: before[0].differs(group))
    plain.unlink()
    shutil.rmtree(ours)
    return found


def report(megabytes: int, table: dict[str, list[float]]) -> None:
    """Print a table and the ratios with their budgets."""
    print(f"{megabytes} MB (load average {os.getloadavg()[0]:.1f})")
    for name, seconds in table.items():
        print(f"  {name:16} {min(seconds) * 1000:9.2f} ms   median {statistics.median(seconds) * 1000:9.2f} ms")
    for how in (min, statistics.median):
        best = {name: how(seconds) for name, seconds in table.items()}
        guard = (best["guard, taken"] + best["guard, compared"]) / best["values.write"]
        print(
            f"  {how.__name__:7} write, with a digest: {best['values.write'] / best['numpy.save']:.2f} x numpy.save "
            f"(budget 1.2); mapped: {best['values.Reader'] / best['numpy.load']:.4f} x numpy.load; "
            f"guard: {guard:.2%} of the write (budget 5 %)"
        )


def main() -> None:
    """Measure each size."""
    folder = Path(tempfile.mkdtemp(prefix="cellift-bench-"))
    try:
        for megabytes in [int(each) for each in sys.argv[1:]] or [400, 1000]:
            report(megabytes, measure(megabytes, folder))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

"""First page of 100,000 keys under one prefix of the local tree, beside the bare calls: names, sorting, 200 looks."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cellift.storage.api import PAGE
from cellift.storage.local.tree import LocalTree

KEYS = 100_000
FIRST_BUDGET = 50.0
"""ms that a first page may take beyond the bare calls."""
NEXT_BUDGET = 20.0
SETTLED = (1_000_000_000, 1_000_000_000)


def median_ms(action: Callable[[], object], rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def bare(folder: Path) -> None:
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
    for name in names[:PAGE]:
        os.stat(folder / name)  # noqa: PTH116 - the bare call is what is measured


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is not kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        root = Path(home) / "data"
        LocalTree(root).make_bucket("bench")
        folder = root / "bench" / "keys"
        folder.mkdir()
        for number in range(KEYS):
            (folder / f"{number:06d}.csv").touch()
        os.utime(folder, SETTLED)
        bare_ms = median_ms(lambda: bare(folder))
        first_ms = median_ms(lambda: LocalTree(root).page("bench", "keys/"))
        tree = LocalTree(root)
        token = tree.page("bench", "keys/").next
        next_ms = median_ms(lambda: tree.page("bench", "keys/", token=token))
        deep_ms = median_ms(lambda: LocalTree(root).page("bench", recursive=True))
    rows = {
        "scandir, sort, 200 stats": (bare_ms, None),
        "first page": (first_ms, bare_ms + FIRST_BUDGET),
        "first page, recursive": (deep_ms, bare_ms + FIRST_BUDGET),
        "next page": (next_ms, NEXT_BUDGET),
    }
    print(f"{f'{KEYS:,} keys':28}{'ms':>8}{'budget':>8}")
    for name, (found, budget) in rows.items():
        over = "  over" if budget and found > budget else ""
        print(f"{name:28}{found:8.1f}{f'{budget:.0f}' if budget else '':>8}{over}")
    return int(arguments.check and any(budget and found > budget for found, budget in rows.values()))


if __name__ == "__main__":
    sys.exit(main())

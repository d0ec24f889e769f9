"""Writing a run, and listing 100,000 of them: the budgets of the run record."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cellift.runs.ids import new_run_id
from cellift.runs.index import Index
from cellift.runs.store import RunStore

RUNS = 100_000
WRITE_BUDGET = 1.0
LIST_BUDGET = 50.0


def median_ms(action: Callable[[], object], rounds: int = 9) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def write(store: RunStore) -> None:
    store.create(name="bench", tasks=[{"id": name} for name in "abcd"], spec={"plan.json": b"{}" * 1000}).release()


def fill(home: Path, template: dict[str, object]) -> Index:
    """An index with many runs that are over; made directly, because it is listing that is measured."""
    index = Index(home)
    index._db.execute("BEGIN")
    for number in range(RUNS):
        run_id, state = new_run_id(), "FAILED" if number % 10 == 0 else "SUCCEEDED"
        summary = json.dumps({**template, "id": run_id, "state": state})
        row = (run_id, state, 0, f"/work/{number % 50}.ipynb", f"{run_id}\nbench {number}", 100, summary)
        index._db.execute("INSERT INTO runs VALUES (?,?,?,?,?,?,?)", row)
    index._db.commit()
    return index


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is not kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder) / "home")
        written = median_ms(lambda: write(store), 51)
        template = dict(store.list(limit=1)["runs"][0])
        store.close()
        index = fill(Path(folder) / "home", template)
        rows: dict[str, tuple[float, float | None]] = {
            "write a run": (written, WRITE_BUDGET),
            "newest 20": (median_ms(lambda: index.page(20, None, [], None, None)), LIST_BUDGET),
            "newest 20 failed": (median_ms(lambda: index.page(20, None, ["FAILED"], None, None)), LIST_BUDGET),
            "newest 20 of a notebook": (
                median_ms(lambda: index.page(20, None, [], "/work/7.ipynb", None)),
                LIST_BUDGET,
            ),
            "text that occurs nowhere": (median_ms(lambda: index.page(20, None, [], None, "nowhere")), None),
        }
        index.close()
    print(f"{f'{RUNS:,} runs':28}{'ms':>8}{'budget':>8}")
    for name, (found, budget) in rows.items():
        print(f"{name:28}{found:8.2f}{budget or '':>8}{'  over' if budget and found > budget else ''}")
    return int(arguments.check and any(budget and found > budget for found, budget in rows.values()))


if __name__ == "__main__":
    sys.exit(main())

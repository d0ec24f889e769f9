"""Four trivial steps from a cold shell to the result, beside kfp.local; and the start-up budgets of the design.

Every number is the median of alternating runs, so that a busy machine is busy for all of them. The interpreter with kfp
is ``$CELLIFT_KFP_PYTHON``, by default ``.venv-kfp/bin/python``. ``--check`` exits 1 when a budget is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 7
KFP_ROUNDS = 3


def notebook(path: Path, copies: int = 1) -> Path:
    """A notebook with the four steps, ``copies`` times under other names."""
    cells = []
    for copy in range(copies):
        steps = {
            f"load_{copy}": f"x_{copy} = len('a') * 20",
            f"left_{copy}": f"y_{copy} = x_{copy} + 1",
            f"right_{copy}": f"z_{copy} = x_{copy} + 2",
            f"add_{copy}": f"print('result', y_{copy} + z_{copy})",
        }
        cells += [
            {
                "cell_type": "code",
                "id": name,
                "metadata": {"cellift": {"step": name}},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for name, source in steps.items()
        ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def timed(command: list[str], *, expect: str | None = None, **env: str) -> float:
    """Seconds from start to end of a command that has to succeed (and to say ``expect``)."""
    started = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **env}, stdin=subprocess.DEVNULL, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0 or (expect is not None and expect not in done.stdout + done.stderr):
        sys.exit(f"{' '.join(command)} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    kfp_python = Path(os.environ.get("CELLIFT_KFP_PYTHON", ROOT / ".venv-kfp" / "bin" / "python"))
    cellift = [sys.executable, "-m", "cellift"]
    with tempfile.TemporaryDirectory() as folder:
        four = notebook(Path(folder) / "four.ipynb")
        hundred = notebook(Path(folder) / "hundred.ipynb", 25)
        home = str(Path(folder) / "home")
        # The files of a first run come from the disk; that is not what is measured.
        timed([*cellift, "run", str(four)], CELLIFT_HOME=home)
        commands: dict[str, tuple[list[str], float]] = {
            "python -c pass": ([sys.executable, "-c", "pass"], 0),
            "import cellift": ([sys.executable, "-c", "import cellift"], 0.05),
            "cellift --help": ([*cellift, "--help"], 0.15),
            "compile 4 steps": ([*cellift, "compile", str(four), "-o", f"{folder}/four.yaml"], 0.3),
            "compile 100 steps": ([*cellift, "compile", str(hundred), "-o", f"{folder}/hundred.yaml"], 1.0),
            "run 4 steps": ([*cellift, "run", "--json", str(four)], 0.8),
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, (command, _budget) in commands.items():
                expect = '"SUCCEEDED"' if name == "run 4 steps" else None
                times[name].append(timed(command, expect=expect, CELLIFT_HOME=home))
        medians = {name: statistics.median(found) for name, found in times.items()}
        bare = medians["python -c pass"]
        kept = True
        print(f"{'':24}{'seconds':>10}{'- python':>10}{'budget':>10}")
        for name, seconds in medians.items():
            budget = commands[name][1]
            # The first two budgets of the design are beyond the bare interpreter, the others from a cold shell.
            counted = seconds - bare if name in ("import cellift", "cellift --help") else seconds
            kept = kept and (not budget or counted <= budget)
            note = "  over" if budget and counted > budget else ""
            print(f"{name:24}{seconds:10.3f}{seconds - bare:10.3f}{budget or '':>10}{note}")
        if kfp_python.exists():
            peer = [str(kfp_python), str(ROOT / "benchmarks" / "kfp_local_four.py"), f"{folder}/kfp"]
            # Its steps run `python3` of the PATH, which has to be the one that has kfp.
            path = os.pathsep.join([str(kfp_python.parent), os.environ.get("PATH", "")])
            found, ours = [], []
            for _ in range(KFP_ROUNDS):
                found.append(timed(peer, expect="result 43", PATH=path))
                ours.append(timed(commands["run 4 steps"][0], expect='"SUCCEEDED"', CELLIFT_HOME=home))
            seconds = statistics.median(found)
            ratio = seconds / statistics.median(ours)
            print(f"{'kfp.local, 4 steps':24}{seconds:10.3f}    cellift is {ratio:.1f} times as fast")
        else:
            print(f"kfp.local not measured: there is no {kfp_python}")
    return int(arguments.check and not kept)


if __name__ == "__main__":
    sys.exit(main())

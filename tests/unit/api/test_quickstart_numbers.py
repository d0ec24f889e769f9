"""The quickstart gives the same numbers read top to bottom by plain Python and run as a pipeline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

import cellift

QUICKSTART = Path(__file__).parents[3] / "examples" / "quickstart.ipynb"
MADE_BY = {
    "svm_accuracy": "train_svm",
    "knn_accuracy": "train_knn",
    "accuracy": "compare",
    "winner": "compare",
    "table": "compare",
}

# Names of our packages are made unknown, so that nothing of them can help.
TOP_TO_BOTTOM = """
import json, sys
sys.modules["cellift"] = sys.modules["cellift_kernel"] = None
space = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), space)
found = {name: space[name] for name in sys.argv[2].split()}
found["table"] = found["table"].to_dict()
print("\\n" + json.dumps(found))
"""


def test_plain_python_and_the_pipeline_give_the_same_numbers(home: Path) -> None:
    plain = subprocess.run(
        [sys.executable, "-c", TOP_TO_BOTTOM, str(QUICKSTART), " ".join(MADE_BY)],
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert plain.returncode == 0, plain.stderr
    wanted = json.loads(plain.stdout.splitlines()[-1])
    assert 0.5 < wanted["knn_accuracy"] <= wanted["accuracy"] <= 1

    run = cellift.run(QUICKSTART, python=sys.executable, wait=True)
    assert run.state == "SUCCEEDED", run.error
    got = {name: run[step][name] for name, step in MADE_BY.items()}
    assert isinstance(got["table"], pd.DataFrame)
    assert {**got, "table": got["table"].to_dict()} == wanted

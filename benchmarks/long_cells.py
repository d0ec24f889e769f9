"""Steps of about fourteen lines as data scientists write them, with functions, classes, tables and plots."""

from __future__ import annotations

from pathlib import Path

IMPORTS = """\
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

DATA = Path("data")
SEED = 7
COLUMNS = ["area", "rooms", "price"]
np.random.seed(SEED)"""

LOAD = """\
# Read the raw table and keep the columns that the model knows
def load_{0}(path, limit=None):
    table = pd.read_csv(path, nrows=limit)
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise ValueError(f"{{path}} lacks {{missing}}")
    return table[COLUMNS].dropna()


homes_{0} = load_{0}(DATA / "homes_{0}.csv")
homes_{0}["per_room"] = homes_{0}["price"] / homes_{0}["rooms"].clip(lower=1)
counts_{0} = Counter(homes_{0}["rooms"].round().astype(int))
for rooms, count in counts_{0}.most_common(3):
    print(f"{{rooms}} rooms: {{count}}")"""

CLEAN = """\
# Outliers out, then the groups that a chart shows
low, high = np.quantile(homes_{1}["price"], [0.01, 0.99])
inside = homes_{1}["price"].between(low, high)
clean_{0} = homes_{1}.loc[inside].assign(kind=lambda t: pd.cut(t["rooms"], [0, 2, 4, 99]))
clean_{0} = clean_{0}.sort_values("price").reset_index(drop=True)
by_kind_{0} = (
    clean_{0}.groupby("kind", observed=True)
    .agg(mean=("price", "mean"), n=("price", "size"), area=("area", "median"))
    .rename(columns={{"mean": "average"}})
)
removed_{0} = len(homes_{1}) - len(clean_{0})
if removed_{0} > 0.1 * len(homes_{1}):
    print("many outliers:", removed_{0})
by_kind_{0}.head()"""

MODEL = """\
@dataclass
class Line{0}:
    slope: float = 0.0
    start: float = 0.0

    def fit(self, x, y):
        self.slope, self.start = np.polyfit(x, y, 1)
        return self

    def predict(self, x):
        return self.slope * x + self.start


line_{0} = Line{0}().fit(clean_{1}["area"].to_numpy(), clean_{1}["price"].to_numpy())
fitted_{0} = line_{0}.predict(clean_{1}["area"])
errors_{0} = {{"mae": float(np.abs(fitted_{0} - clean_{1}["price"]).mean()), "rows": len(clean_{1})}}"""

PLOT = """\
fig, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
axes[0].scatter(clean_{1}["area"], clean_{1}["price"], s=4, alpha=0.4)
axes[0].plot(clean_{1}["area"], fitted_{2}, color="tab:red", label="fit")
axes[0].set_xlabel("area")
axes[0].set_ylabel("price")
axes[0].legend()
for place, (kind, row) in enumerate(by_kind_{1}.iterrows()):
    axes[1].bar(place, row["average"], label=str(kind))
axes[1].set_title(f"error {{errors_{2}['mae']:.1f}}")
fig.tight_layout()
fig.savefig(f"chart_{0}.png", dpi=120)
plt.close(fig)
widths_{0} = [axis.get_position().width for axis in axes]
print(widths_{0})"""

REPORT = """\
report_{0} = {{"seed": SEED, "step": {0}, **errors_{1}}}
history_{0} = []
for fold in range(5):
    picked = np.random.choice(len(clean_{2}), size=len(clean_{2}) // 2, replace=False)
    part = clean_{2}.iloc[picked]
    history_{0}.append({{"fold": fold, "mean": float(part["price"].mean())}})
    print(fold, history_{0}[-1]["mean"])
report_{0}["best"] = max(entry["mean"] for entry in history_{0})
report_{0}["spread"] = float(np.std([entry["mean"] for entry in history_{0}]))
folder = Path("out")
folder.mkdir(exist_ok=True)
with open(folder / "report_{0}.json", "w") as file:
    json.dump(report_{0}, file, indent=2)
print(os.path.getsize(folder / "report_{0}.json"), "bytes")"""


def long_cells(steps: int) -> list[str]:
    """The sources of the cells: rounds of five steps that use what those before them made."""
    sources = [IMPORTS]
    while len(sources) < steps:
        at = len(sources)
        sources.append(LOAD.format(at))
        sources.append(CLEAN.format(at + 1, at))
        sources.append(MODEL.format(at + 2, at + 1))
        sources.append(PLOT.format(at + 3, at + 1, at + 2))
        sources.append(REPORT.format(at + 4, at + 2, at + 1))
    return sources[:steps]


def with_data(folder: Path, steps: int) -> None:
    """Make the files that the cells read."""
    (folder / "data").mkdir()
    for at in range(1, steps, 5):
        (folder / "data" / f"homes_{at}.csv").touch()

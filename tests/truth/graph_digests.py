"""What the analysis makes of each case of the corpus, as a digest: ``python -m tests.truth.graph_digests`` writes them.

Each case has been judged beside the notebook itself. So a graph that is another one than it was then is either a rule
that is gone, or a change that somebody means: then judge the case anew (`tests/truth/oracle.py`), and write them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cellift.engine.prepare import analyse_notebook
from tests.truth.percent import Case, read_cases

KNOWN = Path(__file__).with_name("graph_digests.txt")
#: What they give depends on the version of a package.
_BY_PACKAGE = frozenset({"star_import_of_numpy"})


def cases() -> Iterator[Case]:
    """The cases whose graphs are the same with every Python and every version of a package."""
    for file in sorted((Path(__file__).parent / "cases").glob("*.cells")):
        yield from (case for case in read_cases(file) if case.name not in _BY_PACKAGE)


def known() -> dict[str, str]:
    """Name of the case -> digest."""
    return dict(line.split() for line in KNOWN.read_text(encoding="utf-8").splitlines())


def digest(case: Case) -> str:
    """Of the graph with all that the runner is told, and of the diagnostics; packages, which have versions, are not."""
    with tempfile.TemporaryDirectory(prefix="graph-") as folder:
        for name, text in case.files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = analyse_notebook(case.notebook(), str(Path(folder) / "case.ipynb"))
        told = [one.to_dict() for one in found.diagnostics]
        steps = [dataclasses.replace(step, packages=()) for step in found.graph.steps]
        graph = dataclasses.replace(found.graph, steps=tuple(steps))
        text = json.dumps([_plain(graph), told], sort_keys=True).replace(folder, "")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: _plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


if __name__ == "__main__":
    KNOWN.write_text("".join(f"{case.name} {digest(case)}\n" for case in cases()), encoding="utf-8")

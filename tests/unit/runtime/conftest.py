from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from unit.pipeline.kit import Launcher, Outcome, graph, step

RunCell = Callable[..., Outcome]


@pytest.fixture
def launcher(tmp_path: Path) -> Launcher:
    return Launcher(tmp_path / "run")


@pytest.fixture
def run_cell(launcher: Launcher) -> RunCell:
    """Run one step made of one cell and give its outcome."""

    def run(source: str, environment: dict[str, str] | None = None, cwd: Path | None = None, **options: Any) -> Outcome:
        ir = compile_graph(graph(step("work", source, **options)))
        return launcher.run(ir, environment=environment, cwd=cwd)["work"]

    return run

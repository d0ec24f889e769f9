"""Random notebooks: what the graph gives is what the notebook gives, or it is refused; nothing in between."""

from __future__ import annotations

import pytest

from unit.notebook.graph_oracle import Outcome, run_graph, run_notebook
from unit.notebook.make_notebook import analysed
from unit.notebook.random_notebooks import random_notebook

PROGRAMS = 100


def as_in_the_notebook(found: Outcome, expected: Outcome) -> bool:
    """A name that the cell only may have bound does not come to a step that does not use it; the last prints all."""
    printed, values = found
    return printed == expected[0] and values == {name: expected[1][name] for name in values}


@pytest.mark.parametrize("block", range(4))
def test_random_notebooks_are_equal_or_refused(block: int) -> None:
    equal = refused = 0
    for seed in range(block * PROGRAMS, (block + 1) * PROGRAMS):
        cells = random_notebook(seed)
        texts = {f"c{number}": cell.partition("\n")[2] if number > 1 else cell for number, cell in enumerate(cells, 1)}
        try:
            expected = run_notebook(texts, list(texts))
        except Exception:  # noqa: BLE001 - no notebook that runs
            continue
        analysis = analysed(*cells)
        if not analysis.ok:
            refused += 1
            continue
        found = run_graph(analysis.graph, texts)
        different = [cell for cell in found if not as_in_the_notebook(found[cell], expected[cell])]
        assert not different, f"seed {seed}, cell {different[0]}:\n" + "\n---\n".join(cells)
        equal += 1
    assert equal >= 0.9 * (equal + refused)

"""A temporary folder is there until somebody removes it: who asks whether it is comes in the order of the notebook."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of

MAKE = (
    "import tempfile\nfrom pathlib import Path",
    "%%step a\ntmp = tempfile.TemporaryDirectory()\nroot = Path(tmp.name)",
)


@pytest.mark.parametrize(
    ("removes", "asks", "ordered"),
    [
        ("tmp.cleanup()", "print(root.exists())", True),
        ("tmp.cleanup()", "print(root.is_dir())", True),
        ("tmp.cleanup()", "print(root.name)", False),
        ("print(tmp.name)", "print(root.exists())", False),
    ],
)
def test_who_removes_a_temporary_folder_comes_before_who_asks_for_it_later(
    removes: str, asks: str, ordered: bool
) -> None:
    found = edges(graph_of(*MAKE, f"%%step b\n{removes}", f"%%step c\n{asks}"))
    assert any(edge.startswith("b>c:") for edge in found) is ordered

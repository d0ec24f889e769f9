from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "cellift.runs()",
        "import cellift.runs; cellift.runs()",
        "import cellift.runs.store as store; store.RunStore; cellift.runs()",
        "import cellift.runs.states; cellift.runs.states.QUEUED; cellift.runs(limit=1)",
        "from cellift import runs; runs()",
        "import cellift.api.handle, cellift.api.starting; assert callable(cellift.run)",
        "cellift.Run",
    ],
)
def test_the_functions_are_there_whatever_was_imported_before(code: str, home: object) -> None:
    subprocess.run([sys.executable, "-c", f"import cellift\n{code}"], check=True)


def test_import_is_light() -> None:
    code = "import sys; before = set(sys.modules); import cellift; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert [name for name in loaded if name.startswith("cellift")] == ["cellift", "cellift._version"]
    assert len(loaded) < 40

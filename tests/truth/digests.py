"""A digest of what each notebook of the corpus and each example compiles to, one a line.

``python -m tests.truth.digests PYTHON`` takes the packages of the interpreter PYTHON, whichever interpreter runs this:
for one recorded environment the lines are the same with every Python and every hash seed (`tests/pythons.sh`).
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cellift.engine.prepare import prepare_notebook
from cellift.notebook.diagnostics import RefusedError
from cellift.pipeline.ir import dump_ir
from tests.truth.percent import read_cases

_HERE = Path(__file__).parent
_EXAMPLES = _HERE.parent.parent / "examples"


def digests(python: str) -> Iterator[tuple[str, str]]:
    """Name of the notebook and digest, for all."""
    for example in sorted(_EXAMPLES.glob("*.ipynb")):
        yield example.stem, _digest(example.read_bytes(), example, python)
    for file in sorted((_HERE / "cases").glob("*.cells")):
        for case in read_cases(file):
            # The same place each time: a case may look at the folder that it is in.
            with tempfile.TemporaryDirectory(prefix="digest-") as folder:
                for name, text in case.files.items():
                    path = Path(folder) / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8")
                data = json.dumps(case.notebook()).encode()
                yield f"{file.stem}:{case.name}", _digest(data, Path(folder) / "case.ipynb", python)


def _digest(data: bytes, path: Path, python: str) -> str:
    try:
        prepared = prepare_notebook(data, str(path), python=python)
        diagnostics, text = prepared.diagnostics, dump_ir(prepared.ir)
    except RefusedError as error:
        diagnostics, text = list(error.diagnostics), ""
    told = json.dumps([one.to_dict() for one in diagnostics])
    return hashlib.sha256((text + told).replace(str(path.parent), "").encode()).hexdigest()[:16]


if __name__ == "__main__":
    for name, digest in digests(sys.argv[1]):
        print(name, digest)

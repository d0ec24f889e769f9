"""``python -m cellift.engine.fetch_inputs FILE``: bring what a step reads from stores; the supervisor runs it.

A process of its own, since a transfer blocks, and ends when the run is cancelled. ``FILE`` holds the recorded inputs as
JSON. What cannot be brought is said on standard output, in one message, and the exit code is `TOLD`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cellift.storage.errors import StorageError
from cellift.storage.inputs import check, fetch

TOLD = 3


def main(file: Path, home: Path) -> int:
    """Fetch the inputs that have a name, and check the others; `TOLD` when one is not as it was recorded."""
    for record in json.loads(file.read_bytes()):
        try:
            if record["name"]:
                fetch(record, home)
            else:
                check(record)
        except (StorageError, OSError) as error:
            print(error)  # noqa: T201 - for the supervisor
            return TOLD
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

"""Files that travel inside a compiled pipeline: packed into the container of the steps, each known by its digest."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from cellift.notebook.diagnostics import RefusedError, diagnose

from .runtime.spec import STEP_PARAMETER

VARIABLE = "CELLIFT_FILES"
MOST_CONTAINER = 100 * 1024
_SHOWN = 5


def packed(files: Mapping[str, bytes]) -> str:
    """All files as one text; the same for the same files."""
    content = {digest(data): base64.b64encode(data).decode("ascii") for _, data in sorted(files.items())}
    return base64.b64encode(zlib.compress(json.dumps(content, sort_keys=True).encode(), 9)).decode("ascii")


def digest(data: bytes) -> str:
    """What a file is known by."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def check_steps(ir: Mapping[str, Any]) -> None:
    """Raise `RefusedError` with CL603 for a step that is more than a cluster can be given: it is one argument there."""
    for task in ir["root"]["dag"]["tasks"].values():
        constant = task["inputs"]["parameters"][STEP_PARAMETER]["runtimeValue"]["constant"]
        size = len(json.dumps(constant).encode())
        if size > MOST_CONTAINER:
            step = json.loads(constant)
            raise RefusedError(
                [
                    diagnose(
                        "CL603",
                        f"Step {step['step']} makes {size / 1024:,.0f} KiB, its code packed; a cluster takes "
                        f"{MOST_CONTAINER // 1024} KiB.",
                        fix="Put large data that stands in the code into a file, and read it there or from a store.",
                    )
                ]
            )


def check_size(container: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Raise `RefusedError` with CL603 when the container is more than a cluster can be given."""
    size = len(json.dumps(container).encode())
    if size <= MOST_CONTAINER:
        return
    largest = sorted(files, key=lambda path: (-len(files[path]), path))[:_SHOWN]
    told = ", ".join(f"{path} ({len(files[path]) / 1024:,.0f} KiB)" for path in largest)
    raise RefusedError(
        [
            diagnose(
                "CL603",
                f"The files that the pipeline needs make a container of {size / 1024:,.0f} KiB; a cluster takes "
                f"{MOST_CONTAINER // 1024} KiB. The largest: {told}.",
                fix="Include less, install the modules into the image of the steps, or read data from a store.",
            )
        ]
    )

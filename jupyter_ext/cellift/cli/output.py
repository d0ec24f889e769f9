"""JSON on standard output."""

from __future__ import annotations

import json


def print_json(document: object) -> None:
    """Print the one document of a command with ``--json``."""
    print(json.dumps(document, ensure_ascii=False, indent=2))

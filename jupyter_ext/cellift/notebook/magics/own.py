"""Cellift's own line magics in a cell: what looks at runs is for the notebook, not for the pipeline."""

from __future__ import annotations

import re

_OWN = re.compile(r"\s*([^\W\d]\w*\s*=\s*)?%(pipeline\b|runs\b|(re|un)?load_ext\s+cellift\s*$)")
_CONTINUED = re.compile(r"\\\n")


def only_looks_at_pipelines(source: str) -> bool:
    """Whether a cell holds nothing but Cellift's own line magics and comments."""
    lines = [line for line in _CONTINUED.sub(" ", source).split("\n") if line.strip()]
    statements = [line for line in lines if not line.lstrip().startswith("#")]
    return bool(statements) and all(_OWN.match(line) for line in statements)


def assigned_pipelines(source: str) -> list[str]:
    """Names that lines like ``r = %pipeline run`` bind."""
    lines = _CONTINUED.sub(" ", source).split("\n") if "%" in source else []
    return [found[1].split("=")[0].strip() for line in lines if (found := _OWN.match(line)) and found[1]]


def without_own_magics(source: str) -> str:
    """The source with Cellift's line magics taken out, line by line: ``r = %pipeline run`` becomes ``r = None``."""
    lines = _CONTINUED.sub(lambda _: " ", source).split("\n")
    return "\n".join(
        (f"{found[1]}None" if found[1] else "pass") if (found := _OWN.match(line)) else line for line in lines
    )

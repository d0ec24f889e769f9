"""Names in the IR. Step ids come from the analysis; the rest is derived from them here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from .runtime.spec import STEP_PARAMETER

__all__ = ["COMPONENT", "FILES", "OUTPUT", "STEP_PARAMETER", "artifact_key", "parameter_key", "pipeline_name"]

COMPONENT = "comp-cellift-step"
"""The one component of which every step is a task."""

OUTPUT = "values"
"""The output artifact of every step."""

FILES = "files"
"""The output artifact with the files that a step writes, where later steps may use them."""

_LONGEST = 120


def artifact_key(producer: str, parameters: Container[str], prefix: str = "from_") -> str:
    """The input artifact with the values of step ``producer``; differs from the names of all ``parameters``."""
    key = prefix + producer.replace("-", "_")
    while key in parameters:
        key += "_"
    return key


def parameter_key(name: str, parameters: Container[str]) -> str:
    """The input parameter that holds notebook parameter ``name``: the same name, unless it is the step's own."""
    key = name
    while key == STEP_PARAMETER or (key != name and key in parameters):
        key += "_"
    return key


def pipeline_name(name: str) -> str:
    """A pipeline name that Kubeflow Pipelines accepts, from free text; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST].strip("-") or "pipeline"

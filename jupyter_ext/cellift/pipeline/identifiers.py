"""Names in the IR. Step ids come from the analysis; the rest is derived from them here."""

from __future__ import annotations

import re
import unicodedata

from .runtime.spec import STEP_PARAMETER, artifact_key

__all__ = ["OUTPUT", "STEP_PARAMETER", "artifact_key", "component_name", "pipeline_name"]

OUTPUT = "values"
"""The output artifact of every step."""

_LONGEST = 120


def component_name(step_id: str) -> str:
    """The component of a step."""
    return f"comp-{step_id}"


def pipeline_name(name: str) -> str:
    """A pipeline name that Kubeflow Pipelines accepts, from free text; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST].strip("-") or "pipeline"

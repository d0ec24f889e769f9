"""The cases that are not equal yet: ``not_yet.txt``, a line for each, ``case: what it does today``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.truth.percent import Case

_LIST = Path(__file__).with_name("not_yet.txt")


def waiting() -> dict[str, str]:
    """Case -> what it does today."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def as_parameters(cases: Iterable[Case]) -> list[Any]:
    """Pytest parameters; a listed case has to fail, so that one that becomes equal leaves the list."""
    listed = waiting()
    return [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(strict=True, reason=listed[case.name])] if case.name in listed else [],
        )
        for case in cases
    ]

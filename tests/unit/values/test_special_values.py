"""Values of the standard library that pickle does not write."""

from __future__ import annotations

import contextvars
from pathlib import Path
from typing import Any

import pytest

from cellift import values

DEFAULT = contextvars.ContextVar("default", default=(1,))
NONE: contextvars.ContextVar[int] = contextvars.ContextVar("none")
SET: contextvars.ContextVar[int] = contextvars.ContextVar("set", default=0)


def test_a_context_variable_has_its_default_and_its_value(tmp_path: Path) -> None:
    SET.set(5)
    made = {"one": DEFAULT, "two": NONE, "three": SET}
    values.write(tmp_path, made)
    reader = values.Reader(tmp_path)
    found: dict[str, Any] = {name: reader[name] for name in made}
    assert [each.name for each in found.values()] == ["default", "none", "set"]
    assert found["one"].get() == (1,)
    assert found["one"] not in contextvars.copy_context()
    with pytest.raises(LookupError):
        found["two"].get()
    assert found["three"].get() == 5
    assert contextvars.Context().run(found["three"].get) == 0

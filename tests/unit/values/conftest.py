from __future__ import annotations

import sys
import types
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cellift import values
from cellift.values import naming, rebuild_code
from cellift.values.tables import copies_before_it_writes

Cross = Callable[..., dict[str, Any]]


@pytest.fixture
def copy_on_write() -> Iterator[None]:
    """Tables as pandas 3 has them; of pandas 2, where that is a mode, too."""
    if copies_before_it_writes(pd):
        yield
        return
    with pd.option_context("mode.copy_on_write", True):
        assert copies_before_it_writes(pd)
        yield


@pytest.fixture
def two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cross:
    """``cross(make, names, before)``: what a step has that ran ``before`` and got ``names`` of one that ran ``make``.

    Both in this process, in which rules can be switched off; each knows only its own classes.
    """

    def step(source: str) -> dict[str, Any]:
        module = types.ModuleType("__main__")
        monkeypatch.setitem(sys.modules, "__main__", module)
        monkeypatch.setattr(naming, "_tokens", weakref.WeakKeyDictionary())
        monkeypatch.setattr(naming, "_classes", weakref.WeakValueDictionary())
        del rebuild_code.made[:]
        exec(compile(source, "<cell 1>", "exec"), module.__dict__)
        return module.__dict__

    def cross(make: str, names: str, before: str = "") -> dict[str, Any]:
        made = step(make)
        values.write(tmp_path / "values", {name: made[name] for name in names.split()})
        found = step(before)
        reader = values.Reader(tmp_path / "values")
        found.update({name: reader[name] for name in names.split()})
        found["needs"] = dict(reader.needs)
        return found

    return cross

"""What libraries had before a notebook patched them."""

from __future__ import annotations

import collections
import json
import math
import sys
import time
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellift import values
from cellift.values.originals import place_of
from cellift.values.rebuild_code import NotTheSameError


def replaced(*_: object) -> str:
    return "replaced"


@pytest.mark.parametrize(
    ("module", "name"),
    [(time, "sleep"), (math, "sqrt"), (np, "mean"), (np, "exp"), (collections, "OrderedDict")],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_it_is_the_original_where_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: types.ModuleType, name: str
) -> None:
    old = getattr(module, name)
    monkeypatch.setattr(module, name, replaced)
    values.write(tmp_path, {"old": old})
    monkeypatch.undo()
    assert values.Reader(tmp_path)["old"] is old


def test_something_else_is_never_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = time.sleep
    monkeypatch.setattr(time, "sleep", replaced)
    values.write(tmp_path, {"old": old})
    with pytest.raises(values.CannotReadError, match=r"something else at time\.sleep") as caught:
        values.Reader(tmp_path)["old"]
    assert isinstance(caught.value.__cause__, NotTheSameError)


def test_what_stands_under_its_own_name_has_no_other_place() -> None:
    assert place_of(time.sleep) is None
    assert place_of(json.dumps) is None
    assert place_of(5) is None


def test_what_the_notebook_makes_is_no_original(monkeypatch: pytest.MonkeyPatch) -> None:
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    exec("def sleep(): pass", main.__dict__)
    made: Any = main.__dict__["sleep"]
    del main.__dict__["sleep"]
    inner = types.ModuleType("__main__.inner")
    inner.sleep = made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "__main__.inner", inner)
    assert place_of(made) is None


def test_an_instance_is_not_asked_for_what_it_does_not_have() -> None:
    asked: list[str] = []

    class Nosy:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            raise AttributeError(name)

    assert place_of(Nosy()) is None
    assert asked == []

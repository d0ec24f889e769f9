"""What can be seen through two names joins them; what nobody can change through either does not."""

from __future__ import annotations

import datetime
import os
import types
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift import values
from unit.values.conftest import Cross


def crossed(folder: Path, **names: Any) -> tuple[bool, dict[str, Any]]:
    """Whether they are in one file, and what they are then."""
    index = values.write(folder, names)
    reader = values.Reader(folder)
    return len(index["groups"]) == 1, {name: reader[name] for name in names}


class Signal(np.ndarray):
    notes: Any = None


def labels() -> pd.Index:
    return pd.Index([1, "a", 2], dtype=object)


def table() -> pd.DataFrame:
    return pd.DataFrame({"n": [1, 2], "c": pd.Categorical(["a", "b"]), "o": pd.Series([1, "a"], dtype=object)})


ALONE: dict[str, Callable[[], Any]] = {
    "zone": lambda: [zoneinfo.ZoneInfo("Europe/Berlin"), datetime.timezone.utc],
    "element type": lambda: [np.dtype("f8"), np.dtype([("a", "i4")])],
    "number of numpy": lambda: [np.float64(1.5), np.str_("a")],
    "times": lambda: pd.date_range("2020", periods=4, freq="D"),
    "column type": lambda: [pd.CategoricalDtype(["a"])],
    "function of a module": lambda: [os.path.join, Path, np.sum, len, str.upper, dict.fromkeys],
}


@pytest.mark.parametrize("make", ALONE.values(), ids=ALONE)
def test_what_never_changes_joins_nothing(tmp_path: Path, make: Any) -> None:
    made = make()
    one, two = (made[1:], made[:3]) if isinstance(made, pd.Index) else ([*made], [*made])
    assert crossed(tmp_path, one=one, two=two)[0] is False


@pytest.mark.parametrize("make", [labels, lambda: pd.MultiIndex.from_product([[1, 2], ["a", "b"]])])
def test_labels_made_of_others_join_nothing(tmp_path: Path, make: Any) -> None:
    index = make()
    together, found = crossed(tmp_path, one=index, two=index[1:])
    assert not together
    assert found["two"].equals(index[1:])


@pytest.mark.usefixtures("copy_on_write")
def test_tables_that_copy_before_they_write_join_nothing(tmp_path: Path) -> None:
    one = table()
    two = one.rename(columns=str.upper)
    joined = int(pd.__version__.partition(".")[0]) < 3  # there the tables have one list of names
    assert joined or crossed(tmp_path / "renamed", one=one, two=two)[0] is False
    for name in one:
        together, found = crossed(tmp_path / name, one=one, column=one[name])
        assert joined or not together
        assert found["column"].tolist() == one[name].tolist()


def test_a_function_without_a_name_of_its_own_is_one_again(tmp_path: Path) -> None:
    together, found = crossed(tmp_path, one=[function := lambda: 1], two={"f": function})
    assert together
    assert found["one"][0] is found["two"]["f"]


@pytest.mark.parametrize("source", ["f = lambda: 1", "def f():\n    return 1"])
def test_a_weak_reference_to_a_function_holds_nothing(two_steps: Cross, source: str) -> None:
    found = two_steps(f"import weakref\n{source}\nref = weakref.ref(f)", "f ref")
    assert found["ref"]() is found["f"]
    del found["f"]
    assert found["ref"]() is None


def test_the_method_of_a_list_is_of_that_list(tmp_path: Path) -> None:
    log = [1]
    _, found = crossed(tmp_path, log=log, add=log.append)
    found["add"](2)
    assert found["log"] == [1, 2]


def test_what_a_class_adds_to_an_array_is_shared(tmp_path: Path) -> None:
    made: Any = np.arange(3).view(Signal)
    made.notes = ["a"]
    _, found = crossed(tmp_path, made=made, notes=made.notes)
    found["notes"].append("b")
    assert found["made"].notes == ["a", "b"]


def test_the_attributes_of_an_object_are_one_dict_again_inside_of_one_value(tmp_path: Path) -> None:
    one = types.new_class("Plain")
    globals()["Plain"] = one
    thing: Any = one()
    thing.x = 1
    for name, both in {"after": [thing, vars(thing)], "before": [vars(thing), thing]}.items():
        found = crossed(tmp_path / name, both=both)[1]["both"]
        found[name == "after"]["y"] = 2
        assert found[name == "before"].y == 2

"""What a step changes although its source does not show it: reported with the value, or refused in a container."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from cellift import values
from cellift.pipeline import compile_graph
from cellift.pipeline.runtime.file_guard import FileGuard
from cellift.pipeline.runtime.value_guard import ValueGuard
from unit.pipeline.kit import graph, step


def taken(
    tmp_path: Path, later: tuple[str, ...], touched: tuple[str, ...] = (), mine: tuple[str, ...] = (), **made: Any
) -> tuple[ValueGuard, dict[str, Any]]:
    values.write(tmp_path / "a", made)
    reader = values.Reader(tmp_path / "a")
    guard = ValueGuard(frozenset(later), frozenset(touched), dict.fromkeys(mine, "a"), {})
    for name in made:
        guard.took("a", reader, name)
    return guard, {name: reader[name] for name in made}


def test_a_changed_value_is_found_and_the_others_are_not(tmp_path: Path) -> None:
    guard, here = taken(tmp_path, ("x", "y"), x=[1], y={"k": [2]})
    assert guard.changed({}, ()) == {}
    here["y"]["k"].append(3)
    assert guard.changed({}, ()) == {"y": {"k": [2, 3]}}
    assert guard.spent == [], "it is handed on"


def test_of_two_objects_of_one_name_beside_what_was_taken_the_one_that_is_meant_is_looked_at(tmp_path: Path) -> None:
    rows, others = [1], [2]
    values.write(tmp_path / "a", {"x": rows, "y": [rows]})
    values.write(tmp_path / "b", {"x": others, "z": [others]})
    for meant, expected in ({"x": "a"}, {"x": [1, 9]}), ({"x": "b"}, {}):
        first, second = values.Reader(tmp_path / "a"), values.Reader(tmp_path / "b")
        guard = ValueGuard(frozenset("x"), frozenset(), {"y": "a", "z": "b"}, {}, meant=meant)
        guard.took("a", first, "y")
        guard.took("b", second, "z")
        first["y"][0].append(9)
        assert guard.changed({}, ()) == expected


def test_what_an_output_holds_although_its_name_means_something_else_is_told_and_spent_when_it_is_handed_on(
    tmp_path: Path,
) -> None:
    values.write(tmp_path / "a", {"x": [1]})
    for together, spent in (False, []), (True, ["x"]):
        reader = values.Reader(tmp_path / "a")
        guard = ValueGuard(frozenset("x"), frozenset(), {"x": "a"}, {}, asked=True, together=together)
        guard.took("a", reader, "x")
        assert guard.changed({"x": [2], "held": [reader["x"]]}, ("x", "held")) == {}
        assert (guard.holds, guard.spent) == (["x"], spent)
        assert guard.changed({"x": [2], "held": [[1]]}, ("x", "held")) == {}
        assert (guard.holds, guard.spent) == ([], spent)
        assert guard.changed({"held": [reader["x"]]}, ("held",)) == ({"x": [1]} if together else {})
        assert guard.spent == spent, "it is handed on"


def test_only_what_later_steps_take_counts(tmp_path: Path) -> None:
    guard, here = taken(tmp_path, ("y",), x=[1], y=[2])
    for value in here.values():
        value.append(0)
    assert guard.changed({}, ()) == {"y": [2, 0]}


def test_what_the_step_hands_on_anyway_counts_when_it_changed_and_not_because_an_output_holds_it(
    tmp_path: Path,
) -> None:
    guard, here = taken(tmp_path, ("y",), ("y",), y=[2])
    assert guard.changed({"y": here["y"]}, ("y",)) == {}
    here["y"].append(0)
    assert guard.changed({"y": here["y"]}, ("y",)) == {"y": [2, 0]}


def test_a_change_through_one_name_changes_those_that_share_the_object(tmp_path: Path) -> None:
    inner = [1]
    guard, here = taken(tmp_path, ("other",), whole={"inner": inner}, other=[inner])
    here["whole"]["inner"].append(2)
    found = guard.changed({}, ("whole",))
    assert found == {"other": [[1, 2]]}
    assert found["other"] is here["other"]


@pytest.mark.parametrize("length", [10, 200_000])
def test_a_write_into_an_array_is_found_and_reading_it_is_not(tmp_path: Path, length: int) -> None:
    guard, here = taken(tmp_path, ("a", "b"), a=np.ones(length), b=[np.ones(length)])
    here["a"].sum()
    here["b"][0].sum()
    assert guard.changed({}, ()) == {}
    here["a"][length // 2] = 5
    here["b"][0][-1] = 5
    assert guard.changed({}, ()).keys() == {"a", "b"}


def test_looking_at_a_table_in_every_usual_way_is_no_change(tmp_path: Path) -> None:
    import pandas as pd

    table = pd.DataFrame({"v": range(1000), "w": np.ones(1000), "t": ["x", "y"] * 500})
    table["z"] = table.w * 2
    guard, here = taken(tmp_path, ("table",), table=table)
    seen = here["table"]
    _ = seen.groupby("t").sum(), seen[["v", "w"]].to_numpy(), seen.describe(), seen.v.mean(), seen.sort_values("v")
    _ = seen.iloc[3], seen.loc[5], seen.index.is_unique, seen.columns.get_loc("v"), seen.merge(seen, on="v"), repr(seen)
    assert guard.changed({}, ()) == {}
    seen["more"] = 1
    assert guard.changed({}, ()).keys() == {"table"}


def test_in_a_container_the_step_fails_and_names_the_fix(launcher: Any) -> None:
    take = replace(step("b", "getattr(x, 'app' + 'end')(2)", inputs={"x": "a"}), later=("x",))
    ir = compile_graph(graph(step("a", "x = [1]", outputs=("x",)), take, step("c", "x", inputs={"x": "a"})))
    error = launcher.run(ir)["b"].error
    assert (error["code"], error["reason"]) == ("CL520", "Refused")
    assert "--changes x" in error["message"] and "above the first step" not in error["message"]


def test_files_are_told_as_they_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for name in ("in.txt", "log.txt", "old.txt"):
        Path(name).write_text("x")
    task = tmp_path / "home" / "runs" / "r" / "tasks" / "t"
    guard = FileGuard(str(task))
    guard.start()
    Path("by_setup.txt").write_text("every step writes it")
    guard.own()
    Path("in.txt").read_text()
    Path("made.txt").write_text("1")
    Path("made.txt").read_text()
    with Path("log.txt").open("a") as file:
        file.write("2")
    Path("old.txt").rename("new.txt")
    (task / "note").write_text("ours")
    (tmp_path / "elsewhere").write_text("not below the working folder")
    guard._pid = 0  # it hears nothing more
    assert guard.used() == {
        "read": ["in.txt", "log.txt", "old.txt"],
        "written": ["log.txt", "made.txt", "new.txt", "old.txt"],
    }
    lines = [json.loads(line) for line in (task / "files.jsonl").read_text().splitlines()]
    assert {"read": "log.txt"} in lines
    assert sorted(line["written"] for line in lines if "written" in line) == guard.used()["written"]


class Thing:
    """Its objects can be referred to weakly."""


class Mourned:
    """Says good-bye."""

    gone: ClassVar[list[int]] = []

    def __del__(self) -> None:
        self.gone.append(1)


def test_the_guard_holds_nothing_that_is_missed(tmp_path: Path) -> None:
    values.write(tmp_path / "a", {"x": Mourned(), "a": np.ones(3), "held": [1]})
    reader, namespace = values.Reader(tmp_path / "a"), dict[str, Any]()
    guard = ValueGuard(frozenset({"x", "a"}), frozenset(), {"x": "a", "a": "a"}, namespace)
    for name in ("x", "a"):
        guard.took("a", reader, name)
        namespace[name] = reader.take(name)
    Mourned.gone.clear()
    namespace["a"].resize(5)
    del namespace["x"]
    assert Mourned.gone
    assert guard.changed({}, ()).keys() == {"a"}


def referred_to_weakly(folder: Path) -> tuple[ValueGuard, dict[str, Any]]:
    """The guard and the names of a step that has taken an object and a set that refers to it weakly."""
    thing = Thing()
    values.write(folder, {"x": thing, "live": weakref.WeakSet([thing])})
    reader, namespace = values.Reader(folder), dict[str, Any]()
    guard = ValueGuard(frozenset({"x", "live"}), frozenset(), {"x": "a", "live": "a"}, namespace)
    for name in ("x", "live"):
        guard.took("a", reader, name)
        namespace[name] = reader.take(name)
    return guard, namespace


def test_the_guard_holds_nothing_that_weak_references_tell_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values.known, "_loaded", {__name__: None})
    _guard, namespace = referred_to_weakly(tmp_path / "a")
    assert len(namespace["live"]) == 1
    del namespace["x"]
    assert len(namespace["live"]) == 0


def test_the_state_of_a_module_is_no_value_but_changes_those_that_share_with_it(tmp_path: Path) -> None:
    inner = [1]
    state = {"state:module:m:rows": {"k": inner}}
    guard, here = taken(tmp_path, ("part", *state), mine=tuple(state), part=[inner], **state)
    here["state:module:m:rows"]["k"].append(2)
    assert guard.changed({}, ()) == {"part": [[1, 2]]}
    assert guard.spent == []


def test_state_that_the_step_has_not_taken_up_is_handed_on_with_what_shares_with_it(tmp_path: Path) -> None:
    inner = [1]
    state = {"state:module:m:rows": {"k": inner}}
    guard, here = taken(tmp_path, ("part", *state), mine=("part",), part=[inner], **state)
    here["part"][0].append(2)
    assert guard.changed({}, ()) == {"part": [[1, 2]], "state:module:m:rows": {"k": [1, 2]}}


def test_the_guard_holds_what_a_library_refers_to_weakly(tmp_path: Path) -> None:
    guard, namespace = referred_to_weakly(tmp_path / "a")  # its class is of no module of a notebook
    namespace["x"].n = 2
    del namespace["x"]
    assert guard.spent == []
    guard.changed({}, ())
    assert guard.spent == [] and namespace["live"]


def test_what_a_cache_that_the_step_has_taken_holds_is_looked_at_as_it_was_read(tmp_path: Path) -> None:
    """A guard of modules sees a function there, whatever its cache has."""
    inner = [1]
    state = {"state:module:m:f": ({}, ([((), {}, inner)], 0, 1))}
    guard, here = taken(tmp_path, ("part", *state), mine=("part", *state), part=inner, **state)
    here["part"].append(2)
    assert guard.changed({}, ()).keys() == {"part", "state:module:m:f"}

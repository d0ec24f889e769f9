"""Objects that variables of the notebook's modules have: in another process they are found there."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift.values import CannotCrossError, Fingerprint, Reader, known, sharing_with, write
from cellift.values.in_modules import Attributes, Known

TEXT = """
import threading
MISSING = object()
ROWS = [1]
SETTINGS = {"a": {"b": 1}}
LOCK = threading.Lock()
NUMBER = 10**20
NAME = "a name"
class Model:
    made = []
    options = {"a": 1}
    def __init__(self):
        self.settings = SETTINGS
class Alike:
    shared = {}
    def __init__(self):
        self.__dict__ = self.shared
ONE = Model()
def function():
    pass
def single(cls):
    made = {}
    def get():
        return made.setdefault(cls, cls())
    return get
@single
class Single:
    pass
def late():
    def get():
        return Model, nothing
    return get
    nothing = 1
plain = late()
"""


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "lib_with_objects.py").write_text(TEXT)
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("lib_with_objects")
    known.note(module)
    yield module
    del sys.modules["lib_with_objects"]


@pytest.fixture
def crossed(helpers: ModuleType, tmp_path: Path) -> Callable[..., Any]:
    """Write values here and read them where the module has just been imported."""

    def cross(**values: Any) -> Any:
        write(tmp_path / "values", values)
        del sys.modules["lib_with_objects"]
        module = __import__("lib_with_objects")
        known.note(module)
        reader = Reader(tmp_path / "values")
        return module, *(reader[name] for name in values)

    return cross


@pytest.mark.parametrize("name", ["MISSING", "ROWS", "SETTINGS", "LOCK", "ONE"])
def test_the_value_of_a_variable_is_that_of_the_variable(crossed, helpers, name):
    module, found, inside = crossed(found=getattr(helpers, name), inside=[getattr(helpers, name)])
    assert module is not helpers
    assert found is inside[0] is getattr(module, name)


def test_an_object_keeps_what_it_has_of_a_module(crossed, helpers):
    module, model = crossed(model=helpers.Model())
    assert type(model) is module.Model and model.settings is module.SETTINGS


def test_an_attribute_of_a_class_is_found_in_the_class(crossed, helpers):
    module, options = crossed(options=helpers.Model.options)
    assert options is module.Model.options


def test_attributes_that_a_class_keeps_for_all_its_objects_stay_those(crossed, helpers):
    module, one = crossed(one=helpers.Alike())
    assert vars(one) is module.Alike.shared


def test_what_nobody_tells_apart_is_written(crossed, helpers, tmp_path):
    crossed(number=helpers.NUMBER, name=helpers.NAME)
    assert not any(b"lib_with_objects" in file.read_bytes() for file in (tmp_path / "values").iterdir())


def test_arrays_and_tables_of_a_module_are_found_there(helpers, tmp_path):
    helpers.TABLE, helpers.ARRAY = pd.DataFrame({"a": [1]}), np.zeros(100_000)
    del sys.modules["lib_with_objects"]
    sys.modules["lib_with_objects"] = again = ModuleType("lib_with_objects")
    vars(again).update(vars(helpers))
    known.note(again)
    write(tmp_path / "values", {"table": again.TABLE, "array": again.ARRAY})
    reader = Reader(tmp_path / "values")
    assert reader["table"] is again.TABLE and reader["array"] is again.ARRAY


def test_the_first_value_is_written_when_the_variable_has_another_one(crossed, helpers):
    first, helpers.ROWS = helpers.ROWS, [9]
    first.append(2)
    module, rows = crossed(rows=first)
    assert rows == [1, 2] and module.ROWS == [1]


def test_the_first_value_is_found_when_the_variable_has_another_one_there(helpers, tmp_path):
    write(tmp_path / "values", {"rows": helpers.ROWS})
    first, helpers.ROWS = helpers.ROWS, [9]
    assert Reader(tmp_path / "values")["rows"] is first


def test_where_nobody_has_looked_the_variable_tells(helpers):
    assert Known().value("lib_with_objects", "Model.made") is helpers.Model.made


def test_state_of_a_variable_is_written_and_what_it_holds_is_found(helpers, tmp_path):
    helpers.SETTINGS["rows"] = helpers.ROWS
    write(tmp_path / "values", {"state:module:lib_with_objects:SETTINGS": helpers.SETTINGS})
    found = Reader(tmp_path / "values")["state:module:lib_with_objects:SETTINGS"]
    assert found == helpers.SETTINGS and found is not helpers.SETTINGS
    assert found["rows"] is helpers.ROWS


def test_state_of_a_class_is_written_with_the_attributes_that_are_found_only_there(helpers, tmp_path):
    name = "state:module:lib_with_objects:Model"
    helpers.Model.rows = helpers.ROWS
    write(tmp_path / "a", {name: Attributes(made=helpers.Model.made, rows=helpers.ROWS)})
    found = Reader(tmp_path / "a")[name]
    assert found == {"made": [], "rows": [1]} and found["made"] is not helpers.Model.made
    assert found["rows"] is helpers.ROWS
    write(tmp_path / "b", {name: {"made": helpers.Model.made}})  # a dict that a variable has
    assert Reader(tmp_path / "b")[name]["made"] is helpers.Model.made


def test_an_object_whose_attributes_its_class_keeps_is_written_apart_from_the_class(helpers, tmp_path):
    state = {"state:module:lib_with_objects:Alike": {"shared": helpers.Alike.shared}}
    index = write(tmp_path / "values", {"one": helpers.Alike(), **state})
    assert [group["names"] for group in index["groups"]] == [["one"], list(state)]


def test_what_python_puts_into_a_module_is_not_of_the_notebook(helpers):
    assert known.variable(vars(helpers)["__builtins__"]) is None


def test_a_part_of_a_variable_shares_an_object_with_it(helpers):
    state = {"state:module:lib_with_objects:SETTINGS": helpers.SETTINGS}
    assert sharing_with({"part": helpers.SETTINGS["a"]}, state) == list(state)
    assert sharing_with({"whole": helpers.SETTINGS, "model": helpers.Model()}, state) == []


def test_a_change_of_what_a_module_has_is_one_of_the_module(helpers):
    model = helpers.Model()
    of_value, of_state = Fingerprint({"model": model}, []), Fingerprint({"state:module:": helpers.SETTINGS}, [])
    helpers.SETTINGS["c"] = 2
    assert not of_value.differs({"model": model})
    assert of_state.differs({"state:module:": helpers.SETTINGS})


def test_only_a_value_that_holds_something_of_a_module_is_looked_at_for_that(helpers, tmp_path):
    write(tmp_path / "values", {"model": helpers.Model(), "rows": [[1], [2]]})
    reader = Reader(tmp_path / "values")
    found = {name: reader[name] for name in reader}
    assert {name: reader.has_variables(name) for name in found} == {"model": True, "rows": False}
    plain = Fingerprint({"model": found["model"]}, [], apart=False)
    helpers.SETTINGS["c"] = 3
    assert plain.differs({"model": found["model"]})


def test_modules_that_put_something_there_are_imported_before(tmp_path, monkeypatch, capsys):
    (tmp_path / "lib_core.py").write_text("PLUGINS = {}\n")
    (tmp_path / "lib_plugin.py").write_text("import lib_core\nlib_core.PLUGINS['a'] = 1\nprint('loaded')\n")
    monkeypatch.syspath_prepend(tmp_path)
    modules = __import__("lib_core"), __import__("lib_plugin")
    for module in modules:
        known.note(module)
    write(tmp_path / "values", {"plugins": modules[0].PLUGINS})
    for module in modules:
        del sys.modules[module.__name__]
    capsys.readouterr()
    assert Reader(tmp_path / "values")["plugins"] == {"a": 1}
    assert capsys.readouterr().out == ""


def test_what_takes_the_place_of_an_object_has_all_its_names(helpers, monkeypatch):
    first, new = helpers.ROWS, [5]
    monkeypatch.setattr(sys.modules["__main__"], "mine", first, raising=False)
    known.replace(first, new)
    assert helpers.ROWS is new and sys.modules["__main__"].mine is new  # type: ignore[attr-defined]
    assert known.value("lib_with_objects", "ROWS") is new and known.variable(new) is not None
    known.replace(helpers.NUMBER, 5)
    assert helpers.NUMBER == 10**20


def test_a_module_that_was_taken_out_is_asked_for_nothing(helpers):
    sys.modules["lib_taken_out"] = gone = ModuleType("lib_taken_out")
    gone.OWN = [1]  # type: ignore[attr-defined]
    known.note(gone)
    del sys.modules["lib_taken_out"]
    known.replace(helpers.ROWS, new := [7])
    assert helpers.ROWS is new


def test_marks_that_libraries_compare_stay_those(tmp_path):
    class Mine:
        pass

    @dataclasses.dataclass
    class Point:
        x: int
        y: list = dataclasses.field(default_factory=list)

    values = {"missing": dataclasses.MISSING, "fields": dataclasses.fields(Point), "other": Mine()}
    values["plain"] = object()
    write(tmp_path, {name: value for name, value in values.items() if name != "other"})
    reader = Reader(tmp_path)
    assert reader["missing"] is dataclasses.MISSING
    assert [each.default is dataclasses.MISSING for each in reader["fields"]] == [True, True]
    kinds = [each._field_type for each in reader["fields"]]
    assert all(kind is dataclasses._FIELD for kind in kinds)  # type: ignore[attr-defined]
    assert type(reader["plain"]) is object


class SetApart:
    __slots__ = ("value",)


class Words(dict[str, int]):
    pass


def test_what_has_content_is_no_mark(tmp_path, monkeypatch):
    found = SetApart(), SetApart(), Words(a=1), Words()
    for place, value in enumerate(found):
        monkeypatch.setattr(sys.modules[__name__], f"VALUE{place}", value, raising=False)
    found[0].value = 1
    write(tmp_path, {f"v{place}": value for place, value in enumerate(found)})
    read = [Reader(tmp_path)[f"v{place}"] for place in range(len(found))]
    assert [one is other for one, other in zip(read, found, strict=True)] == [False, True, False, False]
    assert (read[0].value, read[2]) == (1, {"a": 1})


def test_a_mark_of_no_class_of_its_own_is_found_in_any_library(tmp_path, monkeypatch):
    import textwrap

    monkeypatch.setattr(textwrap, "MARK", object(), raising=False)
    write(tmp_path, {"mark": textwrap.MARK})  # type: ignore[attr-defined]
    assert Reader(tmp_path)["mark"] is textwrap.MARK  # type: ignore[attr-defined]


class Changing:
    def __init__(self) -> None:
        self.value = 1

    def __hash__(self) -> int:
        return self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Changing) and other.value == self.value


@pytest.mark.parametrize("kind", [lambda one: {one}, lambda one: frozenset([one]), lambda one: {one: 1}])
def test_a_collection_that_does_not_find_its_member_any_more_cannot_cross(tmp_path, kind):
    member = Changing()
    collection = kind(member)
    write(tmp_path, {"collection": collection})
    member.value = 2
    with pytest.raises(CannotCrossError, match="the hash of a Changing in it has changed"):
        write(tmp_path, {"collection": collection})


def test_a_class_that_a_function_has_instead_of_the_module_is_found_there(crossed, helpers):
    one = helpers.Single()
    module, (back, kind) = crossed(one=[one, type(one)])
    assert module is not helpers and kind is type(module.Single()) is type(back) is not type(one)


def test_functions_of_others_hide_nothing_and_classes_with_a_name_are_not_hidden(helpers, monkeypatch):
    found = Known()
    monkeypatch.setattr(helpers.Single, "__module__", "elsewhere")
    found.note(helpers)
    assert found.variable(type(helpers.Single())) is None
    helpers.get = helpers.single(helpers.Model)
    again = Known()
    again.note(helpers)
    assert again.variable(helpers.Model) is None

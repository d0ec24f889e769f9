"""Instances of the notebook's classes cross as they are, without their own code; weak references with what they see."""

from __future__ import annotations

import copyreg
import sys
import threading
import types
import weakref
from pathlib import Path
from typing import Any

import pytest

from cellift import values

SOURCE = """
import threading
said = []
class Hooked:
    def __new__(cls, *arguments):
        said.append("new")
        return super().__new__(cls)
    def __init__(self, n, more=None):
        self.n, self.more = n, more
    def __getstate__(self):
        said.append("get")
        state = dict(self.__dict__)
        state.pop("lock", None)
        return state
    def __setstate__(self, state):
        said.append("set")
        self.__dict__.update(state)
        self.lost = True
class Loud(dict):
    def __setitem__(self, key, value):
        said.append(key)
        super().__setitem__(key, value)
class Log(list):
    def append(self, item):
        said.append(item)
        super().append(item)
class Bag(set):
    def __init__(self, *items):
        said.append("bag")
        super().__init__(items)
class Raw(bytearray):
    def __reduce__(self):
        return Raw, (bytes(self),)
class Shy:
    def __getattr__(self, name):
        if name in ("refs", "_references", "blocks", "_mgr"):
            said.append(name)
        raise AttributeError(name)
class Pair(tuple):
    def __new__(cls, a, b):
        said.append("pair")
        return super().__new__(cls, (a, b))
class Slim:
    __slots__ = ("a", "__b")
    def __reduce__(self):
        return Slim, ()
    def fill(self):
        self.a, self.__b = 1, 2
        return self
    def both(self):
        return self.a, self.__b
class Plain:
    pass
"""


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    module = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    exec(SOURCE, module.__dict__)
    return module.__dict__


def crossed(folder: Path, **names: Any) -> dict[str, Any]:
    values.write(folder, names)
    reader = values.Reader(folder)
    return {name: reader[name] for name in names}


def test_no_code_of_the_class_runs(tmp_path: Path, notebook: dict[str, Any]) -> None:
    hooked = notebook["Hooked"](1)
    hooked.more = [hooked]
    loud, pair, slim = notebook["Loud"](a=1), notebook["Pair"](1, [2]), notebook["Slim"]().fill()
    loud.extra = "e"
    log, bag = notebook["Log"]([1, [2]]), notebook["Bag"](1, 2)
    notebook["said"].clear()
    found = crossed(tmp_path, hooked=hooked, loud=loud, pair=pair, slim=slim, log=log, bag=bag, shy=notebook["Shy"]())
    assert notebook["said"] == []
    assert (found["hooked"].n, found["hooked"].more[0] is found["hooked"]) == (1, True)
    assert not hasattr(found["hooked"], "lost")
    assert (found["loud"], found["loud"].extra, found["pair"], found["slim"].both()) == (
        {"a": 1},
        "e",
        (1, [2]),
        (1, 2),
    )
    assert (found["log"], found["bag"]) == ([1, [2]], {1, 2})


def test_what_it_registered_with_copyreg_does_not_run_either(
    tmp_path: Path, notebook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = notebook["Plain"]()
    plain.n = 1
    monkeypatch.setitem(copyreg.dispatch_table, notebook["Plain"], lambda _: (notebook["Plain"], ()))
    assert crossed(tmp_path, plain=plain)["plain"].n == 1


def test_what_only_its_own_code_can_write_is_left_to_it(tmp_path: Path, notebook: dict[str, Any]) -> None:
    assert crossed(tmp_path, raw=notebook["Raw"](b"ab"))["raw"] == b"ab"


def test_a_class_of_a_library_writes_its_state_as_it_wants(tmp_path: Path, notebook: dict[str, Any]) -> None:
    notebook["Connection"] = Connection
    exec("class Mine(Connection):\n    pass", notebook)
    mine = notebook["Mine"]()
    assert (mine.state, crossed(tmp_path, mine=mine)["mine"].state) == ("open", "opened again")


class Connection:
    state = "open"

    def __getstate__(self) -> Any:
        return {"n": 1}

    def __setstate__(self, state: Any) -> None:
        self.state = "opened again"


def test_where_what_it_holds_cannot_cross_its_own_way_is_taken(tmp_path: Path, notebook: dict[str, Any]) -> None:
    hooked = notebook["Hooked"](1)
    hooked.lock = threading.Lock()
    assert crossed(tmp_path, hooked=hooked)["hooked"].lost


def test_a_weak_reference_sees_the_object_that_its_holder_has(tmp_path: Path, notebook: dict[str, Any]) -> None:
    thing = notebook["Plain"]()
    names = {"thing": thing, "ref": weakref.ref(thing), "set": weakref.WeakSet([thing]), "proxy": weakref.proxy(thing)}
    names["table"] = weakref.WeakValueDictionary(k=thing)
    values.write(tmp_path, names)
    reader = values.Reader(tmp_path)
    found = {name: reader.take(name) for name in names}
    thing = found.pop("thing")
    thing.n = 5
    assert (found["ref"]() is thing, found["table"]["k"] is thing, found["proxy"].n) == (True, True, 5)
    assert type(found["proxy"]) is weakref.ProxyType
    del thing
    assert (found["ref"](), len(found["set"]), len(found["table"])) == (None, 0, 0)


def test_what_nobody_else_brings_lives_as_in_the_notebook(tmp_path: Path, notebook: dict[str, Any]) -> None:
    thing, gone = notebook["Plain"](), notebook["Plain"]()
    dead = weakref.ref(gone)
    del gone
    found = crossed(tmp_path, ref=weakref.ref(thing), dead=dead)
    assert type(found["ref"]()) is notebook["Plain"]
    assert found["dead"]() is None


def test_a_proxy_of_what_is_gone_says_so_again(tmp_path: Path, notebook: dict[str, Any]) -> None:
    thing = notebook["Plain"]()
    proxy = weakref.proxy(thing)
    del thing
    found = crossed(tmp_path, proxy=proxy, several=[proxy])
    assert type(found["proxy"]) is weakref.ProxyType
    assert found["several"][0] is found["proxy"]
    with pytest.raises(ReferenceError):
        str(found["proxy"].n)


def test_things_that_refer_to_each_other_weakly(tmp_path: Path, notebook: dict[str, Any]) -> None:
    one, two = notebook["Plain"](), notebook["Plain"]()
    one.kid, two.parent = two, weakref.ref(one)
    found = crossed(tmp_path, two=two, one=one)
    assert found["two"].parent() is found["one"]
    assert found["one"].kid is found["two"]


def test_an_exception_remembers_where_it_went_through(tmp_path: Path) -> None:
    import traceback

    try:
        [].index(1)
    except ValueError as error:
        kept = error
    found = crossed(tmp_path, error=kept)["error"]
    mine, theirs = (traceback.extract_tb(each.__traceback__) for each in (kept, found))
    assert [(frame.name, frame.lineno, frame.line) for frame in theirs] == [
        (frame.name, frame.lineno, frame.line) for frame in mine
    ]
    assert traceback.format_exception(found) == traceback.format_exception(kept)


class OfAPath:
    def __new__(cls, path: str, *, kind: str = "a") -> Any:
        made = super().__new__(cls)
        made.path = path
        return made

    path: str


class OfAKeyword:
    def __new__(cls, *, kind: str) -> Any:
        made = super().__new__(cls)
        made.kind = kind
        return made

    kind: str


class OfNothing:
    one: Any = None

    def __new__(cls, path: str = "") -> Any:
        if cls.one is None:
            cls.one = super().__new__(cls)
        return cls.one


class WithArguments(OfAPath):
    def __getnewargs__(self) -> tuple[str]:
        return (self.path + "!",)

    def __setstate__(self, state: Any) -> None:
        del state


class Told(OfAPath):
    pass


def test_what_a_class_of_a_module_needs_to_be_made_is_not_asked_for_again(tmp_path: Path) -> None:
    copyreg.pickle(Told, lambda _: (Told, ("told",)))
    made = {"a": OfAPath("x"), "b": OfAKeyword(kind="k"), "c": WithArguments("y"), "d": OfNothing(), "e": Told("z")}
    try:
        values.write(tmp_path, made)
    finally:
        copyreg.dispatch_table.pop(Told)
    reader = values.Reader(tmp_path)
    found: dict[str, Any] = {name: reader[name] for name in made}
    assert [type(each) for each in found.values()] == [type(each) for each in made.values()]
    assert (found["a"].path, found["b"].kind, found["c"].path, found["e"].path) == ("x", "k", "y!", "told")
    assert found["d"] is OfNothing.one

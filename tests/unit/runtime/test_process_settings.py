"""Settings of the process as items: what differs between two moments, and what another process does with that."""

from __future__ import annotations

import decimal
import os
import sys
import warnings
from types import ModuleType
from typing import Any

import pytest

from cellift.pipeline.runtime import interpreter_settings, process_state
from cellift.pipeline.runtime.process_state import (
    IMPORTS,
    StateStaysError,
    changed_items,
    changes,
    followed,
    generator,
    make_changes,
    set_generator,
    settings,
)
from cellift.pipeline.runtime.state_guard import StateGuard


def test_only_what_differs_is_a_change() -> None:
    before = {"a": {"same": (1,), "new": (1,), "gone": (2,)}, "b": {"k": (1,)}}
    after = {"a": {"same": (1,), "new": (5,), "more": (6,)}, "b": {"k": (1,)}, "imported since": {"k": (1,)}}
    assert changes(before, after) == {"a": {"new": ((1,), (5,)), "gone": ((2,), ()), "more": ((), (6,))}}


def test_changes_of_two_steps_are_one() -> None:
    first = {"a": ((1,), (2,)), "b": ((), (1,))}
    assert followed(first, {"a": ((2,), (3,)), "c": ((7,), ())}) == {
        "a": ((1,), (3,)),
        "b": ((), (1,)),
        "c": ((7,), ()),
    }
    imports = [{IMPORTS: ((), (name,))} for name in "ab"]
    assert followed(*imports) == {IMPORTS: ((), ("a", "b"))}, "both have to be imported first"


@pytest.mark.parametrize(
    ("old", "new", "now", "expected"),
    [
        ("ab", "cab", "ab", "cab"),
        ("ab", "abc", "xaby", "xabyc"),
        ("ab", "cab", "xab", "cxab"),
        ("ab", "b", "axb", "xb"),
        ("ab", "ba", "ab", "ba"),
        ("ab", "abc", "acb", "abc"),
        ("ab", "cd", "abx", "cdx"),
    ],
)
def test_lists_take_over_what_was_added_and_removed(old: str, new: str, now: str, expected: str) -> None:
    found = changed_items({"": (tuple(now),)}, {"": ((tuple(old),), (tuple(new),))})
    assert "".join(found[""][0]) == expected


def test_a_value_replaces_and_what_is_gone_goes() -> None:
    assert changed_items({"a": (1,), "b": (2,)}, {"a": ((0,), (5,)), "b": ((2,), ()), "c": ((), (3,))}) == {
        "a": (5,),
        "c": (3,),
    }


def test_modules_that_nobody_imported_have_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))  # half imported, or of the user
    assert {"state:matplotlib", "state:pandas"}.isdisjoint(settings())
    assert {"state:environ", "state:decimal"} <= set(settings())


def test_variables_are_set_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOES", "1")
    monkeypatch.delenv("COMES", raising=False)
    make_changes("state:environ", {"GOES": (("1",), ()), "COMES": ((), ("2",))})
    assert (os.environ.pop("COMES"), "GOES" in os.environ) == ("2", False)


def test_what_is_so_already_is_not_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setitem(process_state._KINDS, "state:x", process_state._kind("os", lambda _: {"k": 5}, fail))
    make_changes("state:x", {"k": ((1,), (5,))})
    with pytest.raises(StateStaysError):
        make_changes("state:x", {"k": ((1,), (6,))})


def test_a_folder_inside_the_first_one_is_named_relative_to_it(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter_settings, "home", str(tmp_path))
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    assert settings()["state:cwd"] == {"": ("inner",)}
    monkeypatch.chdir(tmp_path.parent)
    assert settings()["state:cwd"] == {"": (str(tmp_path.parent),)}


def test_traps_and_limits_of_decimals() -> None:
    with decimal.localcontext():
        before = settings()
        decimal.getcontext().prec = 5
        decimal.getcontext().traps[decimal.Inexact] = True
        found = changes(before, settings())["state:decimal"]
    assert found == {"prec": ((28,), (5,)), "trap Inexact": ((False,), (True,))}
    with decimal.localcontext():
        make_changes("state:decimal", found)
        assert (decimal.getcontext().prec, decimal.getcontext().traps[decimal.Inexact]) == (5, True)


@pytest.mark.parametrize("asked", [True, False])
def test_signals_of_decimals_cross_where_somebody_looks_at_them(asked: bool) -> None:
    with decimal.localcontext():
        decimal.getcontext().clear_flags()
        guard = StateGuard({}, (), ("state:decimal",) if asked else ())
        guard.start()
        guard.next("other")
        decimal.Decimal(1) / decimal.Decimal(3)
        found = guard.end().unseen
    wanted = {"flag Inexact": ((False,), (True,)), "flag Rounded": ((False,), (True,))}
    assert found == ({"state:decimal": wanted} if asked else {})
    with decimal.localcontext():
        decimal.getcontext().clear_flags()
        make_changes("state:decimal", wanted)
        assert decimal.getcontext().flags[decimal.Rounded]


def test_how_numbers_are_printed_and_what_is_an_error() -> None:
    np = pytest.importorskip("numpy")
    with np.printoptions(), np.errstate():
        before = settings()
        np.set_printoptions(precision=2)
        np.seterr(over="raise")
        found = changes(before, settings())["state:numpy"]
    assert set(found) == {"precision", "err over"}
    with np.printoptions(), np.errstate():
        make_changes("state:numpy", found)
        assert (np.get_printoptions()["precision"], np.geterr()["over"]) == (2, "raise")


def test_options_of_tables_have_whole_names() -> None:
    pd = pytest.importorskip("pandas")
    with pd.option_context("display.html.border", 3):
        assert settings()["state:pandas"]["display.html.border"] == (3,)


def test_asking_for_the_settings_of_plots_chooses_no_backend() -> None:
    pytest.importorskip("matplotlib")
    told = settings()["state:matplotlib"]
    assert told["lines.linewidth"]
    assert not [key for key in told if key.startswith("backend")]


def test_warning_filters_are_replaced() -> None:
    with warnings.catch_warnings():
        before = settings()
        warnings.simplefilter("error")
        found = changes(before, settings())["state:warnings"]
    with warnings.catch_warnings():
        make_changes("state:warnings", found)
        assert warnings.filters[0][0] == "error"


def test_a_generator_without_its_module_has_no_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert generator("state:torch") is None


class _Torch(ModuleType):
    """As much of torch as its generators need."""

    uint8 = "B"

    def __init__(self, devices: int) -> None:
        super().__init__("torch")
        self.cpu, self.devices = [0], [[0]] * devices
        self.cuda = self

    def is_initialized(self) -> bool:
        return bool(self.devices)

    def get_rng_state(self) -> Any:
        return _Tensor(bytes(self.cpu))

    def get_rng_state_all(self) -> Any:
        return [_Tensor(bytes(each)) for each in self.devices]

    def set_rng_state(self, state: Any) -> None:
        self.cpu = list(state)

    def set_rng_state_all(self, states: Any) -> None:
        assert self.devices  # it would start the device
        self.devices = [list(each) for each in states]

    def frombuffer(self, data: bytearray, dtype: str) -> bytes:
        return bytes(data)


class _Tensor(bytes):
    def numpy(self) -> Any:
        return self

    def tobytes(self) -> bytes:
        return bytes(self)


@pytest.mark.parametrize("devices", [0, 2])
def test_the_generators_of_devices_come_too_where_they_are_used(monkeypatch: pytest.MonkeyPatch, devices: int) -> None:
    torch = _Torch(devices)
    monkeypatch.setitem(sys.modules, "torch", torch)
    torch.cpu, torch.devices = [5], [[7]] * devices
    state = generator("state:torch")
    torch.cpu, torch.devices = [0], [[0]] * devices
    set_generator("state:torch", state)
    assert (torch.cpu, torch.devices) == ([5], [[7]] * devices)


def test_a_guard_tells_draws_that_nobody_saw_and_not_what_was_restored() -> None:
    import random

    kept = random.getstate()
    try:
        random.seed(3)
        given = generator("state:random")
        guard = StateGuard({"state:random": given}, ("x",), ("state:random",))
        guard.start()
        guard.next("other")
        assert guard.end().unseen == {}
        random.random()
        found = guard.end()
        assert (found.declared, found.unseen) == ({}, {"state:random": generator("state:random")})
        declaring = StateGuard({"state:random": given}, ("x", "state:random"), ())
        declaring.start()
        declaring.next("other")
        assert declaring.end().declared == {"state:random": given}
    finally:
        random.setstate(kept)


def test_a_declared_generator_whose_module_nobody_imported_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    guard = StateGuard({}, ("state:torch",), ("state:torch",))
    guard.start()
    guard.next("other")
    assert guard.end() == ({}, {})

"""A function with a cache crosses with what it has kept, in the order in which it would forget it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest

from cellift import values
from cellift.values import special

calls: list[Any] = []


def crossed(folder: Path, **names: Any) -> dict[str, Any]:
    values.write(folder, names)
    reader = values.Reader(folder)
    return {name: reader[name] for name in names}


def cached(**options: Any) -> Any:
    def work(*arguments: Any, **names: Any) -> Any:
        calls.append((arguments, names))
        return [arguments, names]

    return functools.lru_cache(**options)(work)


@pytest.mark.parametrize("options", [{"maxsize": None}, {"maxsize": 8}, {"maxsize": 8, "typed": True}], ids=str)
def test_everything_is_found_again_with_its_counts(tmp_path: Path, options: Any) -> None:
    given = [
        ((1,), {}),
        ((1.5,), {}),
        (("s",), {}),
        (((1, 2),), {}),
        ((), {"k": 1}),
        ((1, 2), {"a": 3, "b": 4}),
        ((), {}),
    ]
    made = cached(**options)
    kept = [made(*arguments, **names) for arguments, names in given]
    made(1)
    found = crossed(tmp_path, made=made, kept=kept)
    assert found["made"].cache_info() == made.cache_info()
    assert found["made"].cache_parameters() == made.cache_parameters()
    calls.clear()
    assert all(found["made"](*each[0], **each[1]) is one for each, one in zip(given, found["kept"], strict=True))
    assert calls == []
    assert found["made"](99) == [(99,), {}]
    assert calls == [((99,), {})]


def test_the_oldest_is_forgotten_first(tmp_path: Path) -> None:
    made = cached(maxsize=2)
    made(1), made(2), made(1)
    again = crossed(tmp_path, made=made)["made"]
    calls.clear()
    again(3), again(1)
    assert calls == [((3,), {})]
    again(2)
    assert len(calls) == 2


def test_misses_of_which_nothing_was_kept_count(tmp_path: Path) -> None:
    made = functools.lru_cache(maxsize=4)(int)
    with pytest.raises(ValueError, match="invalid literal"):
        made("x")
    made("1")
    assert crossed(tmp_path / "some", made=made)["made"].cache_info() == made.cache_info()
    never = cached(maxsize=0)
    never(1), never(1)
    assert crossed(tmp_path / "never", never=never)["never"].cache_info() == never.cache_info()


def test_it_crosses_twice(tmp_path: Path) -> None:
    made = cached()
    made(1)
    once = crossed(tmp_path / "1", made=made)["made"]
    once(2)
    twice = crossed(tmp_path / "2", made=once)["made"]
    assert twice.cache_info() == (0, 2, 128, 2)
    assert twice.__wrapped__.__code__ == made.__wrapped__.__code__


def test_a_cache_that_looks_unknown_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cached()
    made(1)
    monkeypatch.setattr(special.gc, "get_referents", lambda value: [{}, len, {}])
    with pytest.raises(values.CannotCrossError, match="cache cannot be read"):
        values.write(tmp_path, {"made": made})

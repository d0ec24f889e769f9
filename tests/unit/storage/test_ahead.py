"""What a plan comprises is told before it is carried out, and its errors come when they would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cellift.storage.ahead import told
from cellift.storage.errors import StorageError
from cellift.storage.plan import Move


@pytest.fixture
def plan(tmp_path: Path) -> list[Move]:
    files = [tmp_path / str(one) for one in range(5)]
    for number, file in enumerate(files):
        file.write_bytes(bytes(10**number))
    return [Move(file, tmp_path / "to") for file in files]


def test_all_of_it_is_told_before_the_first_is_done(plan: list[Move]) -> None:
    heard: list[tuple[int, bool]] = []
    moves = told(iter(plan), lambda count, more: heard.append((count, more)))
    assert next(moves) == plan[0] and heard == [(11_111, False)]
    assert list(moves) == plan[1:] and sum(count for count, _ in heard) == 11_111


def test_a_long_one_is_told_in_parts(plan: list[Move]) -> None:
    heard: list[tuple[int, bool]] = []
    moves = told(iter(plan), lambda count, more: heard.append((count, more)), most=3)
    assert next(moves) == plan[0] and heard == [(111, True)]
    assert list(moves) == plan[1:]
    assert heard == [(111, True), (1000, True), (10_000, True), (0, False)]


def test_what_goes_wrong_in_the_plan_comes_after_what_was_planned(plan: list[Move]) -> None:
    def failing() -> Iterator[Move]:
        yield from plan[:2]
        raise StorageError("no further")

    given = []
    with pytest.raises(StorageError, match="no further"):
        for move in told(failing(), lambda *_: None):
            given.append(move)
    assert given == plan[:2]


def test_a_file_that_is_gone_is_the_business_of_the_copy(plan: list[Move]) -> None:
    assert isinstance(plan[4].source, Path)
    plan[4].source.unlink()
    heard: list[tuple[int, bool]] = []
    assert list(told(iter(plan), lambda count, more: heard.append((count, more)))) == plan
    assert heard[0] == (1111, False)

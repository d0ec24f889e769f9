"""Values of the standard library that pickle does not write."""

from __future__ import annotations

import argparse
import contextvars
import threading
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


class Stack(threading.local):
    def __init__(self, first: int) -> None:
        self.items = [first]


def test_what_a_thread_has_for_itself_goes_with_the_thread_of_the_cells(tmp_path: Path) -> None:
    plain, stack = threading.local(), Stack(1)
    plain.user = stack.items
    values.write(tmp_path, {"plain": plain, "stack": stack})
    reader = values.Reader(tmp_path)
    found: Any = reader["plain"]
    assert type(found) is threading.local
    assert vars(found) == {"user": [1]}
    assert type(reader["stack"]) is Stack
    assert found.user is reader["stack"].items
    seen: list[bool] = []
    other = threading.Thread(target=lambda: seen.append(hasattr(found, "user")))
    other.start()
    other.join()
    assert seen == [False], "another thread has nothing"


def test_a_parser_of_arguments_leaves_out_what_it_left_out(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser("prog")
    parser.add_argument("--size", type=int, default=3)
    parser.add_argument("--more", default=argparse.SUPPRESS)
    values.write(tmp_path, {"parser": parser, "none": argparse.Namespace()})
    reader = values.Reader(tmp_path)
    found: Any = reader["parser"]
    assert vars(found.parse_args([])) == {"size": 3}
    assert found.format_help() == parser.format_help()
    assert reader["none"] == argparse.Namespace()

"""Calls that let a logger write to a file, and calls that write a message."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.files.log_files import begins_anew, log_files, opens_log_file, writes_message
from cellift.notebook.files.names import ANY


def call(text: str) -> ast.Call:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call)
    return node


def named(node: ast.expr) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else {"?"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("logging.FileHandler('a.log')", {f"a.log{ANY}"}),
        ("logging.FileHandler(filename='a.log', mode='w')", {f"a.log{ANY}"}),
        ("logging.basicConfig(filename='a.log', level='INFO')", {"a.log"}),
        ("logging.basicConfig(stream=open('a.log'))", {"a.log"}),
        ("logging.basicConfig(stream=where)", {ANY}),
        ("logging.basicConfig(stream=sys.stderr)", set()),
        ("logging.basicConfig(stream=make('a.log'))", set()),
        ("logging.basicConfig(level='INFO')", set()),
        ("logging.config.dictConfig(settings)", {ANY}),
        ("open('a.log')", set()),
        ("open(filename='a.log')", set()),
    ],
)
def test_files_that_loggers_write_to(text: str, expected: set[str]) -> None:
    assert log_files(ast.parse(text).body, named, lambda _: "") == expected
    assert opens_log_file(call(text)) or not expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("logging.info('x')", "logging.info", True),
        ("logging.getLogger()", "logging.getLogger", False),
        ("warnings.warn('x')", "warnings.warn", True),
        ("warn('x')", "warnings.warn_explicit", True),
        ("log.info('x')", "", True),
        ("box.info('x')", "box.info", False),
        ("info('x')", "", False),
    ],
)
def test_calls_that_write_a_message(text: str, path: str, expected: bool) -> None:
    assert writes_message(call(text), path) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FileHandler('a')", False),
        ("FileHandler('a', 'w')", True),
        ("FileHandler('a', mode)", True),
        ("FileHandler('a', 'a')", False),
        ("basicConfig(filename='a', filemode='w')", True),
        ("other('a', 'w')", False),
    ],
)
def test_a_log_file_that_is_emptied_first(text: str, expected: bool) -> None:
    assert begins_anew(call(text)) is expected

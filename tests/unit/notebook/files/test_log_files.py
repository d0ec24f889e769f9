"""A logger that writes to a file makes everybody who logs a writer of that file."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.files.log_files import begins_anew
from unit.notebook.make_notebook import edges, graph_of, text

LOG = "import logging\n"
TO_FILE = "logging.basicConfig(filename='run.log', format='%(message)s')"


@pytest.mark.parametrize(
    "opens",
    [
        TO_FILE,
        "logging.basicConfig(handlers=[logging.FileHandler('run.log')])",
        "logging.getLogger('x').addHandler(logging.FileHandler('run.log'))",
        "from logging.handlers import RotatingFileHandler as R\nlogging.getLogger().addHandler(R('run.log'))",
        "import logging.config\nlogging.config.fileConfig('settings.ini')",
    ],
)
def test_steps_that_log_to_a_file_keep_their_order(opens: str) -> None:
    messages = ["%%step a\nlogging.info('1')", "%%step b\nlog = logging.getLogger('x')\nlog.error('2')"]
    graph = graph_of(LOG + opens, *messages, "%%step c\nprint(1 + 1)", "%%step d\nprint(open('run.log').read())")
    assert {("a", "b"), ("b", "d")} <= {(edge.source, edge.target) for edge in graph.edges}
    assert not any("c" in (edge.source, edge.target) for edge in graph.edges)


def test_without_a_file_messages_order_nothing() -> None:
    assert (
        edges(graph_of(LOG + "logging.basicConfig(level=10)", "%%step a\nlogging.info(1)", "%%step b\nlogging.info(2)"))
        == set()
    )


def test_a_message_of_the_set_up_is_written_once() -> None:
    graph = graph_of(LOG + TO_FILE + "\nlogging.info('begin')", "%%step a\nlogging.info('1')")
    assert "begin" in text(graph, "setup")
    assert "begin" not in text(graph, "a")
    assert TO_FILE in text(graph, "a")


def test_a_log_file_is_emptied_once_and_handed_on() -> None:
    emptied = TO_FILE.replace(", format", ", filemode='w', format")
    graph = graph_of(LOG + emptied, "%%step a\nlogging.info('1')", "%%step b\nlogging.info('2')")
    assert emptied not in text(graph, "a")
    assert graph.steps[1].inputs["state:logging"] == "setup"


@pytest.mark.parametrize(
    ("call", "anew"),
    [
        ("logging.FileHandler('a')", False),
        ("logging.FileHandler('a', 'w')", True),
        ("logging.FileHandler('a', mode=mode)", True),
        ("logging.basicConfig(filename='a', filemode='a')", False),
    ],
)
def test_what_empties_a_log_file(call: str, anew: bool) -> None:
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    assert begins_anew(node) is anew


def test_a_handler_that_goes_on_at_the_end_of_its_file_is_made_in_every_step() -> None:
    make = "handler = logging.FileHandler('run.log')\nlogging.getLogger('x').addHandler(handler)"
    graph = graph_of(LOG + make, "%%step a\nlogging.getLogger('x').error('1')")
    assert "FileHandler" in text(graph, "a")
    assert "handler" not in graph.steps[0].inputs

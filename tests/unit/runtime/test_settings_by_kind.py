"""Each setting of the process and of logging, written as another step wrote it, is what is read afterwards."""

from __future__ import annotations

import builtins
import io
import logging
import logging.handlers
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cellift.pipeline.runtime.interpreter_settings import read_process, write_process
from cellift.pipeline.runtime.logging_settings import read_logging, unknown_handler, write_logging


@pytest.fixture
def kept() -> Iterator[dict[str, Any]]:
    """Settings of the process, put back after the test."""
    before = read_process(sys)
    yield before
    for key, value in read_process(sys).items():
        if key not in before:
            write_process(sys, key, ())
        elif before[key] != value:
            write_process(sys, key, (before[key],))


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger that no other test has."""
    yield logging.getLogger("cellift.test.settings")
    for handler in logging.getLogger("cellift.test.settings").handlers:
        handler.close()
    del logging.root.manager.loggerDict["cellift.test.settings"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("recursion limit", 2345),
        ("switching", 0.25),
        ("umask", 0o027),
        *([("digits", 5000)] if hasattr(sys, "set_int_max_str_digits") else []),
        (f"signal {int(signal.SIGUSR1)}", int(signal.SIG_IGN)),
        ("builtins made_up_name", 5),
        ("timeout", 7.5),
        ("csv", 1000),
        ("collecting", False),
        ("generations", (701, 11, 12)),
    ],
)
def test_what_is_written_is_read(kept: dict[str, Any], key: str, value: Any) -> None:
    assert kept.get(key) != value
    write_process(sys, key, (value,))
    assert read_process(sys)[key] == value


def test_a_builtin_that_is_gone_goes(kept: dict[str, Any]) -> None:
    builtins.made_up_name = 5  # type: ignore[attr-defined]
    write_process(sys, "builtins made_up_name", ())
    assert not hasattr(builtins, "made_up_name")


def test_names_with_an_underscore_and_those_of_the_shell_are_no_settings(kept: dict[str, Any]) -> None:
    assert {"builtins _", "builtins __name__", "builtins display", "builtins exit"}.isdisjoint(read_process(sys))


def test_another_time_zone_than_the_environment_s_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    write_process(sys, "zone", (("UTC", "UTC"),))
    with pytest.raises(ValueError, match="the time zone CET/CEST"):
        write_process(sys, "zone", (("CET", "CEST"),))
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("part", "value", "key"),
    [("setLevel", logging.ERROR, "level"), ("propagate", False, "propagate"), ("disabled", True, "disabled")],
)
def test_switches_of_a_logger_are_read_and_written(logger: logging.Logger, part: str, value: Any, key: str) -> None:
    named = f"{key} {logger.name}"
    assert named not in read_logging(logging)
    if part == "setLevel":
        logger.setLevel(value)
    else:
        setattr(logger, part, value)
    assert read_logging(logging)[named] == value
    write_logging(logging, named, ())
    assert named not in read_logging(logging)
    write_logging(logging, named, (value,))
    assert read_logging(logging)[named] == value


def test_a_level_holds_for_what_was_asked_before(logger: logging.Logger) -> None:
    assert not logger.isEnabledFor(logging.DEBUG)
    write_logging(logging, f"level {logger.name}", (logging.DEBUG,))
    assert logger.isEnabledFor(logging.DEBUG)


def test_words_of_a_class_that_nobody_knows_are_told(logger: logging.Logger) -> None:
    class Short(logging.Formatter):
        pass

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Short())
    logger.addHandler(handler)
    key = f"handlers {logger.name}"
    assert unknown_handler(key, (read_logging(logging)[key],)) == f"a StreamHandler of the logger {logger.name}"


def test_a_handler_of_a_signal_that_python_did_not_set_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(NSIG=3, default_int_handler=None, getsignal=lambda number: 7 if number == 1 else None)
    monkeypatch.setitem(sys.modules, "_signal", fake)
    assert {key: value for key, value in read_process(sys).items() if "signal" in key} == {"signal 1": 7}


def test_all_logging_is_switched_off_for_all_loggers_only() -> None:
    try:
        write_logging(logging, "disable", (logging.INFO,))
        assert read_logging(logging)["disable"] == logging.INFO
        assert not hasattr(logging.root, "disable")
    finally:
        logging.disable(logging.NOTSET)


def made_again(logger: logging.Logger, handler: logging.Handler) -> logging.Handler:
    """The handler that another process makes of what is read of this one."""
    logger.addHandler(handler)
    key = f"handlers {logger.name}"
    told = read_logging(logging)[key]
    handler.close()
    write_logging(logging, key, (told,))
    assert logger.handlers != [handler]
    return logger.handlers[-1]


def test_a_handler_that_does_nothing_beside_another_is_made_again(logger: logging.Logger) -> None:
    logger.addHandler(logging.StreamHandler(sys.stderr))
    assert type(made_again(logger, logging.NullHandler())) is logging.NullHandler


@pytest.mark.parametrize("name", ["__stdout__", "__stderr__"])
def test_the_first_streams_stay_what_they_are(logger: logging.Logger, name: str) -> None:
    made: Any = made_again(logger, logging.StreamHandler(getattr(sys, name)))
    assert made.stream is getattr(sys, name)


@pytest.mark.parametrize(("when", "interval"), [("S", 30), ("H", 2), ("MIDNIGHT", 1)])
def test_a_file_that_is_changed_by_the_clock_keeps_its_hour(
    logger: logging.Logger, tmp_path: Path, when: str, interval: int
) -> None:
    first = logging.handlers.TimedRotatingFileHandler(tmp_path / "x.log", when=when, interval=interval, backupCount=3)
    wanted = (first.when, first.interval, first.backupCount)
    made: Any = made_again(logger, first)
    assert (made.when, made.interval, made.backupCount) == wanted


def test_an_open_file_is_opened_again_to_be_added_to(logger: logging.Logger, tmp_path: Path) -> None:
    with (tmp_path / "x.log").open("w", encoding="latin-1") as stream:
        stream.write("one\n")
        stream.flush()
        made: Any = made_again(logger, logging.StreamHandler(stream))
    assert (made.stream.name, made.stream.encoding) == (str(tmp_path / "x.log"), "latin-1")
    made.stream.write("two\n")
    made.stream.close()
    assert (tmp_path / "x.log").read_text() == "one\ntwo\n"


def test_an_open_file_whose_name_is_now_another_file_is_none_that_can_be_opened_again(
    logger: logging.Logger, tmp_path: Path
) -> None:
    with (tmp_path / "x.log").open("w") as stream:
        (tmp_path / "x.log").unlink()
        (tmp_path / "x.log").write_text("another")
        logger.addHandler(logging.StreamHandler(stream))
        key = f"handlers {logger.name}"
        told = read_logging(logging)[key]
    assert unknown_handler(key, (told,)) == f"a StreamHandler of the logger {logger.name}"


def test_a_stream_in_memory_is_nothing_for_another_process(logger: logging.Logger) -> None:
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    key = f"handlers {logger.name}"
    assert unknown_handler(key, (read_logging(logging)[key],)) is not None
    with pytest.raises(ValueError, match="a StreamHandler"):
        write_logging(logging, key, (read_logging(logging)[key],))


def test_level_and_words_of_a_handler_cross(logger: logging.Logger) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setLevel(logging.ERROR)
    handler.setFormatter(logging.Formatter("{message}!", "%H", "{"))
    made = made_again(logger, handler)
    record = logging.LogRecord("n", logging.ERROR, "p", 1, "said", (), None)
    assert (made.level, made.format(record)) == (logging.ERROR, "said!")


def test_a_mask_is_read_and_not_changed() -> None:
    before = os.umask(0o022)
    try:
        assert read_process(sys)["umask"] == 0o022
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)

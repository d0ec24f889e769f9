"""Rules for the whole suite: which plugins there are, which tests may be skipped, and halves of it.

``TEST_SHARD=0/2`` runs every second test only, so that two processes can keep two cores busy (``halves.sh``).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")


def allowed_skip_reasons() -> set[str]:
    """Reasons that the committed list accepts, one a line; ``#`` starts a comment."""
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the text given to ``pytest.skip`` or to a skip mark."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


class UnlistedSkips:
    """Fails the session for skips whose reason is not on the committed list (``CELLIFT_STRICT_SKIPS=1``)."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.allowed = allowed_skip_reasons()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail") and skip_reason(report) not in self.allowed:
            self.found.append(f"{report.nodeid}: {skip_reason(report)}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped and skip_reason(report) not in self.allowed:
            self.found.append(f"{report.nodeid}: {skip_reason(report)}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.found:
            terminalreporter.section("skips that tests/allowed_skips.txt does not list", red=True)
            for line in self.found:
                terminalreporter.write_line(line)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CELLIFT_STRICT_SKIPS") == "1":
        config.pluginmanager.register(UnlistedSkips(), "unlisted-skips")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    number, _, count = os.environ.get("TEST_SHARD", "0/1").partition("/")
    left_out = [item for place, item in enumerate(items) if place % int(count) != int(number)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = items[int(number) :: int(count)]

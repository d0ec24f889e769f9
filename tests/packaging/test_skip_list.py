"""The list of allowed skips guards the suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def session_with_skip(tmp_path: Path, allowed: str) -> subprocess.CompletedProcess[str]:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "conftest.py").write_text((REPOSITORY / "tests/conftest.py").read_text())
    (tests / "allowed_skips.txt").write_text(allowed)
    (tests / "test_it.py").write_text("import pytest\ndef test_it(): pytest.skip('no GPU here')\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "CELLIFT_STRICT_SKIPS": "1", "TEST_SHARD": "0/1"}
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_a_skip_that_is_not_listed_fails_the_session(tmp_path: Path) -> None:
    session = session_with_skip(tmp_path, "# nothing is allowed\n")
    assert session.returncode == 1
    assert "no GPU here" in session.stdout


def test_a_listed_skip_passes(tmp_path: Path) -> None:
    session = session_with_skip(tmp_path, "no GPU here\n")
    assert session.returncode == 0, session.stdout

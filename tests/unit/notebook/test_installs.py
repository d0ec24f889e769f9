"""What commands that install packages ask for."""

from __future__ import annotations

import pytest

from cellift.notebook.installs import fits
from cellift.notebook.packages import Install, read_install


@pytest.mark.parametrize(
    ("command", "requirements"),
    [
        ("pip install -q numpy", ("numpy",)),
        ("pip install -U 'a>=2,<3' b[extra]==1", ("a>=2,<3", "b[extra]==1")),
        ("pip install --index-url HOST a > /dev/null 2>&1", ("a",)),
        ("python3 -m pip install a", ("a",)),
        ("{sys.executable} -m pip install a", ("a",)),
        ("conda install -y -c conda-forge a=1.2", ("a==1.2",)),
        ("uv pip install a", ("a",)),
    ],
)
def test_requirements_are_read_from_the_command(command: str, requirements: tuple[str, ...]) -> None:
    found = read_install(command)
    assert found is not None
    assert (found.requirements, found.unseen) == (requirements, None)


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("pip install -r requirements.txt", "-r"),
        ("pip install git+https://example.invalid/a", "git+https://example.invalid/a"),
        ("pip install a && rm b", "&&"),
        ("pip uninstall -y a", "uninstall"),
    ],
)
def test_what_cannot_be_read_is_named(command: str, word: str) -> None:
    found = read_install(command)
    assert found is not None
    assert found.unseen == word


@pytest.mark.parametrize("command", ["pip list", "ls", "echo pip install x", "pip --version", "echo 'open", ""])
def test_other_commands_install_nothing(command: str) -> None:
    assert read_install(command) is None
    assert Install().unseen is None


@pytest.mark.parametrize(
    ("version", "clauses", "expected"),
    [
        ("1.2.3", "", True),
        ("1.2.3", ">=1.2,<2", True),
        ("1.2.3", "==1.2.*", True),
        ("1.2.3", "==1.2", False),
        ("1.2", "==1.2.0", True),
        ("2.0.1", "~=1.4", False),
        ("1.10", ">1.9", True),
        ("1.2", "!=1.2", False),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, clauses: str, expected: bool) -> None:
    assert fits(version, clauses) is expected

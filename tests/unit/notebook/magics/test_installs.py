"""What commands that install packages ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.magics.install_commands import Install, read_install
from cellift.notebook.magics.installs import fits
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import notebook


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
        ("pip install a=1.2", ("a=1.2",)),
    ],
)
def test_requirements_are_read_from_the_command(command: str, requirements: tuple[str, ...]) -> None:
    found = read_install(command)
    assert found is not None
    assert (found.requirements, found.unseen) == (requirements, None)


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("pip install -e .", "-e"),
        ("conda install --file more.txt", "--file"),
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


def installs(folder: Path, *cells: str):
    """Step -> what is installed for it besides what is there, and the codes of what is refused."""
    found = analyse(parse_notebook(notebook(*cells)), Project(folder))
    return {step.id: step.installs for step in found.graph.steps}, [d.code for d in found.diagnostics]


def test_what_is_not_installed_is_installed_for_the_steps_from_there_on(tmp_path: Path) -> None:
    found, codes = installs(
        tmp_path,
        "%%step a\nx = 1",
        "%%step b\n%pip install not-here-yet==1 pytest",
        "%%step c\n!pip install pytest>=999",
    )
    assert found == {"a": (), "b": ("not-here-yet==1",), "c": ("not-here-yet==1", "pytest>=999")}
    assert codes == []


def test_the_option_of_a_step_is_for_that_step_alone(tmp_path: Path) -> None:
    found, _ = installs(tmp_path, "%%step a --package not-here-yet --package pytest\nx = 1", "%%step b\nprint(x)")
    assert found == {"a": ("not-here-yet",), "b": ()}
    assert installs(tmp_path, "%%step a --package=/etc\nx = 1")[1] == ["CL207"]


def test_files_of_requirements_are_read_beside_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# all\n-r more.txt\nnot-here-yet>=1  # why\n\npytest\n")
    (tmp_path / "more.txt").write_text("-i HOST\nanother-one\n")
    found, codes = installs(tmp_path, "%%step a\n%pip install -q -r requirements.txt\nx = 1")
    assert sorted(found["a"]) == ["another-one", "not-here-yet>=1"]
    assert codes == []
    assert installs(tmp_path, "%%step a\n%pip install -r nowhere.txt")[1] == ["CL207"]
    (tmp_path / "more.txt").write_text("-e .\n")
    assert installs(tmp_path, "%%step a\n%pip install -r requirements.txt")[1] == ["CL207"]


def test_what_conda_would_install_is_refused(tmp_path: Path) -> None:
    assert installs(tmp_path, "%%step a\n%conda install not-here-yet")[1] == ["CL207"]

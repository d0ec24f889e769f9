"""Every command line in the README and the guide is one that the command line takes."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellift.cli.__main__ import COMMANDS

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(?<!`)`(cellift [^`\n]+)`(?!`)")
# "[--state S]" is an option that may be left out, "RUN…" means one or more.
_NOTATION = str.maketrans({"[": " ", "]": " ", "…": " "})


def commands(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    found = _CODE.findall(text)
    for block in _FENCE.findall(text):
        # Two commands on a line stand well apart.
        found += [part for line in block.splitlines() for part in re.split(r"\s{2,}(?=cellift )", line)]
    for line in found:
        command = line.removeprefix("$ ").partition("#")[0].strip()
        if command.startswith("cellift ") and "COMMAND" not in command:
            yield command


def parse(command: str) -> None:
    """Raise ``SystemExit`` for what the command line does not take."""
    plain = command.replace("NB|IR.yaml", "NB").replace("--limit N", "--limit 5").translate(_NOTATION)
    name, *words = shlex.split(plain)[1:]
    if name in ("--help", "--version"):
        return
    assert name in COMMANDS, f"there is no command {name}"
    module = importlib.import_module(f"cellift.cli.commands.{name}")
    parser = argparse.ArgumentParser(prog=f"cellift {name}", allow_abbrev=False)
    module.configure(parser)
    parser.parse_args(words)


DOCUMENTED = sorted({command for page in PAGES for command in commands(page)})


def test_commands_are_found_in_the_documentation() -> None:
    assert len(DOCUMENTED) > 15
    assert any("compile" in command for command in DOCUMENTED)


# A mention of a command, and not an example: what follows is left to the reader.
_MENTIONS = {
    "cellift compile",
    "cellift data",
    "cellift import kale",
    "cellift runs",
    "cellift runs rm",
    "cellift runs show --json",
    "cellift check --json",
}


@pytest.mark.parametrize("command", [one for one in DOCUMENTED if one.rstrip(" …") not in _MENTIONS])
def test_documented_command_is_taken(command: str) -> None:
    parse(command)


@pytest.mark.parametrize("command", ["cellift rum NB", "cellift run NB --stpe a", "cellift runs show"])
def test_a_wrong_command_would_be_found(command: str) -> None:
    with pytest.raises((SystemExit, AssertionError)):
        parse(command)

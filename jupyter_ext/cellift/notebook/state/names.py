"""Names of what is no variable and yet crosses from step to step: hidden state of the process, and files."""

from __future__ import annotations

STATE = "state:"
FILE = "file:"
#: Some file whose name is computed while running.
FILES = "files:"
#: No value at all: the order that an option asks for.
ORDER = "order:"

_WORDS = {
    "environ": "environment variables",
    "cwd": "working directory",
    "sys.path": "module search path",
    "warnings": "warning filters",
    "locale": "locale",
    "logging": "logging settings",
    "decimal": "decimal context",
    "numpy": "options of numpy",
    "pandas": "options of pandas",
    "matplotlib": "options of matplotlib",
}

_GENERATORS = {"random": "Python", "numpy.random": "numpy"}


def is_pseudo(name: str) -> bool:
    """Whether the name stands for hidden state or files: no Python name has a colon."""
    return ":" in name


def label(name: str) -> str:
    """The words for a name in front of people; a variable is called by its own name."""
    if name == ORDER:
        return "order"
    if name == FILES:
        return "files in the working directory"
    if name.startswith(FILE):
        return f"file {name[len(FILE) :]}"
    if not name.startswith(STATE):
        return name
    rest = name[len(STATE) :]
    if rest.startswith("module:"):
        return f"state of {rest[len('module:') :].replace(':', '.')}"
    return _WORDS.get(rest) or f"{_GENERATORS.get(rest, rest)} random generator"


def quoted(name: str) -> str:
    """The name within a sentence: variables stand out as code, the rest in words."""
    return f"the {label(name)}" if is_pseudo(name) else f"`{name}`"

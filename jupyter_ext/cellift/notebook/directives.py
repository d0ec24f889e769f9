"""How a cell says that it is a step: the ``%%step`` line or cell metadata, with one closed table of options."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cellift.notebook.cells import Cell
from cellift.notebook.diagnostics import Diagnostic, diagnose


class Option(NamedTuple):
    """A step option: its name in metadata (snake_case), what its value is, and what it does."""

    name: str
    value: str
    help: str

    @property
    def flag(self) -> str:
        """The option as it is typed on the ``%%step`` line."""
        return "--" + self.name.replace("_", "-")

    def to_dict(self) -> dict[str, str]:
        """As JSON, for forms."""
        return {"name": self.name, "value": self.value, "help": self.help}


#: Every option that a step honours. All of them take a text and may be repeated.
OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option("output", "NAME", "Keep NAME as an output even when no later step uses it."),
        Option("changes", "NAME", "The step changes NAME in place, although its code does not show it."),
        Option("after", "STEP", "Run after STEP, although nothing of it is used: for what no code shows."),
        Option("package", "REQUIREMENT", "Install REQUIREMENT for the step, over the packages of the kernel."),
        Option("input", "[NAME=]data:CONN/BUCKET/KEY", "Record an object that the step reads; NAME is its local path."),
    )
}

_KEYS = ("step", "options", "skip", "parameters")


@dataclass(frozen=True)
class Directive:
    """What a cell's marks say. At most one of ``step``, ``skip`` and ``parameters`` is set."""

    step: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    skip: bool = False
    parameters: bool = False
    by_magic: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_step_line(line: str) -> tuple[str, dict[str, list[str]]]:
    """Name and options of what follows ``%%step``. Raises ``ValueError`` with a text for the user."""
    try:
        words = shlex.split(line)
    except ValueError:
        raise ValueError("a quote is not closed") from None
    names: list[str] = []
    options: dict[str, list[str]] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            names.append(word)
            continue
        flag, has_value, value = word.partition("=")
        option = OPTIONS.get(flag[2:].replace("-", "_"))
        if option is None:
            raise UnknownOption(flag)
        if not has_value:
            value = next(rest, "")
        if not value or value.startswith("--"):
            raise ValueError(f"{flag} needs a value ({option.value})")
        options.setdefault(option.name, []).append(value)
    if not names or not names[0].strip():
        raise ValueError("it has no step name")
    if len(names) > 1:
        raise ValueError(f'a name of several words needs quotes: "{" ".join(names)}"')
    if "input" in options:
        from cellift.notebook.data_inputs import read_inputs

        read_inputs(options["input"])
    return names[0].strip(), options


class UnknownOption(ValueError):  # noqa: N818 (reads as what it is)
    """An option that no step has; the text names those there are."""

    def __init__(self, flag: str) -> None:
        accepted = ", ".join(option.flag for option in OPTIONS.values())
        super().__init__(f"{flag} is no option of a step; there is {accepted}")


def read_directive(cell: Cell, step_line: str | None) -> Directive:
    """Read a cell's marks: ``step_line`` (what follows ``%%step``), ``metadata.cellift``, and known tags."""
    by_metadata = _from_metadata(cell)
    if step_line is None:
        return by_metadata
    if by_metadata.step is not None or by_metadata.skip or by_metadata.parameters:
        what = f"step `{by_metadata.step}`" if by_metadata.step else "skipped" if by_metadata.skip else "parameters"
        problem = diagnose(
            "CL106",
            f"Cell {cell.number} has a %%step line, and its metadata marks it too ({what}).",
            cell=cell.id,
            line=1,
            column=1,
            fix="Remove the %%step line, or the mark in the sidebar.",
        )
        return Directive(diagnostics=(problem,))
    try:
        name, options = parse_step_line(step_line)
    except ValueError as error:
        code = "CL107" if isinstance(error, UnknownOption) else "CL108"
        return Directive(diagnostics=(_misread(cell, f"The %%step line of cell {cell.number}: {error}.", code),))
    return Directive(step=name, options=options, by_magic=True, diagnostics=by_metadata.diagnostics)


def _from_metadata(cell: Cell) -> Directive:
    ours = cell.metadata.get("cellift")
    if ours is None:
        return _from_tags(cell)
    where = f"The metadata of cell {cell.number}"
    if not isinstance(ours, Mapping):
        return Directive(diagnostics=(_misread(cell, f"{where}: `cellift` is not an object."),))
    unknown = [key for key in ours if key not in _KEYS]
    if unknown:
        known = ", ".join(_KEYS)
        return Directive(
            diagnostics=(_misread(cell, f"{where}: `cellift.{unknown[0]}` is not known; known: {known}."),)
        )
    marks = [key for key in ("step", "skip", "parameters") if ours.get(key)]
    if len(marks) > 1:
        problem = diagnose(
            "CL106",
            f"{where} marks it in two ways: {' and '.join(marks)}.",
            cell=cell.id,
            fix="Keep one of them.",
        )
        return Directive(diagnostics=(problem,))
    step = ours.get("step")
    if step is not None and (not isinstance(step, str) or not step.strip()):
        return Directive(diagnostics=(_misread(cell, f"{where}: the step name is not a text."),))
    options, problems = _options(cell, ours.get("options") or {})
    return Directive(
        step=step.strip() if step else None,
        options=options,
        skip=bool(ours.get("skip")),
        parameters=bool(ours.get("parameters")) or (not marks and "parameters" in _tags(cell)),
        diagnostics=problems,
    )


def _options(cell: Cell, raw: Any) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    if not isinstance(raw, Mapping):
        return {}, (_misread(cell, f"The metadata of cell {cell.number}: `cellift.options` is not an object."),)
    options: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    for name, value in raw.items():
        values = [value] if isinstance(value, str) else value
        if name not in OPTIONS:
            accepted = ", ".join(OPTIONS)
            text = f"The metadata of cell {cell.number}: `{name}` is no option of a step; there is {accepted}."
            problems.append(_misread(cell, text, "CL107"))
        elif not isinstance(values, list) or not all(isinstance(item, str) and item for item in values):
            problems.append(_misread(cell, f"The metadata of cell {cell.number}: option `{name}` is not a text."))
        else:
            options[name] = list(values)
    if "input" in options:
        problems += _unfit_inputs(cell, options["input"])
    return options, tuple(problems)


def _unfit_inputs(cell: Cell, texts: list[str]) -> list[Diagnostic]:
    """In a plain kernel nobody reads the metadata, so it cannot make a variable."""
    from cellift.notebook.data_inputs import read_inputs

    where = f"The metadata of cell {cell.number}"
    try:
        named = [one.name for one in read_inputs(texts) if one.name]
    except ValueError as error:
        return [_misread(cell, f"{where}: {error}.")]
    line = "only the %%step line can give an input a name, as it does so in the notebook, too"
    return [_misread(cell, f"{where}: `{name}` is to hold an input; {line}.") for name in named]


def _from_tags(cell: Cell) -> Directive:
    """Papermill's ``parameters`` tag and Kale's tags. Tags of others are not ours to read."""
    for tag in _tags(cell):
        if tag in ("parameters", "pipeline-parameters"):
            return Directive(parameters=True)
        if tag == "skip":
            return Directive(skip=True)
        if tag.startswith("step:") and len(tag) > len("step:"):
            return Directive(step=tag[len("step:") :])
    return Directive()


def _tags(cell: Cell) -> list[str]:
    tags = cell.metadata.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _misread(cell: Cell, message: str, code: str = "CL108") -> Diagnostic:
    return diagnose(
        code,
        message,
        cell=cell.id,
        line=1,
        column=1,
        fix='Write %%step NAME, or set the mark in the sidebar: {"cellift": {"step": "NAME"}}.',
    )

"""The step graph: what analysis gives, and what the pipeline compiler and the front ends take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from cellift.notebook.parameters.value_types import ANY, ParameterType, ValueType
from cellift.notebook.state.names import label


class Place(NamedTuple):
    """A line of a cell: cell id and line from 1."""

    cell: str
    line: int

    def to_dict(self) -> dict[str, Any]:
        """``{"cell", "line"}``."""
        return {"cell": self.cell, "line": self.line}


class CodeSlice(NamedTuple):
    """A piece of a cell as it stands there. ``number`` is the cell's number, ``line`` the slice's first line in it.

    Only lines with magics differ from the cell: a magic that a step does without is replaced, on its own line.
    ``file``: the code is not in the cell itself but in this file that the cell runs.
    """

    cell: str
    number: int
    line: int
    source: str
    file: str = ""


class EdgeName(NamedTuple):
    """One reason for an edge: ``name`` was made or last changed at ``producer`` and is used at ``consumer``."""

    name: str
    producer: Place
    consumer: Place
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape of ``cellift graph --json``."""
        return {
            "name": self.name,
            "label": label(self.name),
            "reason": self.reason,
            "producer": self.producer.to_dict(),
            "consumer": self.consumer.to_dict(),
        }


class Edge(NamedTuple):
    """Step ``target`` runs after step ``source`` (step ids), because of ``names``."""

    source: str
    target: str
    names: tuple[EdgeName, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape of ``cellift graph --json``."""
        return {"source": self.source, "target": self.target, "names": [name.to_dict() for name in self.names]}


@dataclass(frozen=True)
class Parameter:
    """A value that a run may override, as far as ``accepts`` says.

    ``derived_from`` names the parameters its default is computed from; ``fixed_by`` is a line of the parameters cell
    that computes something else from it, so that it cannot be overridden.
    """

    name: str
    type: ParameterType
    default: Any
    cell: str
    line: int
    derived_from: tuple[str, ...] = ()
    accepts: ValueType = ANY
    fixed_by: Place | None = None

    def __post_init__(self) -> None:
        """A parameter of a plain type accepts that type."""
        if self.accepts == ANY and self.type != "none":
            object.__setattr__(self, "accepts", ValueType(self.type))

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape of ``cellift graph --json``."""
        return {
            "name": self.name,
            "type": self.type,
            "default": self.default,
            "accepts": self.accepts.words,
            "choices": list(self.accepts.choices),
            "optional": self.accepts.optional,
            "derived_from": list(self.derived_from),
            "fixed": self.fixed_by is not None,
            "cell": self.cell,
            "line": self.line,
        }


@dataclass(frozen=True)
class Step:
    """One step. ``code`` is run in order in one namespace that holds ``inputs`` and ``params`` at the start.

    ``inputs`` maps a name to the id of the step that it comes from; ``outputs`` are the names that are kept;
    those of ``keep`` only if they hold plain values at the end. ``later`` are the names that steps further down the
    document take from the steps that this one takes from: they must not be changed here without the source showing it,
    nor must those of ``held``, whose objects steps above may have handed further.
    ``touched`` are those of ``outputs`` and ``later`` that steps further down change in place. ``seeded`` are the
    global random generators that something in the notebook seeds, ``draws`` those that it draws from before it seeds
    them itself; ``repeated`` the places (number of the cell, line) of
    its statements whose text later steps repeat. ``packages`` are pinned requirements of what it imports;
    ``modules`` are the files of modules beside the notebook that it imports, ``files`` the data files there that its
    code names (paths relative to the notebook's folder). ``file_sources`` are the ids of the steps whose files it has
    to get where steps do not share a folder (``hands_on_files``: it gives them further with its own). ``installs`` are
    requirements that its interpreter does not meet.
    """

    id: str
    name: str
    role: Literal["step", "setup"]
    cells: tuple[str, ...]
    code: tuple[CodeSlice, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)
    params: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    seeded: tuple[str, ...] = ()
    draws: tuple[str, ...] = ()
    repeated: tuple[tuple[int, int], ...] = ()
    file_sources: tuple[str, ...] = ()
    hands_on_files: bool = False
    installs: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape of ``cellift graph --json`` (without the code)."""
        return {
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "cells": list(self.cells),
            "inputs": dict(self.inputs),
            "params": list(self.params),
            "outputs": list(self.outputs),
            "options": dict(self.options),
            "packages": list(self.packages),
            "installs": list(self.installs),
            "modules": list(self.modules),
            "files": list(self.files),
        }


class CellRole(NamedTuple):
    """What a cell is in the pipeline; ``step`` is the id of the step it belongs to."""

    cell: str
    number: int
    role: Literal["setup", "parameters", "step", "skip", "other"]
    step: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """``{"cell", "number", "role", "step"}``."""
        return {"cell": self.cell, "number": self.number, "role": self.role, "step": self.step}


@dataclass(frozen=True)
class Graph:
    """Steps in document order, the edges between them, the parameters, and the role of every cell."""

    name: str
    notebook: str | None
    steps: tuple[Step, ...] = ()
    edges: tuple[Edge, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    cells: tuple[CellRole, ...] = ()
    description: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``cellift graph --json`` and of the REST resource ``graph``."""
        return {
            "name": self.name,
            "notebook": self.notebook,
            "steps": [step.to_dict() for step in self.steps],
            "edges": [edge.to_dict() for edge in self.edges],
            "parameters": [parameter.to_dict() for parameter in self.parameters],
            "cells": [cell.to_dict() for cell in self.cells],
        }

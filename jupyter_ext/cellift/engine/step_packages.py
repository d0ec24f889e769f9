"""The environments that the steps of a run need besides the kernel's: made while the run goes on, each once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.environments import build_command, environment_folder, is_ready, python_of
from cellift.engine.outcome import log_tail
from cellift.supervise.spawn import StartError, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cellift.supervise.children import Children

LOG = "packages.log"


class StepPackages:
    """``python`` of a step is None until its environment is there; ``error`` says why it never will be."""

    def __init__(self, folder: Path, python: str, children: Children, on_change: Callable[[], None]) -> None:
        self._folder = folder
        self._python = python
        self._children = children
        self._on_change = on_change
        self._places: dict[tuple[str, ...], Path] = {}
        self._errors: dict[tuple[str, ...], str] = {}

    def python(self, installs: Sequence[str], env: Callable[[], Mapping[str, str]]) -> str | None:
        """The interpreter for a step with these requirements; the first to ask has the environment made."""
        wanted = tuple(installs)
        if not wanted:
            return self._python
        if wanted not in self._places:
            self._places[wanted] = environment_folder(self._folder.parent.parent, self._python, wanted)
            if not is_ready(self._places[wanted]):
                self._make(wanted, env())
        place = self._places[wanted]
        return python_of(place) if is_ready(place) else None

    def error(self, installs: Sequence[str]) -> dict[str, Any] | None:
        """The error of a step whose environment could not be made."""
        told = self._errors.get(tuple(installs))
        if told is None:
            return None
        message = f"The packages of the step ({', '.join(installs)}) could not be installed."
        return {"reason": "NotInstalled", "message": message, "code": "CL606", "traceback": told or None}

    def _make(self, wanted: tuple[str, ...], env: Mapping[str, str]) -> None:
        log = self._folder / "logs" / LOG
        try:
            command = build_command(self._python, self._places[wanted], wanted)
            pid = spawn(command, env=env, cwd=str(self._folder), log=str(log))
        except StartError as error:
            self._errors[wanted] = str(error)
            return

        def on_exit(code: int) -> None:
            if code != 0 or not is_ready(self._places[wanted]):
                self._errors[wanted] = log_tail(log)
            self._on_change()

        self._children.watch(pid, on_exit)

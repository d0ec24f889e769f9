"""What the notebook gives its code and plain Python does not: ``display``, plots without a screen, no ``input()``."""

from __future__ import annotations

import builtins
import functools
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from .display import Display

_OF_KERNELS = ("inline", "ipykernel")
"""Parts of the names of the backend that kernels begin with: with it, all figures are closed after each cell."""


class NoInputError(RuntimeError):
    """``input()`` was called where nobody can answer."""

    code = "CL505"


def install(display: Display) -> None:
    """Set everything up in this process, which runs one step."""
    # A kernel sets the backend of notebooks in its environment; it draws into a front end, which is not there.
    backend = os.environ.get("MPLBACKEND", "")
    if not backend or any(word in backend for word in _OF_KERNELS):
        os.environ["MPLBACKEND"] = "Agg"
        matplotlib: Any = sys.modules.get("matplotlib")
        if matplotlib is not None:
            # A warm interpreter imported it under the other environment.
            matplotlib.use("Agg")
    builtins.display = display.show  # type: ignore[attr-defined]
    builtins.input = _no_input

    def plots(module: Any) -> None:
        # A plain function: pyplot writes the backend's signature onto it.
        def show(*_: Any, **__: Any) -> None:
            display.end_of_cell()

        module.show = show

    def backends(module: Any) -> None:
        use = module.use

        @functools.wraps(use)
        def use_and_note(backend: Any, *arguments: Any, **options: Any) -> None:
            use(backend, *arguments, **options)
            display.stays_open = not any(word in str(backend) for word in _OF_KERNELS)

        module.use = use_and_note

    def ipython(module: Any) -> None:
        module.display = display.show
        module.clear_output = _nothing

    hooks: dict[str, Callable[[Any], None]] = {
        "matplotlib": backends,
        "matplotlib.pyplot": plots,
        "IPython.core.display_functions": ipython,
        "IPython.display": ipython,
    }
    for name, hook in hooks.items():
        if name in sys.modules:
            hook(sys.modules[name])
    sys.meta_path.insert(0, _AfterImport(hooks))


def _nothing(wait: bool = False) -> None:
    """``clear_output()``: a log is not cleared."""
    del wait


def _no_input(prompt: object = "") -> str:
    raise NoInputError(
        f"input({str(prompt)!r}) waits for a person, and a step runs without one. "
        "Make the value a parameter: assign it in a cell tagged `parameters`."
    )


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls ``hooks[name](module)`` right after the module of that name was imported."""

    def __init__(self, hooks: dict[str, Callable[[Any], None]]) -> None:
        self._hooks = hooks

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        hook = self._hooks.get(fullname)
        if hook is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            hook(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

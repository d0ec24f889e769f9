"""What a step does to variables of the notebook's own modules although no source shows it: found, and handed on."""

from __future__ import annotations

import os
import sys
from importlib.machinery import SourceFileLoader
from types import FunctionType, ModuleType
from typing import Any, Collection, Dict, Set

from ...values import Fingerprint, known, sharing_with
from .import_prints import Printing
from .local_modules import PREFIX, Gone, Rebound, state_of, taken

_INSTALLED = ("site-packages", "dist-packages")


class ModuleGuard:
    """Compares the variables of modules that lie in the notebook's folder, or where the notebook's code looks."""

    def __init__(self) -> None:
        self._folder = os.path.realpath(os.getcwd())
        self._given = {os.path.realpath(each) for each in sys.path}
        self._looked_at: Set[str] = set()
        self._before: Dict[str, Dict[str, Any]] = {}
        self._changed: Dict[str, None] = {}
        self._executed: Dict[str, Dict[str, Any]] = {}
        self.only_imports = True
        """Whether that is all that the last statement did."""
        self.handed: Collection[str] = ()
        """States that earlier steps handed on: later steps take them after they have repeated what they repeat."""

    def start(self) -> None:
        """Later steps begin with all that has been done until now, but what was handed on they take from here."""
        if self.handed:
            self._changed.update(dict.fromkeys(name for name in self.found() if name in self.handed))
        self._executed = {}
        self._before = {name: _prints(sys.modules.get(name)) for name in self._before}
        self.note_imports()

    def executed(self, module: ModuleType) -> None:
        """The code of a module has run: what it has now is what an import gives, whoever asked for it."""
        if self._is_own(module):
            known.note(module)
            self._executed[module.__name__] = _prints(module)

    def note_imports(self) -> None:
        """Modules that are new are as later steps will import them.

        What only imports is what later steps do too; anything else may have used what it imported at once.
        """
        # Before each statement: a library brings hundreds of modules, and each is looked at once.
        new = set(sys.modules) - self._looked_at
        self._looked_at |= new
        own = [name for name in sys.modules if name in new and self._is_own(sys.modules[name])]
        for name in own:
            known.note(sys.modules[name])
        executed = {} if self.only_imports else self._executed
        for name in own:
            self._before[name] = executed[name] if name in executed else _prints(sys.modules[name])
        self._executed = {}

    def settle(self) -> None:
        """What comes next is done in later steps too: keep what has changed until now, then call :meth:`start`."""
        self.note_imports()
        self._changed.update(dict.fromkeys(self.found()))

    def found(self) -> Dict[str, Any]:
        """``state:module:…`` -> value, of the variables that are others now."""
        changed: Dict[str, Any] = {}
        for module, before in self._before.items():
            for key in before.keys() - vars(sys.modules[module]).keys() if module in sys.modules else ():
                changed[f"{PREFIX}{module}:{key}"] = Gone()
            for key, value in _variables(sys.modules.get(module)):
                name = f"{PREFIX}{module}:{key}"
                print_before = before.get(key)
                # What could not be written before says nothing; what cannot be now is made anew where it is needed.
                differs = key not in before or (print_before is not None and print_before.differs({PREFIX: value}))
                if (differs or name in self._changed) and _print_of(value) is not None:
                    changed[name] = state_of(module, key, vars(sys.modules[module])[key])
        return changed

    def sharing(self, outputs: Dict[str, Any]) -> Dict[str, Any]:
        """``state:module:…`` -> value, of the variables in which there is a part of ``outputs``.

        What is a variable is found there; a part of one, as ``SETTINGS["model"]``, has to cross with it to stay one.
        """
        if not outputs:
            return {}
        found = {
            f"{PREFIX}{module}:{key}": state_of(module, key, value)
            for module in self._before
            for key, value in _variables(sys.modules.get(module))
            if known.variable(value) is not None
        }
        return {name: found[name] for name in sharing_with(outputs, found)} if found else {}

    def _is_own(self, module: Any) -> bool:
        path = getattr(module, "__file__", None)
        if not isinstance(module, ModuleType) or not isinstance(path, str) or not path.endswith(".py"):
            return False
        if not os.path.isabs(path):  # made from a text, as the runner itself
            return False
        path = os.path.realpath(path)
        if any(part in path.split(os.sep) for part in _INSTALLED):
            return False
        looked = {os.path.realpath(each) for each in sys.path if isinstance(each, str) and each} - self._given
        return any(path.startswith(folder.rstrip(os.sep) + os.sep) for folder in (self._folder, *looked))


def watch_imports(guard: ModuleGuard) -> None:
    """Tell the guard of every module whose code has just run."""
    execute: Any = SourceFileLoader.exec_module

    def exec_module(self: Any, module: ModuleType) -> None:
        printing, ran = Printing(module.__name__), False
        try:
            execute(self, module)
            ran = True
        finally:
            printing.end(ran)
        guard.executed(module)

    # Tracebacks leave out the frames of importlib: this is one of them.
    exec_module.__code__ = exec_module.__code__.replace(co_filename=execute.__code__.co_filename)
    SourceFileLoader.exec_module = exec_module  # type: ignore[method-assign]


def _variables(module: Any) -> Any:
    """Names and what would be written of them: no code but what it keeps, no modules, no classes of others."""
    for key, value in list(vars(module).items()) if module is not None else ():
        if key.startswith("__") or isinstance(value, ModuleType):
            continue
        if isinstance(value, (type, FunctionType)) and value.__module__ == "__main__":
            yield key, Rebound(value)
        elif isinstance(value, (type, FunctionType)):
            data = taken(value) if value.__module__ == module.__name__ else None
            if data:
                yield key, data
        elif not callable(value) or hasattr(value, "__dict__"):
            yield key, value


def _prints(module: Any) -> Dict[str, Any]:
    return {key: _print_of(value) for key, value in _variables(module)}


def _print_of(value: Any) -> Any:
    try:
        return Fingerprint({PREFIX: value}, [])
    except Exception:  # noqa: BLE001 - any class may raise anything from its pickling hooks
        return None

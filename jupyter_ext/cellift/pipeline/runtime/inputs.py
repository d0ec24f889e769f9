"""Bind the values of earlier steps to names, no earlier than the code needs them.

A value may be an instance of a class that the step's own copy of the set-up defines, so it can only be unpickled
after that statement ran.
"""

from __future__ import annotations

from typing import Any

from ...values import CannotReadError, MissingNameError, Reader, give_room, looked_up_by, note_sizes, remember
from .cells import Piece
from .value_guard import ValueGuard


class Inputs:
    """The inputs of a step that are not yet bound in ``namespace``. ``missing``: names that no step had defined.

    ``digests``: folder -> name -> recorded digest, where that is known.
    """

    def __init__(
        self,
        folders: dict[str, str],
        namespace: dict[str, Any],
        digests: dict[str, dict[str, str]],
        guard: ValueGuard | None = None,
    ) -> None:
        self._guard = guard
        self._digests = digests
        self._waiting = {name: folder for name, folder in folders.items() if ":" not in name}
        self._hidden = {name: folder for name, folder in folders.items() if name.startswith("state:")}
        self._namespace = namespace
        self._readers: dict[str, Reader] = {}
        self._mentioned_in: dict[str, frozenset[str]] = {}
        self._unread: dict[str, CannotReadError] = {}
        self.missing: set[str] = set()
        self.sized = False
        """Whether the step looks at how much memory objects take."""
        self.mentioned: frozenset[str] = frozenset()
        """All names in the code of the step."""

    @property
    def waiting(self) -> bool:
        """Whether any are not yet bound."""
        return bool(self._waiting)

    def before(self, piece: Piece) -> None:
        """Bind what ``piece`` needs: before the step's own statements everything, else what it mentions."""
        needed = self._reached(piece.reads)
        for name in list(self._waiting):
            if name in needed:
                self._bind(name)
            elif piece.own and piece.defines is None:
                self._bind_if_readable(name)
        if piece.defines is not None:
            self._bind_for_calls(needed)
        elif self._waiting:
            for name in needed:
                remember(self._namespace.get(name))
        for name in piece.defines or ():
            self._mentioned_in[name] = piece.mentions
            self._waiting.pop(name, None)

    def _bind_for_calls(self, names: set[str]) -> None:
        """A definition calls what it names: a base class, a metaclass, a decorator. Bind what these ask for."""
        pending = list(names)
        for name in pending:
            asked = looked_up_by(self._namespace[name]) if name in self._namespace else ()
            for each in sorted(asked):
                if each in self._waiting and each not in pending:
                    self._bind_if_readable(each)
                    pending.append(each)

    def _look_for(self, name: str, function: str, needs: tuple[str, ...]) -> None:
        """Nobody saw that a function in a value of this step needs these; those that the step names are seen to."""
        import builtins

        for needed in needs:
            here = needed in self._namespace or needed in self._waiting or hasattr(builtins, needed)
            if not here and needed not in self.missing and needed not in self.mentioned:
                raise MissingNameError(name, function, needed)

    def bind(self, names: tuple[str, ...]) -> None:
        """Bind those of ``names`` that are waiting still."""
        for name in names:
            if name in self._waiting:
                self._bind(name)

    def why_unbound(self, message: str) -> CannotReadError | None:
        """What kept the name from being read that a NameError with ``message`` is about."""
        return next((error for name, error in self._unread.items() if f"'{name}'" in message), None)

    def _reached(self, names: frozenset[str]) -> set[str]:
        """``names`` and what the functions and classes among them mention, and so on."""
        reached: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self._mentioned_in.get(name, ())
        return reached

    def states(self, only: tuple[str, ...] = ()) -> dict[str, Any]:
        """The hidden states among the inputs (those of ``only``, if any), as far as they were made."""
        found = {}
        for name, folder in self._hidden.items():
            if only and name not in only:
                continue
            reader = self._reader(folder)
            if name in reader:
                if self._guard is not None:
                    self._guard.took(folder, reader, name)
                found[name] = reader[name]
        return found

    def _reader(self, folder: str) -> Reader:
        if folder not in self._readers:
            self._readers[folder] = Reader(folder, self._digests.get(folder))
        return self._readers[folder]

    def _bind(self, name: str) -> None:
        reader = self._reader(self._waiting[name])
        if name in reader:
            if self._guard is not None:
                self._guard.took(self._waiting[name], reader, name)
            self._namespace[name] = reader.take(name)
            if self.sized:
                noted = reader.index["names"][name]
                give_room(self._namespace[name], noted.get("room", 0))
                note_sizes(self._namespace[name], noted.get("size", 0))
            for function, needs in reader.needs.get(name, ()):
                self._look_for(name, function, needs)
        else:
            # The step ended without defining it; code that asks for it gets the NameError of the notebook.
            self.missing.add(name)
        del self._waiting[name]

    def _bind_if_readable(self, name: str) -> None:
        try:
            self._bind(name)
        except CannotReadError as error:
            # Its class may be defined further down; an error if a statement before that asks for it.
            self._unread[name] = error

"""Instances of the notebook's classes: what they hold crosses as it is, and no code of theirs is run for that.

Pickle would run their ``__new__``, ``__reduce__``, ``__getstate__`` or ``append``, which may print, count, leave out
or want other arguments than there are.
"""

from __future__ import annotations

import copyreg
import pickle
import types
from typing import Any, Callable

from .naming import MAIN
from .rebuild import call, set_raw

_HOOKS = frozenset(
    "__new__ __reduce__ __reduce_ex__ __getstate__ __setstate__ __getnewargs__ __getnewargs_ex__".split()
)

_FILLED: dict[Any, set[str]] = {
    dict: {"__init__", "__setitem__", "update"},
    list: {"__init__", "append", "extend"},
    set: {"__init__", "add", "update"},
}

_FIXED: tuple[Any, ...] = (tuple, str, bytes, int, float, complex, frozenset)


def reduce_instance(value: Any, can_cross: Callable[[Any], bool]) -> Any:
    """As ``__reduce__``; NotImplemented for what pickle does right by itself.

    ``can_cross``: whether something can be written; where what the instance holds cannot, its own way is taken.
    """
    kind = type(value)
    foreign = kind.__module__ != MAIN
    if foreign and not _asks_for_more(kind):
        return NotImplemented
    own = [each for each in kind.__mro__ if each.__flags__ & 1 << 9]
    base: Any = next(each for each in kind.__mro__ if each not in own)
    hooks = _HOOKS | _FILLED.get(base, set())
    hooked = kind in copyreg.dispatch_table or any(hooks.intersection(vars(each)) for each in own)
    if base not in (object, *_FILLED, *_FIXED) or not hooked:
        return NotImplemented
    if not foreign and any(each.__module__ != MAIN for each in own):
        return NotImplemented
    arguments: tuple[Any, ...] = kind, base
    items = None
    if base in _FIXED:
        arguments = kind, base, base.__new__(base, value)
    else:
        items = list(dict.items(value)) if base is dict else list(base.__iter__(value)) if base in _FILLED else None
    state = items, getattr(value, "__dict__", None), _slots(value, own)
    if not can_cross(state):
        return NotImplemented
    return call, ("raw", *arguments), state, None, None, set_raw


def _asks_for_more(kind: type) -> bool:
    """Pickle would call its ``__new__`` without what that needs: a class that has no other hook."""
    new: Any = kind.__new__
    if kind in copyreg.dispatch_table or not isinstance(new, types.FunctionType):
        return False
    if any(getattr(kind, hook, None) is not getattr(object, hook, None) for hook in _HOOKS - {"__new__"}):
        return False
    given = len(new.__defaults__ or ()) + 1
    keywords = new.__code__.co_kwonlyargcount - len(new.__kwdefaults__ or ())
    return new.__code__.co_argcount > given or keywords > 0


def _slots(value: Any, own: list[type]) -> dict[str, Any]:
    found = {}
    for kind in own:
        names = vars(kind).get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            plain = name.startswith("__") and not name.endswith("__")
            full = f"_{kind.__name__.lstrip('_')}{name}" if plain else name
            if full not in ("__dict__", "__weakref__"):
                try:
                    found[full] = object.__getattribute__(value, full)
                except AttributeError:
                    continue
    return found


class Trial:
    """Whether things can be written, each asked once."""

    def __init__(self, attempt: Callable[[Any], None]) -> None:
        self._attempt = attempt
        self._known: dict[int, tuple[Any, bool]] = {}

    def __call__(self, state: Any) -> bool:
        """Of the state of an instance."""
        key = id(state[1])
        if state[1] is None or key not in self._known:
            # While it is asked of what holds itself.
            self._known[key] = state[1], True
            try:
                self._attempt(state)
            except (Exception, pickle.PicklingError):  # noqa: BLE001 - any class may raise anything from its hooks
                self._known[key] = state[1], False
        return self._known[key][1]

"""Which functions and classes another step finds by name, and what tells two classes of one name apart."""

from __future__ import annotations

import hashlib
import marshal
import sys
import types
import uuid
import weakref
from typing import Any

MAIN = "__main__"

_tokens: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
_classes: weakref.WeakValueDictionary[str, type] = weakref.WeakValueDictionary()


def resolve(module: str, qualname: str) -> Any:
    """What the loaded module ``module`` has under ``qualname``, or None."""
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


def is_named(value: Any) -> bool:
    """Whether ``value`` is what its own module has under its own name."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return False
    return resolve(module, name) is value


def bound_to(value: Any) -> str | None:
    """Its own name if it is known by that, else a name of the notebook that it was given."""
    if is_named(value):
        return str(value.__qualname__)
    return next((name for name, each in list(vars(sys.modules[MAIN]).items()) if each is value), None)


def is_importable(value: Any) -> bool:
    """Whether another process has it by importing a module; a module that is not loaded here is taken at its word."""
    module = getattr(value, "__module__", None)
    if module == MAIN:
        return False
    if module not in sys.modules:
        return not isinstance(value, types.FunctionType)
    return is_named(value)


def mark(cls: type, place: str, others: set[str]) -> None:
    """Remember that ``cls`` was made by the statement at ``place`` of the notebook, if nothing is known of it yet.

    ``others``: what has been given to classes of this step; a line may hold several statements, each with its own.
    """
    token = f"{cls.__qualname__}@{place}"
    if not is_importable(cls) and cls not in _tokens and token not in others:
        others.add(token)
        adopt(cls, token)


def adopt(cls: type, token: str) -> None:
    """``cls`` is the class that all steps know as ``token``."""
    _tokens[cls] = token
    _classes[token] = cls


def token_of(cls: type) -> str:
    """A text that names the class, the same in all steps that have it."""
    if cls not in _tokens:
        adopt(cls, f"{cls.__qualname__}#{_definition(cls)}" if is_named(cls) else f"{cls.__qualname__}!{uuid.uuid4()}")
    return _tokens[cls]


def class_of(token: str, module: str, qualname: str) -> type | None:
    """The class of this process that has ``token``: made from an earlier value, or defined by copied code."""
    found = _classes.get(token)
    if found is None:
        candidate = resolve(module, qualname)
        if isinstance(candidate, type) and token_of(candidate) == token:
            return candidate
    return found


def code_bytes(code: types.CodeType) -> bytes:
    """The same bytes for the same code: no references, which depend on who else holds a constant."""
    return marshal.dumps(code, 2 if sys.version_info < (3, 14) else marshal.version)


def _definition(cls: type) -> str:
    digest = hashlib.sha256(repr([base.__qualname__ for base in cls.__bases__]).encode())
    for name, value in sorted(vars(cls).items()):
        for part in (value, getattr(value, "fget", None), getattr(value, "__func__", None)):
            code = getattr(part, "__code__", None)
            if isinstance(code, types.CodeType):
                digest.update(name.encode() + code_bytes(code))
    return digest.hexdigest()[:16]

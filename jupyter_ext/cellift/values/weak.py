"""Weak references: to the same object, which lives as long as somebody has it."""

from __future__ import annotations

import weakref
from typing import Any, Container

from .rebuild import call, hold

KINDS = frozenset(
    {
        weakref.ReferenceType,
        weakref.ProxyType,
        weakref.CallableProxyType,
        weakref.WeakValueDictionary,
        weakref.WeakKeyDictionary,
        weakref.WeakSet,
    }
)


def reduce_weak(value: Any, here: Container[int]) -> Any:
    """As ``__reduce__`` for one of :data:`KINDS`. ``here``: ids of what is written with it and has a holder."""
    kind = type(value)
    if kind is weakref.ReferenceType:
        target = value()
        if target is None:
            return call, ("dead",)
        return call, ("weak", "ref", target, value.__callback__, id(target) not in here)
    if kind is weakref.WeakValueDictionary or kind is weakref.WeakKeyDictionary:
        targets = list(value.values() if kind is weakref.WeakValueDictionary else value.keys())
        return kind, (), _alone(targets, here), None, iter(list(value.items())), hold
    if kind is weakref.WeakSet:
        targets = list(value)
        return kind, (targets,), _alone(targets, here), None, None, hold
    # The method of a proxy is one of what it stands for.
    try:
        target = value.__reduce_ex__.__self__
    except ReferenceError:
        return call, ("dead", True)
    return call, ("weak", "proxy", target, None, id(target) not in here)


def _alone(targets: list[Any], here: Container[int]) -> list[Any]:
    return [target for target in targets if id(target) not in here]

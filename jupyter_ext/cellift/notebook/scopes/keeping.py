"""Functions and classes that give something which keeps a state of its own: a counter around a function, a cache."""

from __future__ import annotations

from collections.abc import Callable, Collection

from cellift.notebook.scopes.facts import Body


def gives_kept_state(
    names: Collection[str], body_of: Callable[[str], Body | None], seen: frozenset[str] = frozenset()
) -> bool:
    """Whether one of these, or what it calls, gives something that every use may change."""
    found = [body for body in map(body_of, sorted(set(names) - seen)) if body is not None]
    if any(body.gives_stateful or body.yields or body.changes_by_use for body in found):
        return True
    called = {call.function for body in found for call in body.calls}
    return bool(called) and gives_kept_state(called, body_of, seen.union(names))

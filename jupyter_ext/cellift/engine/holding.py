"""Outputs that are, or share objects with, what the step took: a change of the one has to show in the other. Pure.

Values cross as copies. A step that makes ``view`` of the ``table`` that it took hands ``view`` on alone, unless the
source shows that the two belong together; a later step that takes the ``table`` from where it was made and changes it,
unseen, changes another object than that of ``view``. Such a step is asked about its ``table`` (:func:`may_matter`);
when it did change it, the one that holds it has to run again and to hand on both (:func:`to_write_together`), and all
that follows start from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet


def may_matter(
    task: str,
    order: Sequence[str],
    declared: Mapping[str, Mapping[str, str]],
    held: Mapping[str, AbstractSet[str]],
) -> list[str]:
    """Names that ``task`` has to be asked about because steps above it may hold their objects, for it or steps below.

    ``declared``: ``{task: {name: producer}}``. ``held``: what the outputs of a task hold, of those that are over.
    """
    place = order.index(task)
    own = declared[task]
    sources = set(own.values())
    below = {producer for other in order[place + 1 :] for producer in declared[other].values()}

    def reaching(taken: AbstractSet[str]) -> set[str]:
        """Those above from which something comes to a step below, or with what the task has ``taken`` to itself."""
        return _that_reach(order[:place], below | taken, declared)

    found = {
        name
        for name, maker in own.items()
        if held.get(maker)
        and not reaching(sources - {maker}).isdisjoint(_held_by(maker, order[:place], declared, held))
    }
    for holder in reaching(sources):
        if holder not in held or held[holder]:
            found |= {name for name, producer in declared[holder].items() if producer in sources}
    return sorted(name for name in found if ":" not in name)


def _that_reach(above: Sequence[str], reached: set[str], declared: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Those of ``above`` that are ``reached``, or from which something comes to one that is."""
    reached = set(reached)
    for task in reversed(above):
        if task in reached:
            reached |= set(declared[task].values())
    return reached.intersection(above)


def _held_by(
    maker: str, above: Sequence[str], declared: Mapping[str, Mapping[str, str]], held: Mapping[str, AbstractSet[str]]
) -> set[str]:
    """Tasks whose objects may be in the outputs of ``maker``: it holds them itself, or what holds them."""
    found: set[str] = set()
    holders = {maker}
    for task in reversed(above):
        if task in holders and (task not in held or held[task]):
            found |= set(declared[task].values())
            holders |= found
    return found


def to_write_together(
    order: Sequence[str],
    objects: Mapping[str, Mapping[str, AbstractSet[tuple[str, str]]]],
    changed: Mapping[str, AbstractSet[str]],
    held: Mapping[str, AbstractSet[str]],
) -> list[str]:
    """Tasks whose outputs hold what they do not hand on, where a task further down has changed that or an output.

    ``objects``: task -> name that it changed or holds -> of all that shares objects with it: the task that is declared
    to make it, and the file of that task that it is in.
    """
    found = []
    for place, holder in enumerate(order):
        kept = _all(objects[holder], held.get(holder, frozenset()) - changed[holder])
        for task in order[place + 1 :] if kept else ():
            changes = _all(objects[task], changed.get(task, frozenset()))
            if changes & kept or any(maker == holder for maker, _ in changes):
                found.append(holder)
                break
    return found


def _all(objects: Mapping[str, AbstractSet[tuple[str, str]]], names: AbstractSet[str]) -> set[tuple[str, str]]:
    return {each for name in names for each in objects.get(name, ())}

"""What the functions of modules beside the notebook do to state that outlives a call, told from their source.

Whatever a function mentions of the same modules counts as called by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cellift.project.module_effects import Effect, ModuleState
from cellift.project.module_reader import ModuleReader

if TYPE_CHECKING:
    from cellift.project.snapshot import Project


def module_state(project: Project, modules: Iterable[str], stored: Iterable[str] = ()) -> ModuleState:
    """The state of the modules beside the notebook that importing *modules* loads.

    ``stored``: full paths that the notebook itself stores into.
    """
    state = ModuleState()
    readers = [ModuleReader(project, name, state) for name in project.local_modules(modules)]
    for reader in readers:
        reader.list_names()
    paths = {state.real(path) for path in stored}
    for reader in readers:
        reader.list_stored(paths)
    for reader in readers:
        reader.read()
    slots = {slot for slot in state.slots if not slot.startswith("state:")}
    for effect in state.by_name:
        effect.add(Effect(slots, slots))
    _spread(state, readers)
    for slot in state.slots:
        # Whoever names the thing itself may look at what it keeps.
        state.names.setdefault(slot.replace(":", "."), Effect()).reads.add(slot)
    return state


def _spread(state: ModuleState, readers: list[ModuleReader]) -> None:
    """Callers do what they call does, until nothing is new."""
    more = True
    while more:
        more = False
        for reader in readers:
            for effect, called, methods in reader.calls:
                for path in called:
                    known, _ = state.full(path)
                    more = (known is not None and known is not effect and effect.add(known)) or more
                for name in methods:
                    known = state.methods.get(name)
                    more = (known is not None and known is not effect and effect.add(known)) or more

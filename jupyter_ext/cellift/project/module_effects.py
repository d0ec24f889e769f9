"""What using functions, classes and variables of modules beside the notebook does: effects on *slots*.

A slot is ``MODULE:NAME``: a module's variable, class or function that keeps something. Names of process state
(``state:environ``) stand beside slots.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Effect:
    """Slots and process state that some code reads and may change; generators that it seeds."""

    reads: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    seeds: set[str] = field(default_factory=set)

    def add(self, other: Effect) -> bool:
        """Take over another effect; whether anything was new."""
        before = len(self.reads) + len(self.changes) + len(self.seeds)
        self.reads |= other.reads
        self.changes |= other.changes
        self.seeds |= other.seeds
        return len(self.reads) + len(self.changes) + len(self.seeds) > before

    def __bool__(self) -> bool:
        return bool(self.reads or self.changes or self.seeds)


@dataclass
class ModuleState:
    """Full name of a function, class or variable -> what using it does; method name -> what calling it does."""

    names: dict[str, Effect] = field(default_factory=dict)
    methods: dict[str, Effect] = field(default_factory=dict)
    #: Module -> what importing it does to the state of the process.
    imports: dict[str, Effect] = field(default_factory=dict)
    #: Full name of a variable -> its slot, for variables whose object may move on.
    variables: dict[str, str] = field(default_factory=dict)
    #: Those of them that functions bind anew: another name for one does not follow.
    rebound: set[str] = field(default_factory=set)
    #: What modules import from each other: full name -> full name of the thing itself.
    aliases: dict[str, str] = field(default_factory=dict)
    #: Functions whose remembered results can be noticed: they print, or somebody asks the cache.
    caches: set[str] = field(default_factory=set)
    #: Slots that refer weakly to objects: who lets go of one changes them.
    weak: set[str] = field(default_factory=set)
    #: Of functions that import modules by name: those may change whatever functions can change.
    by_name: list[Effect] = field(default_factory=list)
    #: Modules with a ``__getattr__`` -> the names that they bind themselves: it is asked for all others.
    asking: dict[str, set[str]] = field(default_factory=dict)

    def full(self, path: str) -> tuple[Effect | None, str]:
        """What the longest known beginning of a dotted path does, and the rest of the path."""
        path = self.real(path)
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            known = self.names.get(".".join(parts[:length]))
            if known is not None:
                return known, ".".join(parts[length:])
        return self.asked(path), path

    def asked(self, path: str) -> Effect | None:
        """What happens where a module is asked for a name that it has not bound itself."""
        parts = path.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:length])
            if module in self.asking and parts[length] not in self.asking[module]:
                return self.names.get(f"{module}.__getattr__")
        return None

    def real(self, path: str) -> str:
        """The path from where things are defined, through modules that only import them."""
        for _ in range(20):
            parts = path.split(".")
            for length in range(len(parts), 1, -1):
                target = self.aliases.get(".".join(parts[:length]))
                if target is not None and target != ".".join(parts[:length]):
                    path = ".".join([target, *parts[length:]])
                    break
            else:
                break
        return path

    def changed_by_import(self, module: str) -> set[str]:
        """What importing it changes of other modules, or of the process: its own things are made by any import."""
        effect = self.imports.get(module, Effect())
        return {slot for slot in effect.changes if not slot.startswith(f"{module}:")}

    def variable(self, path: str) -> str | None:
        """The slot of the variable that a path starts with."""
        parts = self.real(path).split(".")
        for length in range(len(parts), 1, -1):
            slot = self.variables.get(".".join(parts[:length]))
            if slot is not None:
                return slot
        return None

    def keeps_object(self, path: str) -> bool:
        """Whether a path is a variable whose object stays the same, whatever happens to it."""
        real = self.real(path)
        return real in self.variables and real not in self.rebound

    def rebound_slot(self, path: str) -> str:
        """The slot of the variable, if something may bind it anew; else empty."""
        real = self.real(path)
        return self.variables[real] if real in self.rebound else ""

    @property
    def slots(self) -> set[str]:
        """All slots that something may change."""
        effects = [*self.names.values(), *self.methods.values()]
        return {slot for effect in effects for slot in effect.changes}

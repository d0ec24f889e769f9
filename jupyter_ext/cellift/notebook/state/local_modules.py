"""State that modules beside the notebook keep, as pseudo-variables: ``state:module:MODULE:NAME`` and ``state:environ``.

A statement that uses a function which changes such state makes a new version of it, like any change in place; the
runner hands the state from step to step. What importing a module does to the process is repeated in every later step.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.statements import Statement, Travel
from cellift.notebook.scopes.facts import Binding, Body, Change, Facts, Kind, Use
from cellift.notebook.scopes.local_functions import LocalFunctions
from cellift.notebook.scopes.sharing import shared_names
from cellift.notebook.state.aliases import alias_name, imported_names, names_of_parts
from cellift.notebook.state.held_parts import HeldParts
from cellift.notebook.state.reloads import outlived_objects
from cellift.project.changed_paths import without_items
from cellift.project.dotted import dotted_name, last_name
from cellift.project.module_effects import Effect
from cellift.project.process_words import PATCHED
from cellift.project.remembered import of_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cellift.notebook.wiring import Plan
    from cellift.project.module_effects import ModuleState
    from cellift.project.snapshot import Project

PREFIX = "state:module:"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASKS_CACHE = frozenset({"cache_info", "cache_clear"})
_NOTHING = Effect()
Column = Callable[[ast.expr | ast.stmt], int]


class LocalState:
    """Notes in the facts of every statement what it does to the state of local modules."""

    def __init__(
        self, nodes: Sequence[ast.stmt], project: Project | None, handed_on: Collection[ast.stmt] = ()
    ) -> None:
        """``handed_on``: definitions of which an earlier try has shown that what they register cannot be repeated."""
        self._state: ModuleState | None = None
        self._handed_on = handed_on
        self._registering: dict[int, set[str]] = {}  # definitions -> what they change of modules
        #: Methods of the classes of local modules that change their object.
        self.methods: frozenset[str] = frozenset()
        self._bound: set[str] = set()
        self._names: dict[str, str] = {}
        self._changed: set[str] = set()  # names that statements until now may change
        self._repeated: set[int] = set()
        self._reloads: dict[int, str] = {}  # statements that do nothing but reload a module
        self._weakly: set[str] = set()  # names of objects that may be in collections of weak references
        self._process: set[int] = set()  # statements that change the process through a local function
        self._patching: set[int] = set()  # those of them after which something of a library is another one
        self._cached: dict[str, list[tuple[ast.stmt, int]]] = {}
        if project is None or project.folder is None:
            return
        from cellift.project.imports import imported_modules

        modules = imported_modules(nodes)
        if not project.local_modules(modules):
            return
        self._project = project
        self._functions = LocalFunctions(project)
        self.methods = self._functions.changing_methods(project.local_modules(modules))
        self._names = imported_names(nodes)
        for node in (inner for one in nodes for inner in ast.walk(one)):
            if isinstance(node, ast.ImportFrom) and node.module and any(alias.name == "*" for alias in node.names):
                for name in project.star_names(node.module) or ():
                    self._names.setdefault(name, f"{node.module}.{name}")
        self._state = project.module_state(modules, self._stored_paths(nodes))
        self._parts = names_of_parts(nodes, self._names, self._state.keeps_object)
        self._names |= self._parts
        self._rebound = {self._state.variables[path] for path in self._state.rebound}
        self._lending = self._functions.lending_methods(project.local_modules(modules))
        self._kept = {slot for effect in self._effects() for slot in _slots(effect.reads | effect.changes)}
        self._held = HeldParts(self._names, self._slots_of, self._given_by, self._lending)
        self._asked = any(
            isinstance(inner, ast.Attribute) and inner.attr in _ASKS_CACHE for one in nodes for inner in ast.walk(one)
        )

    @property
    def silent(self) -> bool:
        """It has nothing to say about any statement."""
        return self._state is None

    @property
    def seeds(self) -> frozenset[str]:
        """Global generators that local modules seed, when they are imported or in a function."""
        if self._state is None:
            return frozenset()
        effects = [*self._state.names.values(), *self._state.imports.values()]
        return frozenset(generator for effect in effects for generator in effect.seeds)

    def note(self, facts: Facts, node: ast.stmt, column: Column) -> None:
        """Add reads, changes and bindings of ``state:…`` names to ``facts``."""
        if self._state is None:
            return
        self._note_imports(facts, node, column)
        if isinstance(node, _IMPORTS):
            for name in list(facts.binds):
                self._note_imported_now(facts, name)
                body = self._functions.body(self._state.real(self._names.get(name, "")))
                if body is not None:
                    facts.bodies.setdefault(name, body)
            return
        self._note_arguments(facts, node, column)
        self._note_decorators(facts, node)
        self._note_looked_up_bases(facts, node, column)
        registered = self._registers(node) if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else set()
        if registered and node not in self._handed_on:
            self._repeated.add(id(node))
            self._registering[id(node)] = registered
        elif alias_name(node) is None or not isinstance(node.value, ast.Name):  # type: ignore[attr-defined]
            # `mine = SETTINGS` is another name for what was imported, whatever has been put into it since.
            self._note_in(facts, list(_at_once(node)), node, column)
            self._note_held(facts, node)
            if getattr(node, "decorator_list", ()) and any(name.startswith(PREFIX) for name in facts.changes):
                facts.held = [*facts.held, *facts.bodies.values()]  # a registry may have it from here on
        self._note_weak(facts, node, column)
        self._note_parts(facts, node, column)
        for body in facts.bodies.values():
            self._note_in(body, list(ast.walk(node)), node, column)
        for changes in (facts.changes, *(body.changes for body in facts.bodies.values())):
            self._changed.update(changes)
        for root in {path.partition(".")[0] for path in self._stored_slots(node)}:
            facts.stores.pop(root, None)
            facts.changes.pop(root, None)

    def _note_imports(self, facts: Facts, node: ast.stmt, column: Column) -> None:
        """The first import of anything local makes all state there is."""
        from cellift.project.imports import imported_modules

        assert self._state is not None
        if not self._project.local_modules(imported_modules([node])):
            return
        facts.loads_modules = True
        place = node.lineno, column(node)
        if not self._bound:
            names = {name for effect in self._effects() for name in (*effect.reads, *effect.changes)}
            for name in sorted(map(_pseudo, _slots(names))):
                facts.binds[name] = Binding(name, Kind.DATA, *place, certain=True)
            self._bound |= {"", *names}
        at_once = imported_modules([one for one in _at_once(node) if isinstance(one, _IMPORTS)])
        loaded = self._project.local_modules(at_once)
        effects = [self._state.imports[name] for name in loaded if name in self._state.imports]
        others = {slot for name in loaded for slot in self._state.changed_by_import(name)}
        if node in self._handed_on:
            self._note_changed(facts, others, node, column, "import")
        elif others or any(effect.seeds for effect in effects):
            self._repeated.add(id(node))
            self._registering[id(node)] = set(map(_pseudo, _slots(others)))
        if not isinstance(node, _IMPORTS):
            return  # a branch that may not be taken: what it seeds is seen while running
        for generator in sorted({generator for effect in effects for generator in effect.seeds}):
            if generator not in self._bound:
                self._bound.add(generator)
                facts.binds[generator] = Binding(generator, Kind.DATA, *place, certain=True)

    def _stored_paths(self, nodes: Sequence[ast.stmt]) -> set[str]:
        """``helpers.level`` of ``helpers.level = 2``, in full."""
        from cellift.project.changed_paths import changed_paths

        inner = (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Attribute))
        return {self._full(path) for path, _ in changed_paths(inner)} - {""}

    def _note_imported_now(self, facts: Facts, name: str) -> None:
        """A variable that has got another object: an import in another process would give the first one."""
        assert self._state is not None
        full = self._names.get(name, "")
        slot = self._state.rebound_slot(full)
        asked = self._state.asked(self._state.real(full))
        binding = facts.binds[name]
        if asked is not None and asked.reads:
            binding.kind = Kind.DATA
        if _pseudo(slot) in self._changed:
            binding.kind = Kind.DATA
            facts.reads.setdefault(_pseudo(slot), Use(_pseudo(slot), binding.line, binding.column, soft=True))

    def _effects(self) -> Iterator[Effect]:
        assert self._state is not None
        yield from self._state.names.values()
        yield from self._state.methods.values()

    def _note_in(self, sink: Facts | Body, nodes: Sequence[ast.AST], statement: ast.stmt, column: Column) -> None:
        assert self._state is not None
        from cellift.project.implicit import implicit_methods

        for node in nodes:
            for method in implicit_methods(node):
                implicit = self._state.methods.get(method)
                if implicit is not None:
                    # What is no statement or expression, as the loop of a comprehension, has no place of its own.
                    place = node if isinstance(node, (ast.expr, ast.stmt)) else statement
                    self._note_changed(sink, implicit.changes, place, column, f"{method}()")
                    for name in sorted(map(_pseudo, _slots(implicit.reads))):
                        sink.reads.setdefault(name, Use(name, place.lineno, column(place), soft=True))
            if not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            effect, full = self._effect(node)
            if effect is None:
                continue
            if any(name.startswith("state:") for name in effect.changes):
                self._process.add(id(statement))
            if PATCHED in effect.changes and isinstance(sink, Facts):
                self._patching.add(id(statement))
            for name in sorted(map(_pseudo, _slots(effect.reads | effect.changes))):
                sink.reads.setdefault(name, Use(name, node.lineno, column(node), soft=True))
            for name in sorted(map(_pseudo, _slots(effect.changes))):
                how = f"{ast.unparse(node)}()"
                sink.changes.setdefault(name, Change(name, node.lineno, column(node), how))
            if full in self._state.caches or (self._asked and full and not effect.changes):
                self._cached.setdefault(full, []).append((statement, node.lineno))
        self._note_imports_by_name(sink, nodes, column)
        self._note_reloads(sink, nodes, statement)
        for slot, line in self._looked_into(nodes):
            sink.reads.setdefault(_pseudo(slot), Use(_pseudo(slot), line, 1, soft=True))
        for slot, line, how in self._changed_slots(nodes):
            name = _pseudo(slot)
            sink.reads.setdefault(name, Use(name, line, 1, soft=True))
            sink.changes.setdefault(name, Change(name, line, 1, how))

    def _note_arguments(self, facts: Facts, node: ast.stmt, column: Column) -> None:
        """``helpers.fill(rows)``: what a local function changes of its arguments, and gives back of them."""
        for call in _at_once(node):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            _, full = self._effect_of_path(call.func)
            body = self._functions.body(full) if full else None
            if body is None:
                continue
            given = [*zip(body.parameters, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]
            for parameter, argument in given:
                names = {name.id for name in shared_names(argument)}
                if parameter in body.changed_parameters:
                    roots = (self._names.get(name, "").partition(".")[0] for name in names)
                    if any(root and not self._project.is_local(root) for root in roots):
                        self._process.add(id(node))
                        self._patching.add(id(node))
                    for name in sorted(names):
                        how = f"{ast.unparse(call.func)}()"
                        facts.changes.setdefault(name, Change(name, call.lineno, column(call), how))
                if parameter in body.returns and isinstance(node, (ast.Assign, ast.AnnAssign)):
                    for target in facts.binds:
                        facts.shares.setdefault(target, set()).update(names)

    def _note_weak(self, facts: Facts, node: ast.stmt, column: Column) -> None:
        """What a statement makes while it changes a collection of weak references is in there as long as it lives."""
        assert self._state is not None
        weak = set(map(_pseudo, self._state.weak))
        gone = self._weakly.intersection((*facts.deletes, *facts.binds))
        for name in sorted(gone):  # a name that is bound anew has held the object until now
            facts.reads.setdefault(name, Use(name, node.lineno, column(node), soft=True))
        if gone:
            self._note_changed(facts, self._state.weak, node, column, "an object that is let go")
        if not weak.isdisjoint(facts.changes):
            self._weakly.update(facts.binds, *(facts.shares.get(name, ()) for name in weak))
            for name in facts.binds:
                facts.shares.setdefault(name, set()).update(weak)

    def _note_parts(self, facts: Facts, node: ast.stmt, column: Column) -> None:
        """A name that holds what a module keeps is as good as the module."""
        sinks: list[Facts | Body] = [facts, *facts.bodies.values()]
        for sink in sinks:
            for name, slots in self._held.used(sink).items():
                use = sink.reads[name]
                for slot in sorted(map(_pseudo, slots)):
                    sink.reads.setdefault(slot, Use(slot, use.line, use.column, soft=True))
        self._note_changed(facts, self._held.changed(facts), node, column, "what a name holds of it")
        self._held.note(facts, node)
        # What a variable has got since its import is found in the value of the state: both have to be one.
        for name in facts.binds:
            slots = self._held.of(name) & self._rebound
            if slots:
                facts.shares.setdefault(name, set()).update(map(_pseudo, slots))

    def _slots_of(self, node: ast.expr) -> frozenset[str]:
        path = dotted_name(node)
        full = self._full(path) if path else ""
        return frozenset(self._slots_at(full) if full else ())

    def _slots_at(self, full: str) -> Iterator[str]:
        """The slot of the variable or class that a path starts with, if something may change it."""
        parts = self._real(full).split(".")
        for length in range(1, len(parts)):
            slot = f"{'.'.join(parts[:length])}:{parts[length]}"
            if slot in self._kept:
                yield slot

    def _given_by(self, function: ast.expr) -> frozenset[str]:
        """What a call may give back of its module: an object of a class has what making it takes."""
        path = dotted_name(function)
        full = self._full(path) if path else ""
        real = self._real(full)
        if self._functions.is_class(real):
            assert self._state is not None
            return frozenset(_slots(self._state.names.get(real, _NOTHING).reads))
        return frozenset(slot for each in self._functions.gives(real, self._lending) for slot in self._slots_at(each))

    def _note_decorators(self, facts: Facts, node: ast.stmt) -> None:
        """``@helpers.counted``: what it puts around a function, or a method of a class, may keep something."""
        body = facts.bodies.get(getattr(node, "name", ""))
        parts: list[ast.stmt] = [node, *(node.body if isinstance(node, ast.ClassDef) else ())]
        for decorator in (each for part in parts for each in getattr(part, "decorator_list", ())):
            path = dotted_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
            full = self._full(path) if path else ""
            if body is not None and full and self._functions.keeps(self._real(full)):
                body.holds = body.holds or "what its decorator keeps"

    def _note_looked_up_bases(self, facts: Facts, node: ast.stmt, column: Column) -> None:
        """``class F(helpers.KINDS["a"])``: another step, which takes the state after what it copies, could not find it.

        So the class crosses as a value, as one that changes what its base is kept in.
        """
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            path = dotted_name(without_items(base)) if isinstance(base, ast.Subscript) else None
            slot = self._state.variable(self._full(path)) if path and self._state is not None else None
            if slot is not None:
                self._note_changed(facts, [slot], base, column, "a class made of it")

    def _note_held(self, facts: Facts, node: ast.stmt) -> None:
        """``events.on("x", log.append)``, ``helpers.rows = rows``: what a module may hold from here on."""
        for one in _at_once(node):
            given: list[ast.expr] = []
            slots = {slot for slot, _, _ in self._changed_slots([one])}
            if isinstance(one, ast.Call):
                given = [*one.args, *(keyword.value for keyword in one.keywords)]
                effect, _ = self._effect_of_path(one.func)
                slots |= _slots(effect.changes) if effect is not None else set()
            elif isinstance(one, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                given = [one.value] if one.value is not None else []
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                slots |= {slot for target in targets for slot, _, _ in self._changed_slots(ast.walk(target))}
            held = {name.id for value in given for name in shared_names(value)}
            for slot in sorted(slots) if held else ():
                facts.shares.setdefault(_pseudo(slot), set()).update(held)

    def _effect_of_path(self, node: ast.expr) -> tuple[Effect | None, str]:
        return self._effect(node) if isinstance(node, (ast.Name, ast.Attribute)) else (None, "")

    def _effect(self, node: ast.Name | ast.Attribute) -> tuple[Effect | None, str]:
        assert self._state is not None
        path = dotted_name(node)
        full = self._full(path) if path else ""
        if full:
            effect, rest = self._state.full(full)
            method = self._state.methods.get(rest.rpartition(".")[2]) if effect is not None and rest else None
            if effect is not None and method:
                effect = replace(effect, reads=effect.reads | method.reads, changes=effect.changes | method.changes)
            return effect, self._state.real(full)
        if isinstance(node, ast.Attribute):
            return self._state.methods.get(node.attr), ""
        return None, ""

    def _full(self, path: str) -> str:
        root, dot, rest = path.partition(".")
        return f"{self._names[root]}{dot}{rest}" if root in self._names else ""

    def _real(self, full: str) -> str:
        assert self._state is not None
        return self._state.real(full)

    def _note_imports_by_name(self, sink: Facts | Body, nodes: Sequence[ast.AST], column: Column) -> None:
        """``importlib.import_module(name)``: the module may register itself wherever functions of modules can."""
        from cellift.project.imports import imports_by_name

        assert self._state is not None
        for node in nodes:
            if isinstance(node, ast.Call) and imports_by_name(node):
                self._note_changed(sink, self._state.slots, node, column, "import_module()")

    def _note_changed(
        self, sink: Facts | Body, slots: Iterable[str], node: ast.expr | ast.stmt, column: Column, how: str
    ) -> None:
        """What modules keep of these is changed there."""
        for name in sorted(map(_pseudo, _slots(slots))):
            sink.reads.setdefault(name, Use(name, node.lineno, column(node), soft=True))
            sink.changes.setdefault(name, Change(name, node.lineno, column(node), how))

    def _note_reloads(self, sink: Facts | Body, nodes: Sequence[ast.AST], statement: ast.stmt) -> None:
        """``importlib.reload(m)`` makes all state of the module anew."""
        for node in nodes:
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] == "reload":
                module = self._full(ast.unparse(node.args[0]))
                if isinstance(statement, ast.Expr) and statement.value is node:
                    self._reloads[id(statement)] = module
                for slot in sorted(slot for effect in self._effects() for slot in effect.changes):
                    if slot.startswith(f"{module}:"):
                        name = _pseudo(slot)
                        if id(statement) in self._reloads and isinstance(sink, Facts):
                            sink.binds[name] = Binding(name, Kind.DATA, node.lineno, 1, certain=True)
                            continue
                        sink.reads.setdefault(name, Use(name, node.lineno, 1, soft=True))
                        sink.changes.setdefault(name, Change(name, node.lineno, 1, "reload()"))

    def _looked_into(self, nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
        """``hasattr(helpers, "x")``, ``vars(helpers)``: whoever is given a module may look at all that it keeps."""
        assert self._state is not None
        every = {slot for effect in self._effects() for slot in _slots(effect.reads | effect.changes)}
        for node in nodes:
            if isinstance(node, ast.Call) and last_name(node.func) != "reload":
                modules = [self._full(dotted_name(given) or "") for given in node.args]
                for slot in sorted(every):
                    if slot.partition(":")[0] in modules:
                        yield slot, node.lineno

    def _changed_slots(self, nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int, str]]:
        from cellift.project.changed_paths import changed_paths

        assert self._state is not None
        for node in nodes:
            for path, _ in changed_paths([node]):
                full = self._full(path)
                slot = self._state.variable(full) if full else None
                asked = self._state.asked(self._real(full)) if slot is None and full else None
                for each in [slot] if slot is not None else sorted(_slots(asked.reads)) if asked is not None else ():
                    yield each, getattr(node, "lineno", 1), path
            if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
                call: ast.expr = node
                while isinstance(call, (ast.Attribute, ast.Subscript)):
                    call = call.value
                effect = self._effect_of_path(call.func)[0] if isinstance(call, ast.Call) else None
                for slot in sorted(_slots(effect.reads)) if effect is not None else ():
                    yield slot, node.lineno, ast.unparse(node)

    def _stored_slots(self, node: ast.stmt) -> Iterator[str]:
        for _, _, path in self._changed_slots(ast.walk(node)):
            yield path

    def _registers(self, node: ast.stmt) -> set[str]:
        """``class F(Base)`` that changes a module's state by being defined; it is repeated where F may be needed.

        What a decorator keeps crosses with what keeps it: the two may share more than the function.
        """
        if self._changed_by(getattr(node, "decorator_list", ())):
            return set()
        return self._changed_by(getattr(node, "bases", ()))

    def _changed_by(self, parts: Iterable[ast.expr]) -> set[str]:
        """State that the use of what these expressions name changes."""
        names = (inner for one in parts for inner in of_kind(one, ast.Name, ast.Attribute))
        effects = (self._effect_of_path(name)[0] for name in names)
        return {_pseudo(slot) for effect in effects if effect is not None for slot in effect.changes}

    def registered_too_early(self, plans: Iterable[Plan]) -> list[ast.stmt]:
        """Definitions that a step repeats before it takes the state of their module from a step above them."""
        if not self._registering:
            return []
        return [
            statement.node
            for plan in plans
            for statement in plan.statements
            for name in self._registering.get(id(statement.node), ())
            if plan.sources.get(name, plan.owner) < statement.owner < plan.owner
        ]

    def repeat(self, statements: Sequence[Statement], step_names: Mapping[int, str]) -> list[Diagnostic]:
        """Mark what every later step repeats; diagnostics for caches that would answer otherwise."""
        if self.silent:
            return []
        for statement in statements:
            if id(statement.node) in self._repeated and statement.travel is Travel.COPY:
                statement.travel = Travel.REPLAY
        read = {name for statement in statements for name in statement.reads}
        last = max((statement.owner for statement in statements), default=0)
        stuck: list[Diagnostic] = []
        for statement in statements:
            if id(statement.node) not in self._process or statement.owner in (0, last):
                continue
            # What does more than that is left to the guard of the state: the change is handed on when it is seen.
            if isinstance(statement.node, ast.Expr) and not any(name in read for name in statement.makes):
                statement.travel = Travel.REPLAY if statement.travel is Travel.OWN else statement.travel
            elif id(statement.node) in self._patching and not isinstance(statement.node, (ast.With, ast.AsyncWith)):
                stuck.append(_patches_and_more(statement, step_names))
        stuck += outlived_objects(statements, step_names, self._reloads, self._names, self._has_classes)
        return [*stuck, *self._cache_diagnostics(statements, step_names), *self._rewritten(statements)]

    def _has_classes(self, module: str) -> bool:
        tree = self._project.tree(module)
        return tree is not None and any(isinstance(node, ast.ClassDef) for node in tree.body)

    def _rewritten(self, statements: Sequence[Statement]) -> Iterator[Diagnostic]:
        """The notebook goes on with the module that it has imported; a later step would import what was written."""
        if self._state is None:
            return
        imported: dict[str, Statement] = {}
        for statement in statements:
            for node in ast.walk(statement.node):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.facts.writes_files:
                    first = imported.get(node.value.rpartition("/")[2])
                    if first is not None:
                        yield diagnose(
                            "CL302",
                            f"`{node.value}` is written after cell {first.code.cell.number} has imported it; a later "
                            "step would import what was written.",
                            cell=statement.code.cell.id,
                            line=node.lineno,
                            fix="Import the module after the step that writes it.",
                        )
            for full in self._imported(statement.node):
                imported.setdefault(f"{full.rpartition('.')[2]}.py", statement)

    def _imported(self, node: ast.stmt) -> tuple[str, ...]:
        from cellift.project.imports import imported_modules

        return self._project.local_modules(imported_modules([node]))

    def _cache_diagnostics(
        self, statements: Sequence[Statement], step_names: Mapping[int, str]
    ) -> Iterator[Diagnostic]:
        owners = {id(statement.node): statement for statement in statements}
        asked = self._asked if self._state is not None else False
        for full, uses in sorted(self._cached.items()):
            used = [(owners[id(node)], line) for node, line in uses]
            later = next((pair for pair in used if pair[0].owner != used[0][0].owner), None)
            cached = self._state is not None and full in self._state.caches
            if later is None or not (cached or asked):
                continue
            statement, line = later
            yield diagnose(
                "CL302",
                f"`{full}` remembers results (a cache), and {step_names[used[0][0].owner]} uses it before "
                f"{step_names[statement.owner]} does; a later step would start with an empty cache, which can be seen.",
                cell=statement.code.cell.id,
                line=line,
                fix="Use it in one step only, or take the cache away.",
            )


def _patches_and_more(statement: Statement, step_names: Mapping[int, str]) -> Diagnostic:
    return diagnose(
        "CL302",
        f"{step_names[statement.owner].capitalize()} lets a local function change something of a library in a "
        "statement that does more; later steps would run without that change.",
        cell=statement.code.cell.id,
        line=statement.node.lineno,
        fix="Make the change in a statement of its own, or above the first step.",
    )


def is_kept_by_module(statement: Statement) -> bool:
    """Whether the statement changes state that is handed from step to step as such."""
    return any(name.startswith(PREFIX) for name in statement.facts.changes)


def _slots(names: Iterable[str]) -> set[str]:
    """What modules keep themselves, without the state of the process."""
    return {name for name in names if not name.startswith("state:")}


def _pseudo(slot: str) -> str:
    return slot if slot.startswith("state:") else f"{PREFIX}{slot}"


def _at_once(node: ast.AST) -> Iterator[ast.AST]:
    """What is evaluated when the statement runs: not the bodies of functions that it only defines."""
    pending: list[ast.AST] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, _FUNCTIONS):
            pending.extend([*one.decorator_list, *one.args.defaults, *(d for d in one.args.kw_defaults if d)])
            continue
        yield one
        pending.extend(ast.iter_child_nodes(one))

"""Draws and seeds of global random generators as reads and bindings of pseudo-variables like ``state:random``.

Only generators that the notebook seeds count: where nobody seeds, no step can be told from another.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cellift.notebook.scopes.facts import Binding, Body, Change, Facts, Kind, Use
from cellift.notebook.state.generators import Knowledge
from cellift.project.remembered import of_kind, remembered

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SEEDING_WORDS = ("seed", "set_state", "setstate", "set_rng_state")
Column = Callable[[ast.expr | ast.stmt], int]


@dataclass
class _Summary:
    """What some code does to generators: generator -> the first call that does it."""

    first_seeds: dict[str, ast.Call] = field(default_factory=dict)
    """Certainly seeded before anything is drawn."""
    seeds: dict[str, ast.Call] = field(default_factory=dict)
    draws: dict[str, ast.Call] = field(default_factory=dict)
    peeks: dict[str, ast.Call] = field(default_factory=dict)


#: Of a statement, and of each function and class that it defines.
Drawn = tuple[_Summary, tuple[_Summary, ...]]


class Draws:
    """Notes in the facts of every statement what it does to the generators that the notebook seeds."""

    def __init__(
        self,
        statements: Sequence[ast.stmt],
        texts: Iterable[str],
        seeded_outside: Iterable[str] = (),
        quiet: Iterable[str] = (),
    ) -> None:
        """``seeded_outside``: generators that modules beside the notebook seed; ``quiet`` modules draw nothing."""
        self._knowledge: Knowledge | None = None
        self.seeded: tuple[str, ...] = ()
        outside = frozenset(seeded_outside)
        if outside or any(word in text for text in texts for word in _SEEDING_WORDS):
            self._knowledge = Knowledge(statements, outside, quiet)
            self.seeded = tuple(sorted(self._knowledge.seeded))
        self._seeders: dict[str, dict[str, ast.Call]] = {}  # own functions that seed before they draw

    @property
    def around(self) -> tuple[Knowledge | None, tuple[str, ...]]:
        """All that matters beside a statement, imports and `constants`, as long as no function seeds (`alone`)."""
        return self._knowledge and self._knowledge.narrowed(frozenset()), self.seeded

    @property
    def constants(self) -> frozenset[str]:
        """Names that are no state of a generator."""
        return self._knowledge.constants if self._knowledge is not None else frozenset()

    @property
    def alone(self) -> bool:
        """None of the functions until now seeds a generator."""
        return not any(self._seeders.values())

    def of(self, node: ast.stmt, bodies: Collection[str]) -> Drawn | None:
        """What the statement and the ``bodies`` that it defines do; ask in the order of the notebook."""
        if not self.seeded:
            return None
        assert self._knowledge is not None
        words = _names(node)
        seeders = {name: self._seeders[name] for name in self._seeders.keys() & words}
        drawn = _summaries(node, self._knowledge.narrowed(words), seeders, tuple(bodies))
        if isinstance(node, _FUNCTIONS) and node.name in bodies:
            self._seeders[node.name] = drawn[1][list(bodies).index(node.name)].first_seeds
        return drawn

    def note(self, facts: Facts, drawn: Drawn | None, column: Column) -> None:
        """Add reads, changes and bindings of ``state:…`` names to ``facts``."""
        if drawn is None:
            return
        self._note_in(facts, drawn[0], column)
        for body, summary in zip(facts.bodies.values(), drawn[1], strict=True):
            self._note_in(body, summary, column)

    def _note_in(self, sink: Facts | Body, found: _Summary, column: Column) -> None:
        for generator in self.seeded:
            first = found.first_seeds.get(generator)
            seed = first or found.seeds.get(generator)
            draw = found.draws.get(generator)
            user = draw or found.peeks.get(generator) or seed
            if user is None:
                continue
            if first is None:
                sink.reads.setdefault(generator, Use(generator, user.lineno, column(user), soft=True))
            if draw is not None:
                how = f"{ast.unparse(draw.func)}()"
                sink.changes.setdefault(generator, Change(generator, draw.lineno, column(draw), how))
            if seed is not None:
                certain = first is not None
                binding = Binding(generator, Kind.DATA, seed.lineno, column(seed), certain=certain)
                sink.binds.setdefault(generator, binding)
                if isinstance(sink, Facts):
                    sink.called_paths.pop(ast.unparse(seed.func), None)


@remembered
def _summaries(
    node: ast.stmt, knowledge: Knowledge, seeders: Mapping[str, Mapping[str, ast.Call]], bodies: tuple[str, ...]
) -> Drawn:
    """Of what the statement does at once, and of each of the functions and classes that it defines."""
    own = _summary(_at_once([node]), knowledge, seeders)
    return own, tuple(_summary(_code_of(node, name), knowledge, seeders) for name in bodies)


@remembered
def _names(node: ast.stmt) -> frozenset[str]:
    return frozenset(name.id for name in of_kind(node, ast.Name))


def _summary(code: Iterable[ast.AST], knowledge: Knowledge, seeders: Mapping[str, Mapping[str, ast.Call]]) -> _Summary:
    found = _Summary()
    for node in code:
        for generator, seed in _certain_seeds(node, knowledge, seeders):
            if generator not in found.draws and generator not in found.peeks and generator not in found.seeds:
                found.first_seeds.setdefault(generator, seed)
        for call in of_kind(node, ast.Call):
            for generator, act in knowledge.acts(call):
                kind = {"seed": found.seeds, "may seed": found.seeds, "draw": found.draws, "peek": found.peeks}[act]
                kind.setdefault(generator, call)
    return found


def _certain_seeds(
    node: ast.AST, knowledge: Knowledge, seeders: Mapping[str, Mapping[str, ast.Call]]
) -> Iterator[tuple[str, ast.Call]]:
    """``np.random.seed(0)`` or ``seed_all(0)`` as a statement: nothing comes before it."""
    value = node.value if isinstance(node, (ast.Expr, ast.Assign, ast.AnnAssign)) else None
    if not isinstance(value, ast.Call) or any(isinstance(part, ast.Call) for part in _parts(value)):
        return
    for generator, act in knowledge.acts(value):
        if act == "seed":
            yield generator, value
    if isinstance(value.func, ast.Name):
        for generator in seeders.get(value.func.id, ()):
            yield generator, value


def _parts(call: ast.Call) -> Iterator[ast.AST]:
    for argument in [*call.args, *call.keywords]:
        yield from ast.walk(argument)


def _at_once(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """What is evaluated when the statements run, function bodies left out; blocks that surely run are opened."""
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            yield from [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        elif isinstance(node, ast.ClassDef):
            yield from [*node.decorator_list, *node.bases, *node.keywords]
            yield from _at_once(node.body)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            yield from (item.context_expr for item in node.items)
            yield from _at_once(node.body)
        elif isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try)):
            yield from _without_definitions(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Lambda):
            yield from [*node.value.args.defaults]
        else:
            yield node


def _without_definitions(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions in a block that may or may not run, without the functions defined in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            yield from _at_once([child])
        elif isinstance(child, (ast.stmt, ast.ExceptHandler)) and not isinstance(child, (ast.Expr, ast.Assign)):
            yield from _without_definitions(child)
        elif isinstance(child, ast.Expr):
            yield child.value
        else:
            yield child.value if isinstance(child, ast.Assign) else child


def _code_of(statement: ast.stmt, name: str) -> Iterator[ast.AST]:
    """What runs when the function or class ``name``, defined in ``statement``, is called."""
    for node in ast.walk(statement):
        if isinstance(node, _FUNCTIONS) and node.name == name:
            yield from _blocks(node.body)
        elif isinstance(node, ast.ClassDef) and node.name == name:
            for member in ast.walk(node):
                if isinstance(member, (*_FUNCTIONS, ast.Lambda)):
                    yield from member.body if isinstance(member.body, list) else [ast.Expr(member.body)]
        elif isinstance(node, ast.Lambda) and not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            yield node.body


def _blocks(nodes: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    for node in nodes:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            yield from (item.context_expr for item in node.items)
            yield from _blocks(node.body)
        else:
            yield node

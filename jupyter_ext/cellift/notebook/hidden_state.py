"""State that names do not show: what a step changes in the process, and global random generators."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from cellift.notebook.dataflow import Flow
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.facts import Change, Kind, Use
from cellift.notebook.state_changes import own_functions, state_change
from cellift.notebook.state_generators import generator_acts, imported_names
from cellift.notebook.statements import Statement, Travel
from cellift.notebook.steps import SETUP

_SEEDS = frozenset({"seed", "manual_seed", "manual_seed_all", "set_seed", "set_random_seed"})
_OWN_GENERATORS = frozenset({"default_rng", "RandomState", "Generator", "Random", "SystemRandom", "PCG64", "getstate"})
_TORCH_DRAWS = frozenset({"rand", "randn", "randint", "randperm", "normal", "multinomial", "bernoulli"})


def hidden_state_warnings(
    statements: Sequence[Statement], flow: Flow, step_names: Mapping[int, str]
) -> list[Diagnostic]:
    """What later steps do not see although the notebook does."""
    return [*_lost_changes(statements, flow, step_names), *_shared_generators(statements, step_names)]


def _lost_changes(statements: Sequence[Statement], flow: Flow, step_names: Mapping[int, str]) -> list[Diagnostic]:
    """A module, function or class that a step changes in a way that cannot be repeated in later steps that use it."""
    found: list[Diagnostic] = []
    functions = own_functions(statements)
    for statement in statements:
        if statement.owner == SETUP or statement.travel is not Travel.OWN:
            continue
        for name, change in flow.patched_code(statement).items():
            version = statement.reads[name].version
            if version.kind is Kind.IMPORT and state_change(statement, functions):
                continue  # told by `state_changes`
            user = next((later for later in statements if later.owner > statement.owner and _uses(later, name)), None)
            if user is None:
                continue
            kind = "module" if version.kind is Kind.IMPORT else version.kind.value
            found.append(
                _warn(
                    statement,
                    change,
                    "CL302",
                    f"{step_names[statement.owner].capitalize()} changes the {kind} `{name}` ({change.how}); "
                    f"{step_names[user.owner]} uses `{name}` without that change.",
                    "Make the change in a statement of its own above the first step.",
                )
            )
    return found


def _warn(statement: Statement, place: Change | Use, code: str, message: str, fix: str) -> Diagnostic:
    return diagnose(code, message, cell=statement.code.cell.id, line=place.line, column=place.column, fix=fix)


def _uses(statement: Statement, name: str) -> bool:
    read = statement.reads.get(name)
    return read is not None and read.version.kind.is_code


def _shared_generators(statements: Sequence[Statement], step_names: Mapping[int, str]) -> list[Diagnostic]:
    """The notebook draws on in one sequence; every step starts from the seed again.

    A step that seeds before it draws is as in the notebook.
    """
    names = imported_names(statement.node for statement in statements)
    by_seed = any(path.rpartition(".")[2] in _SEEDS for s in statements for path in s.facts.called_paths)
    found: list[Diagnostic] = []
    drawn: dict[str, int] = {}  # generator -> the first step that draws from it
    fresh: set[tuple[str, int]] = set()
    told: set[int] = set()
    for statement in statements:
        if statement.travel is Travel.REPLAY:
            continue
        for generator, act, use in _acts(statement, names):
            if act == "seed":
                if isinstance(statement.node, ast.Expr):
                    fresh.add((generator, statement.owner))
                continue
            first = drawn.setdefault(generator, statement.owner)
            if not by_seed or first == statement.owner or (generator, statement.owner) in fresh:
                continue
            if statement.owner not in told:
                told.add(statement.owner)
                found.append(_goes_on(statement, use, step_names, first))
    return found


def _acts(statement: Statement, names: Mapping[str, str]) -> Iterator[tuple[str, str, Use]]:
    """What the statement, and what it calls of the notebook's own, seeds and draws from."""
    if not isinstance(statement.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        for (generator, act), call in generator_acts(statement.node, names):
            yield generator, act, Use(ast.unparse(call.func), call.lineno, call.col_offset + 1)
        for read in statement.reads.values():
            version = read.version
            if version.kind in (Kind.FUNCTION, Kind.CLASS):
                for (generator, act), call in generator_acts(version.statement.node, names):
                    yield generator, act, Use(ast.unparse(call.func), read.use.line, read.use.column)
    for path, use in statement.facts.called_paths.items():
        root = path.partition(".")[0]
        if names.get(root, "").partition(".")[0] not in ("random", "numpy", "torch") and _draws(path, statement):
            yield root, "draw", use


def _goes_on(statement: Statement, use: Use, step_names: Mapping[int, str], first: int) -> Diagnostic:
    return _warn(
        statement,
        use,
        "CL303",
        f"{step_names[statement.owner].capitalize()} draws from a seeded global generator (`{use.name}`), and so does "
        f"{step_names[first]}; the notebook goes on with the sequence, a step starts it again.",
        "Seed again in the step, or give each step a generator of its own, like numpy.random.default_rng(SEED).",
    )


def _draws(path: str, statement: Statement) -> bool:
    parts = path.split(".")
    read = statement.reads.get(parts[0])
    if read is None or read.version.kind is not Kind.IMPORT or parts[-1] in _SEEDS | _OWN_GENERATORS:
        return False
    return "random" in parts[:-1] or (parts[0] == "torch" and parts[-1] in _TORCH_DRAWS)

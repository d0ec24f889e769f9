"""State that names do not show: what a step changes in the process, and global random generators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cellift.notebook.dataflow import Flow
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.facts import Change, Kind, Use
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
    """A module or function that a step changes in a way that cannot be repeated in later steps that use it."""
    found: list[Diagnostic] = []
    for statement in statements:
        if statement.owner == SETUP or statement.travel is not Travel.OWN:
            continue
        for name, change in flow.patched_code(statement).items():
            version = statement.reads[name].version
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
    """The notebook draws on in one sequence; every step starts from the seed again."""
    seeded = any(path.rpartition(".")[2] in _SEEDS for s in statements for path in s.facts.called_paths)
    if not seeded:
        return []
    draws: dict[int, tuple[Statement, Use]] = {}
    for statement in statements:
        for path, use in statement.facts.called_paths.items():
            if _draws(path, statement):
                draws.setdefault(statement.owner, (statement, use))
    if len(draws) < 2:
        return []
    first, *others = sorted(draws)
    return [
        _warn(
            statement,
            use,
            "CL303",
            f"{step_names[owner].capitalize()} draws from a seeded global generator (`{use.name}`), and so does "
            f"{step_names[first]}; the notebook goes on with the sequence, a step starts it again.",
            "Give each step a generator of its own, like numpy.random.default_rng(SEED).",
        )
        for owner, (statement, use) in ((owner, draws[owner]) for owner in others)
    ]


def _draws(path: str, statement: Statement) -> bool:
    parts = path.split(".")
    read = statement.reads.get(parts[0])
    if read is None or read.version.kind is not Kind.IMPORT or parts[-1] in _SEEDS | _OWN_GENERATORS:
        return False
    return "random" in parts[:-1] or (parts[0] == "torch" and parts[-1] in _TORCH_DRAWS)

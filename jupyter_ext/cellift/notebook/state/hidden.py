"""State that names do not show: what a step changes in the process, and global random generators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.blocks import Block, of_each_block
from cellift.notebook.flow.statements import Statement, Travel
from cellift.notebook.flow.travel import patched_code
from cellift.notebook.scopes.facts import Change, Kind, Use
from cellift.notebook.state.changes import StateChanges
from cellift.notebook.state.generators import CUPY, TENSORFLOW
from cellift.notebook.state.names import label
from cellift.notebook.steps import SETUP
from cellift.notebook.wiring import Plan


def hidden_state_warnings(
    statements: Sequence[Statement], blocks: Sequence[Block], states: StateChanges, step_names: Mapping[int, str]
) -> list[Diagnostic]:
    """A module, function or class that a step changes in a way that cannot be repeated in later steps that use it."""
    found: list[Diagnostic] = []
    for statement in (one for several in _may_patch(blocks) for one in several):
        if statement.owner == SETUP or statement.travel is not Travel.OWN:
            continue
        for name, change in patched_code(statement).items():
            version = statement.reads[name].version
            if version.kind is Kind.IMPORT and states.knows(name):
                continue  # handed on, told, or put back at once
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


@of_each_block
def _may_patch(statements: Sequence[Statement]) -> list[Statement]:
    """Those that change code, and those of which a read that nobody needs is taken back, or not."""
    return [one for one in statements if not one.is_settled or patched_code(one)]


def _warn(statement: Statement, place: Change | Use, code: str, message: str, fix: str) -> Diagnostic:
    return diagnose(code, message, cell=statement.code.cell.id, line=place.line, column=place.column, fix=fix)


def _uses(statement: Statement, name: str) -> bool:
    read = statement.reads.get(name)
    return read is not None and read.version.kind.is_code


def generators_that_stay(plans: Mapping[int, Plan], step_names: Mapping[int, str]) -> list[Diagnostic]:
    """Draws that would have to go on in another step from a generator whose state no step can take up."""
    found: list[Diagnostic] = []
    for owner, plan in plans.items():
        for name, version in plan.inputs.items():
            if name not in (TENSORFLOW, CUPY):
                continue
            need = plan.needs[version]
            found.append(
                _warn(
                    need.statement,
                    need.use,
                    "CL303",
                    f"{step_names[owner].capitalize()} draws from the seeded {label(name)}, and so does "
                    f"{step_names[plan.sources[name]]}; its state cannot be handed on.",
                    "Seed again in the step.",
                )
            )
    return found

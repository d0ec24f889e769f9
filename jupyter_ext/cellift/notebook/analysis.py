"""Notebook in, graph and diagnostics out. Nothing is executed, whatever the cells say."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cellift.notebook.asked_order import with_asked_order
from cellift.notebook.cells import Notebook, pipeline_setting
from cellift.notebook.collection import without_collection
from cellift.notebook.depth import nested_too_deeply
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.files.order import with_file_order
from cellift.notebook.files.paths import ANY
from cellift.notebook.files.search_folders import added_folders
from cellift.notebook.files.travel import FileTravel, with_absent_files, with_file_sources
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow.blocks import Block
from cellift.notebook.flow.dataflow import Flow
from cellift.notebook.flow.held_state import changed_attributes
from cellift.notebook.flow.identity import looks_at_identity, refers_weakly
from cellift.notebook.flow.module_annotations import annotations_of_others
from cellift.notebook.flow.own_parts import parts_of_code
from cellift.notebook.flow.passed_by import forget_what_nobody_reads
from cellift.notebook.flow.resolved import Resolved
from cellift.notebook.flow.statements import Statement, Travel, declare_changes
from cellift.notebook.flow.stay_here import values_that_stay
from cellift.notebook.graph import CellRole, CodeSlice, Graph, Step
from cellift.notebook.kept import names_to_keep
from cellift.notebook.magics.installs import Installs, read_installs
from cellift.notebook.magics.places import shown, shown_edges
from cellift.notebook.magics.shell_order import with_shell_order
from cellift.notebook.parameters.read import ParameterReader, with_fixed
from cellift.notebook.scopes.definitions import is_cache
from cellift.notebook.scopes.lookups import known_texts, moving_names, names_after_at
from cellift.notebook.scopes.methods import changed_by_a_look, changing_methods
from cellift.notebook.scopes.reader import Around
from cellift.notebook.scopes.statement_facts import facts_of, is_read_anew
from cellift.notebook.setup import classify_setup, is_without_effect
from cellift.notebook.slices import code_slices
from cellift.notebook.state.aliases import imported_names, is_alias, note_alias
from cellift.notebook.state.changes import Channels, StateChanges
from cellift.notebook.state.decimal_flags import DECIMAL, looks_at_flags
from cellift.notebook.state.draws import Draws
from cellift.notebook.state.exit_handlers import files_written_at_exit
from cellift.notebook.state.hidden import generators_that_stay, hidden_state_warnings
from cellift.notebook.state.local_modules import LocalState
from cellift.notebook.state.names import is_pseudo, quoted
from cellift.notebook.state.open_figures import figures_left_open
from cellift.notebook.state.outside import look_outside
from cellift.notebook.steps import SETUP, Group, Layout, lay_out
from cellift.notebook.surroundings import needs_of
from cellift.notebook.wiring import Conflict, Plan, Wiring, definitions_to_keep, repeated_in_conflict
from cellift.project.remembered import Statements, of_each_cell, of_kind

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

#: Modules that know how many refer to an object, and who.
_KNOW_WHO_REFERS = frozenset({"gc", "sys"})


@dataclass(frozen=True)
class Analysis:
    """The graph as far as it could be understood, and everything there is to say about the notebook."""

    graph: Graph
    diagnostics: tuple[Diagnostic, ...] = ()
    #: How each step of the graph came about, in the order of the steps; for ``explain``, which asks for them.
    plans: Mapping[int, Plan] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """No error: the graph can be compiled and run."""
        return not any(diagnostic.severity == "error" for diagnostic in self.diagnostics)


@without_collection()
def analyse(notebook: Notebook, project: Project | None = None, *, with_plans: bool = False) -> Analysis:
    """Find the steps of a notebook and the data between them. Mistakes become diagnostics, never exceptions.

    ``project`` knows the modules beside the notebook and what is installed; without it star imports are not resolved.
    ``with_plans``: say also how each step came about.
    """
    # A file name may hold line ends and bytes that are no text; a name goes into tables and YAML.
    stem = PurePath(notebook.path).stem if notebook.path else "notebook"
    name = "".join(char if char.isprintable() else " " for char in pipeline_setting(notebook, "name") or stem)
    layout = Layout((), (), (), ())
    resolved = Resolved(notebook.path, keep=not with_plans)
    try:
        layout = lay_out(notebook, project)
        analysis = _analyse(layout, name, notebook, project, resolved)
    except RecursionError:
        resolved.forget()
        too_deep = nested_too_deeply(layout)
        return Analysis(Graph(name, notebook.path, cells=layout.roles), (*layout.diagnostics, too_deep))
    resolved.put_back()
    return analysis if with_plans else replace(analysis, plans={})


def _analyse(layout: Layout, name: str, notebook: Notebook, project: Project | None, resolved: Resolved) -> Analysis:
    found = list(layout.diagnostics)
    step_names = {index: f"step {group.name}" if index else "the set-up" for index, group in enumerate(layout.groups)}
    kept_as_data: frozenset[int] = frozenset()
    registered: list[ast.stmt] = []
    channels = Channels()
    nodes = Statements.of(owned.code.tree for owned in layout.code)
    if project is not None:
        first, last = added_folders(nodes)
        project = project.with_folders(first, last) if first or last else project
    outside = look_outside(nodes, project)
    by_identity, weakly = looks_at_identity(nodes), refers_weakly(nodes)
    parts = parts_of_code(nodes)
    flags = (DECIMAL,) if looks_at_flags(nodes) else ()
    while True:
        reader = ParameterReader()
        local = LocalState(nodes, project, registered)
        draws = Draws(nodes, (owned.code.text for owned in layout.code), local.seeds, outside.without_draws)
        statements, warnings = _statements(layout, nodes, reader, project, local, draws, channels, resolved)
        flow = Flow(
            statements, resolved.blocks, step_names, kept_as_data, by_identity=by_identity, weakly=weakly, parts=parts
        )
        flow.run()
        wanted = {name for group in layout.groups for name in group.options.get("output", ())}
        forget_what_nobody_reads(resolved.blocks, wanted)
        files = FileUse(nodes, outside.without_files, ANY if outside.log_to_file else None)
        files.look_at(resolved.blocks)
        classify_setup(resolved.blocks, files)
        states = StateChanges(resolved.blocks, files, channels)
        states.decide()
        warnings += local.repeat(statements, step_names)
        computed = any(s.owner == SETUP and s.travel is Travel.OWN for s in statements)
        owners = range(0 if computed else 1, len(layout.groups))
        wiring = Wiring(resolved.blocks, owners)
        more = (flow.code_to_keep() | definitions_to_keep(wiring.conflicts) | wiring.registered) - kept_as_data
        handed_on = states.more_channels([*states.stuck, *repeated_in_conflict(wiring.conflicts)])
        too_early = local.registered_too_early(wiring.plans.values())
        if not more and handed_on is None and not too_early:
            break
        kept_as_data |= more
        registered += too_early
        channels = handed_on or channels
    found += [*warnings, *flow.diagnostics, *states.refusals(step_names)]
    found += hidden_state_warnings(statements, resolved.blocks, states, step_names)
    found += files_written_at_exit(statements, files, step_names)
    if weakly:
        from cellift.notebook.state.finalizers import finalizers_left

        found += finalizers_left(statements, files, step_names)
    found += figures_left_open(statements, files, step_names)
    found += annotations_of_others(statements, resolved.blocks, step_names)
    found += generators_that_stay(wiring.plans, step_names)
    if any(statement.travel is Travel.REPLAY for statement in statements):
        from cellift.notebook.state.registered_code import registered_code_that_keeps

        found += registered_code_that_keeps(statements, step_names)
    if not _KNOW_WHO_REFERS.isdisjoint(path.partition(".")[0] for path in files.names.values()):
        from cellift.notebook.flow.references import references_counted

        found += references_counted(wiring.plans, files, step_names)
    if by_identity:
        from cellift.notebook.flow.parts_compared import parts_compared

        found += parts_compared(wiring.plans, step_names)
    found += values_that_stay(wiring.plans, dict(files.names), step_names)
    found += _conflict_diagnostics(wiring.conflicts, step_names)
    ids = {index: group.id for index, group in enumerate(layout.groups)}
    installs = read_installs(layout.code, layout.groups, project)
    found += installs.diagnostics
    steps = tuple(
        _step(layout.groups[i], i, wiring, ids, found, project, installs, draws.seeded + flags, states.repeated(i))
        for i in sorted(wiring.plans)
    )
    file_order = with_file_order(wiring.edges(ids, step_names), wiring.plans, files, ids, step_names)
    file_order, wrong = with_asked_order(file_order, layout.groups, ids, step_names)
    found += wrong
    ordered = with_shell_order(file_order, wiring.plans, ids, step_names)
    travel = FileTravel(wiring.plans, files, project)
    graph = Graph(
        name,
        notebook.path,
        with_file_sources(steps, travel, ids),
        shown_edges(with_absent_files(ordered, travel, ids, step_names)),
        with_fixed(reader.parameters, statements),
        _roles(layout, statements),
        pipeline_setting(notebook, "description"),
    )
    # What CL116 tells more exactly is not told twice.
    told = {(d.cell, d.line, d.column) for d in found if d.code == "CL116"}
    found = [d for d in found if d.code != "CL104" or (d.cell, d.line, d.column) not in told]
    return Analysis(graph, tuple(_in_order([shown(one) for one in found], notebook)), wiring.plans)


def _statements(
    layout: Layout,
    nodes: Statements,
    reader: ParameterReader,
    project: Project | None,
    local: LocalState,
    draws: Draws,
    channels: Channels,
    resolved: Resolved,
) -> tuple[list[Statement], list[Diagnostic]]:
    """Every statement of every cell with its facts; ``reader`` finds the parameters among them."""
    around = _around(nodes)
    given = {node for owned in layout.code if owned.parameters for node in owned.code.statements}
    texts = known_texts(nodes, given)
    around = replace(around, changing_methods=around.changing_methods | local.methods, texts=texts)
    names = imported_names(nodes)
    statements = resolved.begin()
    star_names = project.star_names if project is not None else None
    declared = {owner for owner, group in enumerate(layout.groups) if group.options.get("changes")}
    beside = ((around, draws.around), names, draws.constants)
    changed = _names_that_changed(resolved.around, beside)
    words = _named_in(nodes)
    for owned, tree, named in zip(layout.code, nodes.cells, words, strict=True):
        chosen = reader.read(owned.code) if owned.parameters else reader.read_other(owned.code)
        plain = local.silent and not channels.start and owned.owner not in declared
        same = changed is not None and draws.alone and changed.isdisjoint(named)
        if plain and same and not owned.parameters:
            again = resolved.block_again(len(statements), owned.code, tree, owned.owner)
            if again is not None:
                statements += again.statements
                resolved.blocks.append(again)
                continue
        block = Block(tree, is_setup=owned.owner == SETUP)
        block.is_plain = plain and not owned.parameters and not any(map(is_read_anew, owned.code.statements))
        first = len(statements)
        for node in owned.code.statements:
            if owned.owner == SETUP and is_without_effect(node):
                continue
            travel = Travel.PARAMETER if node in chosen else Travel.OWN
            place = (len(statements), owned.code, node, owned.owner, travel)
            known = None
            if plain and same and draws.alone and not is_read_anew(node):
                known = resolved.again(*place, None)
            if known is None:
                facts = facts_of(owned.code, node, around, star_names)
                drawn = draws.of(node, facts.bodies)
                source = (facts, drawn, draws.seeded, is_alias(node, names))
                known = resolved.again(*place, source) if plain else None
            if known is not None:
                statements.append(known)
                continue
            facts = facts.copy()
            draws.note(facts, drawn, owned.code.column)
            local.note(facts, node, owned.code.column)
            note_alias(facts, node, names)
            channels.note(len(statements), facts, node)
            statements.append(Statement(*place[:-1], facts, travel))
            if plain:
                statements[-1].source = source
        block.statements = statements[first:]
        resolved.blocks.append(block)
    resolved.around = beside if draws.alone else None
    for owner, group in enumerate(layout.groups):
        if group.options.get("changes"):
            declare_changes([s for s in statements if s.owner == owner], group.options["changes"])
    return statements, list(reader.diagnostics)


def _names_that_changed(before: Any, now: tuple[Any, dict[str, str], frozenset[str]]) -> AbstractSet[str] | None:
    """Names that mean something else beside the statements; None where more than names has changed."""
    if before is None or before[0] != now[0]:
        return None
    changed: set[str] = {name for name, _ in before[1].items() ^ now[1].items()}
    constants: AbstractSet[str] = before[2] ^ now[2]
    return changed | constants


@of_each_cell
def _named_in(nodes: Sequence[ast.stmt]) -> frozenset[str]:
    return frozenset(part.id for node in nodes for part in of_kind(node, ast.Name))


def _around(nodes: Statements) -> Around:
    methods = changing_methods(nodes)
    attributes = frozenset().union(*_attributes(nodes))
    return Around(
        methods,
        changed_attributes(nodes, methods),
        changed_by_a_look(nodes, methods),
        frozenset().union(*_at_names(nodes)),
        "__subclasses__" in attributes,
        bool(attributes & {"cache_info", "cache_clear", "cache_parameters"}),
        moving_names(nodes) if any(_remember(nodes)) else frozenset(),
        any(_from_the_future(nodes)),
    )


@of_each_cell
def _attributes(nodes: Sequence[ast.stmt]) -> frozenset[str]:
    return frozenset(part.attr for node in nodes for part in of_kind(node, ast.Attribute))


@of_each_cell
def _remember(nodes: Sequence[ast.stmt]) -> bool:
    functions = (one for node in nodes for one in of_kind(node, ast.FunctionDef, ast.AsyncFunctionDef))
    return any(is_cache(decorator) for one in functions for decorator in getattr(one, "decorator_list", ()))


@of_each_cell
def _from_the_future(nodes: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in nodes)


@of_each_cell
def _at_names(nodes: Sequence[ast.stmt]) -> frozenset[str]:
    constants = (part.value for node in nodes for part in of_kind(node, ast.Constant))
    texts = (value for value in constants if isinstance(value, str))
    return frozenset(names_after_at(text for text in texts if "@" in text))


def _step(
    group: Group,
    index: int,
    wiring: Wiring,
    ids: Mapping[int, str],
    found: list[Diagnostic],
    project: Project | None,
    installs: Installs,
    seeded: tuple[str, ...],
    repeated: tuple[tuple[int, int], ...],
) -> Step:
    plan = wiring.plans[index]
    code: tuple[CodeSlice, ...] = code_slices(plan)
    outputs = set(plan.outputs) | wiring.left_behind(index)
    for name in group.options.get("output", ()):
        makes = {made for statement in plan.statements for made, v in statement.makes.items() if not v.kind.is_code}
        if name in makes or name in plan.inputs:
            outputs.add(name)
        else:
            found.append(
                diagnose(
                    "CL114",
                    f"`{name}` is to be kept as an output of step {group.name}, but the step does not make it.",
                    cell=group.cells[0],
                    line=1,
                    fix="Name a value that the step makes, or remove the option.",
                )
            )
    for name in group.options.get("changes", ()):
        if not any(name in s.makes and not s.makes[name].kind.is_code for s in plan.statements if s.owner == index):
            found.append(
                diagnose(
                    "CL114",
                    f"Step {group.name} is said to change `{name}`, but it has no value of that name.",
                    cell=group.cells[0],
                    line=1,
                    fix="Name a value that the step takes from a step above, or remove the option.",
                )
            )
    needs = needs_of(plan, project)
    later = wiring.later(index)
    return Step(
        group.id,
        group.name,
        "setup" if index == SETUP else "step",
        tuple(group.cells),
        code,
        {name: ids[plan.sources[name]] for name in sorted(plan.inputs)},
        tuple(sorted(plan.parameters)),
        tuple(sorted(outputs)),
        dict(group.options),
        names_to_keep(plan, outputs),
        later,
        touched=wiring.touched(index, later),
        seeded=seeded,
        repeated=repeated,
        held=wiring.may_be_held(index),
        draws=wiring.draws(index),
        packages=tuple(sorted({*needs.packages, *installs.pins.get(SETUP, ()), *installs.pins.get(index, ())})),
        installs=installs.of(index),
        modules=needs.modules,
        files=needs.files,
    )


def _roles(layout: Layout, statements: Sequence[Statement]) -> tuple[CellRole, ...]:
    """A set-up cell belongs to the implicit step when that runs something of it."""
    computing = {s.code.cell.id for s in statements if s.owner == SETUP and s.travel is Travel.OWN}
    setup = layout.groups[SETUP].id
    return tuple(
        role._replace(step=setup) if role.role == "setup" and role.cell in computing else role for role in layout.roles
    )


def _conflict_diagnostics(conflicts: Sequence[Conflict], step_names: Mapping[int, str]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    told: set[tuple[int, str]] = set()
    for conflict in conflicts:
        name = conflict.wanted.name
        if (conflict.owner, name) in told:
            continue
        told.add((conflict.owner, name))
        made = conflict.wanted.statement
        cell, step = conflict.statement.code.cell, step_names[conflict.owner]
        where = f"cell {made.code.cell.number}, line {conflict.wanted.line}"
        found.append(
            diagnose(
                "CL111",
                f"{step.capitalize()} needs {quoted(name)} as it was after {where}, and another value of it too.",
                cell=cell.id,
                line=conflict.statement.node.lineno,
                fix=_other_name(name),
            )
        )
    return found


def _other_name(name: str) -> str:
    if is_pseudo(name):
        return "Put what uses it above the first step into a step of its own."
    return f"Use another name for one of the two values of `{name}`."


def _in_order(found: Sequence[Diagnostic], notebook: Notebook) -> list[Diagnostic]:
    """By place in the notebook, each once; what concerns the whole notebook comes first."""
    position = {cell.id: cell.index for cell in notebook.cells}
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda d: (position.get(d.cell or "", -1), d.line or 0, d.column or 0, d.code))

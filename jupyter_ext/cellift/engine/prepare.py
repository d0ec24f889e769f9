"""From a notebook, or IR text, to something that can be run: all that is refused is refused here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cellift.engine.plan import Plan, build_plan
from cellift.notebook.diagnostics import Diagnostic, RefusedError, diagnose

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from cellift.notebook.analysis import Analysis
    from cellift.notebook.cells import Notebook
    from cellift.notebook.graph import Graph
    from cellift.notebook.kale.importing import Imported
    from cellift.project.snapshot import Project


_SHOWN = 3


@dataclass(frozen=True)
class Prepared:
    """A pipeline that will run: ``parameters`` are the final values of all its parameters.

    ``graph`` and ``notebook`` are None when it came as IR. ``diagnostics`` are the warnings that are left.
    """

    name: str
    ir: dict[str, Any]
    plan: Plan
    parameters: dict[str, Any]
    graph: Graph | None = None
    notebook: Notebook | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)


def analyse_notebook(data: str | bytes | Mapping[str, Any], path: str | None) -> Analysis:
    """Read and analyse a notebook; `RefusedError` when it is none, diagnostics for everything else."""
    return _analyse(data, path)[1]


def explain_notebook(data: str | bytes | Mapping[str, Any], path: str | None) -> tuple[Analysis, dict[str, Any]]:
    """Analyse a notebook and say why its graph is as it is."""
    from cellift.notebook.explain import explain

    notebook, analysis = _analyse(data, path, with_plans=True)
    return analysis, explain(analysis, notebook)


def project_of(notebook: Notebook, python: str | None = None) -> Project:
    """What lies around *notebook*: its folder, and the packages of *python* (default: of its kernel)."""
    import os

    from cellift.project.snapshot import Project

    def interpreter() -> str | None:
        from cellift.notebook.cells import kernel_name
        from cellift.project.kernelspec import KernelError, find_interpreter

        try:
            return find_interpreter(kernel_name(notebook), os.environ).python
        except KernelError:
            return None  # a run says so; reading the notebook needs none

    folder = os.path.dirname(os.path.abspath(notebook.path)) if notebook.path else None  # noqa: PTH100, PTH120
    return Project(folder, python or interpreter)


def import_kale_notebook(content: Mapping[str, Any], path: str | None) -> Imported:
    """A notebook with Kale's or papermill's marks as one with ours, beside the files that are there."""
    from cellift.notebook.cells import parse_notebook
    from cellift.notebook.kale.importing import import_kale

    return import_kale(content, path, project_of(parse_notebook(content, path)))


def prepare_notebook(
    data: str | bytes | Mapping[str, Any],
    path: str | None,
    *,
    overrides: Mapping[str, Any] | None = None,
    step: str | None = None,
    python: str | None = None,
) -> Prepared:
    """Analyse and compile a notebook. ``step`` (name or id) keeps that step and what it needs.

    ``python``: the interpreter whose packages count, by default that of the notebook's kernel.
    Raises `RefusedError` with all diagnostics when there is an error among them.
    """
    from cellift.notebook.parameters.overrides import apply_overrides
    from cellift.pipeline.compile import compile_graph
    from cellift.pipeline.parameters import encode_parameters
    from cellift.pipeline.subset import upstream_of

    notebook, analysis = _analyse(data, path, python)
    if not analysis.ok:
        raise RefusedError(analysis.diagnostics)
    graph = analysis.graph
    parameters = apply_overrides(graph, overrides or {})
    if step is not None:
        try:
            graph = upstream_of(graph, step)
        except KeyError:
            names = ", ".join(one.name for one in graph.steps)
            message = f"There is no step {step}. The notebook has: {names}."
            raise RefusedError([diagnose("CL115", message)]) from None
    ir = compile_graph(graph)
    return Prepared(
        name=graph.name,
        ir=ir,
        plan=build_plan(ir, encode_parameters(graph, parameters)),
        parameters=parameters,
        graph=graph,
        notebook=notebook,
        diagnostics=list(analysis.diagnostics),
    )


def compile_notebook(
    data: str | bytes | Mapping[str, Any], path: str | None, *, include: Sequence[str] = (), image: str | None = None
) -> Prepared:
    """Compile a notebook for a cluster, with its packages, its local modules and the files that *include* names.

    Raises `RefusedError`. ``image``: the container image of the steps, by default the one that this process runs in.
    """
    import os

    from cellift.config.settings import FILES_MIB, load_settings
    from cellift.pipeline.compile import compile_graph
    from cellift.pipeline.parameters import encode_parameters
    from cellift.pipeline.shipping import check_steps
    from cellift.project.data_files import matching

    notebook, analysis = _analyse(data, path)
    if not analysis.ok:
        raise RefusedError(analysis.diagnostics)
    graph, project = analysis.graph, project_of(notebook)
    _refuse_inputs(graph)
    given = image or os.environ.get("JUPYTER_IMAGE_SPEC") or os.environ.get("JUPYTER_IMAGE") or None
    if given is None:
        _refuse_unpublished(graph, project)
    wanted = {file for step in graph.steps for file in step.modules}
    for pattern in [*include, *_included(notebook)]:
        found = matching(pattern, project.folder) if project.folder is not None else set()
        if not found:
            raise RefusedError([diagnose("CL607", f"No file beside the notebook fits `{pattern}`.")])
        wanted |= found
    files = {name: (project.folder / name).read_bytes() for name in sorted(wanted)} if project.folder else {}
    settings = load_settings(project.folder)
    ir = compile_graph(graph, image=given, files=files, files_mib=settings[FILES_MIB])
    check_steps(ir)
    parameters = {parameter.name: parameter.default for parameter in graph.parameters}
    plan = build_plan(ir, encode_parameters(graph, parameters))
    left = _left_here(graph, wanted)
    return Prepared(graph.name, ir, plan, parameters, graph, notebook, [*analysis.diagnostics, *left])


def _left_here(graph: Graph, included: Container[str]) -> list[Diagnostic]:
    """Files beside the notebook that the steps name, and that a container will not have."""
    found = []
    for step in graph.steps:
        files = [file for file in step.files if file not in included]
        if files:
            told = ", ".join(files[:_SHOWN]) + (f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else "")
            found.append(
                diagnose(
                    "CL610",
                    f"Step {step.name} names {told}, beside the notebook; the containers will not have it.",
                    cell=step.cells[0] if step.cells else None,
                    line=1,
                    fix=f"Bring it along: --include {files[0]}, or read it from a store.",
                )
            )
    return found


def _included(notebook: Notebook) -> list[str]:
    """``metadata.cellift.pipeline.include`` of the notebook: a pattern, or a list of them."""
    cellift = notebook.metadata.get("cellift")
    pipeline = cellift.get("pipeline") if isinstance(cellift, dict) else None
    given = pipeline.get("include", []) if isinstance(pipeline, dict) else []
    patterns = [given] if isinstance(given, str) else given
    return [one for one in patterns if isinstance(one, str) and one] if isinstance(patterns, list) else []


def _refuse_inputs(graph: Graph) -> None:
    """Connections are known by their names on this machine alone."""
    found = [
        diagnose(
            "CL613",
            f"Step {step.name} takes {text} as an input; a cluster does not know the connections of this machine.",
            cell=step.cells[0] if step.cells else None,
            line=1,
            fix="Run the notebook on this machine, or read the object in the step's code.",
        )
        for step in graph.steps
        for text in step.options.get("input", ())
    ]
    if found:
        raise RefusedError(found)


def _refuse_unpublished(graph: Graph, project: Project) -> None:
    wanted = {pin: step for step in reversed(graph.steps) for pin in step.packages}
    found = [
        diagnose(
            "CL604",
            f"Step {wanted[one.pin].name} imports from {one.name}, which was installed from {origin}; a container "
            "would not find it on a package index.",
            cell=wanted[one.pin].cells[0] if wanted[one.pin].cells else None,
            line=1,
            fix="Publish it, put the module beside the notebook, or give an image that has it: --image IMAGE.",
        )
        for one in project.known_distributions()
        if one.pin in wanted and (origin := one.origin()) is not None
    ]
    if found:
        raise RefusedError(found)


def prepare_ir(text: str, *, overrides: Mapping[str, Any] | None = None) -> Prepared:
    """Read a pipeline specification (YAML). Raises `RefusedError`."""
    from cellift.pipeline.ir import InvalidIRError, load_ir

    try:
        ir = load_ir(text)
    except InvalidIRError as error:
        raise RefusedError([diagnose("CL602", str(error))]) from error
    plan = build_plan(ir, typed_overrides(ir, overrides or {}))
    return Prepared(name=plan["name"], ir=ir, plan=plan, parameters=plan["params"])


def typed_overrides(ir: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """``overrides`` with texts (from ``-p``) as what the pipeline's parameters take. Raises `RefusedError`.

    Pipelines of ours say it in their steps, others by the types that KFP has.
    """
    from cellift.notebook.parameters.overrides import left_behind, not_accepted
    from cellift.notebook.parameters.value_types import convert
    from cellift.pipeline.parameters import accepted_types, as_ir_value

    if not overrides:
        return {}
    declared = ir.get("root", {}).get("inputDefinitions", {}).get("parameters", {})
    accepted, derived = accepted_types(ir)
    found: dict[str, Any] = {}
    problems = left_behind({name: (sources, None) for name, sources in derived.items()}, overrides)
    for name, given in overrides.items():
        if name not in accepted:
            found[name] = given  # a name that is not there is refused with those that are
            continue
        try:
            found[name] = as_ir_value(convert(given, accepted[name]), accepted[name])
        except ValueError:
            default = declared[name].get("defaultValue")
            problems.append(not_accepted(name, accepted[name], given, default))
    if problems:
        raise RefusedError(problems)
    return found


def _analyse(
    data: str | bytes | Mapping[str, Any], path: str | None, python: str | None = None, *, with_plans: bool = False
) -> tuple[Notebook, Analysis]:
    from cellift.notebook.analysis import analyse
    from cellift.notebook.cells import parse_notebook

    notebook = parse_notebook(data, path)
    return notebook, analyse(notebook, project_of(notebook, python), with_plans=with_plans)

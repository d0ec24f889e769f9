"""The IR as text: KFP's YAML, written so that people can read it, and checked when it is read."""

from __future__ import annotations

from typing import Any


class InvalidIRError(Exception):
    """A text that is no pipeline specification, or one that contradicts itself. ``str()`` says where."""


def dump_ir(ir: dict[str, Any]) -> str:
    """The YAML text of a pipeline specification; the same for the same ``ir``."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        """Texts of several lines as they are, and no anchors."""

        def ignore_aliases(self, _data: Any) -> bool:
            return True

        if base is yaml.SafeDumper:  # slower, and where PyYAML has no libyaml; it writes what that would

            def check_simple_key(self) -> bool:
                if not isinstance(self.event, yaml.ScalarEvent):
                    return bool(super().check_simple_key())
                return "\n" not in self.event.value and len(self.event.value.encode()) <= 128

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    name = ir.get("pipelineInfo", {}).get("name", "")
    head = f"# PIPELINE DEFINITION\n# Name: {name}\n# Made by Cellift for `cellift run` and Kubeflow Pipelines.\n"
    body: str = yaml.dump(ir, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=2**30, default_flow_style=False)
    return head + body


def load_ir(text: str) -> dict[str, Any]:
    """Read a pipeline specification; raises :class:`InvalidIRError`.

    A second document (platform settings of ``kfp-kubernetes``) comes back under the key ``platforms``.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = list(yaml.load_all(text, Loader=loader))
    except yaml.YAMLError as error:
        raise InvalidIRError(f"This is no YAML: {_where(error)}.") from error
    if not documents or not isinstance(documents[0], dict):
        raise InvalidIRError("This is no pipeline specification: it has no mapping at the top.")
    ir: dict[str, Any] = documents[0]
    for extra in documents[1:]:
        if isinstance(extra, dict) and "platforms" in extra:
            ir["platforms"] = extra["platforms"]
    check_ir(ir)
    return ir


def check_ir(ir: dict[str, Any]) -> None:
    """Check that a specification holds together; raises :class:`InvalidIRError` for the first thing that does not."""
    for key in ("pipelineInfo", "root", "deploymentSpec"):
        if not isinstance(ir.get(key), dict):
            raise InvalidIRError(f"This is no pipeline specification: `{key}` is missing.")
    if not str(ir.get("schemaVersion", "")).startswith("2."):
        raise InvalidIRError(f"The schema version is {ir.get('schemaVersion')!r}; this program reads 2.x.")
    components = ir.get("components", {})
    executors = ir["deploymentSpec"].get("executors", {})
    _check_component("root", ir["root"], components, executors)
    for name, component in components.items():
        _check_component(f"components.{name}", component, components, executors)


def _check_component(place: str, component: Any, components: dict[str, Any], executors: dict[str, Any]) -> None:
    if not isinstance(component, dict):
        raise InvalidIRError(f"{place} is no mapping.")
    if "executorLabel" in component:
        if component["executorLabel"] not in executors:
            raise InvalidIRError(f"{place}: there is no executor {component['executorLabel']!r}.")
        return
    if "dag" not in component:
        raise InvalidIRError(f"{place} has neither an executor nor tasks.")
    tasks = component["dag"].get("tasks", {})
    before: dict[str, set[str]] = {}
    for name, task in tasks.items():
        where = f"{place}.dag.tasks.{name}"
        reference = task.get("componentRef", {}).get("name")
        if reference not in components:
            raise InvalidIRError(f"{where}: there is no component {reference!r}.")
        before[name] = set(task.get("dependentTasks", [])) | _producers(task)
        for other in sorted(before[name]):
            if other not in tasks:
                raise InvalidIRError(f"{where}: there is no task {other!r} to wait for.")
    _check_order(place, before)


def _producers(task: dict[str, Any]) -> set[str]:
    inputs = task.get("inputs", {})
    found = set()
    for kind, key in (("artifacts", "taskOutputArtifact"), ("parameters", "taskOutputParameter")):
        for given in inputs.get(kind, {}).values():
            if key in given:
                found.add(given[key].get("producerTask"))
    return found


def _check_order(place: str, before: dict[str, set[str]]) -> None:
    done: set[str] = set()
    while len(done) < len(before):
        ready = {name for name, others in before.items() if name not in done and others <= done}
        if not ready:
            stuck = sorted(before.keys() - done)
            raise InvalidIRError(f"{place}: these tasks wait for each other: {', '.join(stuck)}.")
        done |= ready


def _where(error: Any) -> str:
    """Line, column and reason of a YAML error, in one line; one about the characters has no line."""
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return place + " ".join(said.split())

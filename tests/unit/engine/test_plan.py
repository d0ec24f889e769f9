from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from cellift.engine.plan import build_plan
from cellift.engine.prepare import prepare_ir, typed_overrides
from cellift.notebook.diagnostics import RefusedError
from cellift.notebook.graph import Edge, Graph, Parameter, ParameterType, Step
from cellift.notebook.parameters.overrides import apply_overrides
from cellift.pipeline.compile import compile_graph
from cellift.pipeline.ir import dump_ir
from unit.engine.kit import step


def pipeline() -> dict[str, Any]:
    first = step("a", "x = n", outputs=("x",))
    first = Step(**{**vars(first), "params": ("n",)})
    graph = Graph(
        "demo",
        None,
        (first, step("b", "x", {"x": "a"}), step("c", "1")),
        (Edge("b", "c", ()),),
        (Parameter("n", "int", 3, "p", 1),),
    )
    return compile_graph(graph)


def refusal(ir: dict[str, Any]) -> str:
    with pytest.raises(RefusedError) as caught:
        build_plan(ir)
    (found,) = caught.value.diagnostics
    assert (found.code, found.severity) == ("CL601", "error")
    return found.message


def test_plan_has_the_steps_with_names_cells_and_reasons_to_wait() -> None:
    plan = build_plan(pipeline())
    a, b, c = plan["tasks"]
    assert (a["id"], a["name"], a["cells"], a["needs"]) == ("a", "A", ["cell-a"], [])
    assert (b["inputs"], b["needs"]) == ({"x": "a"}, ["a"])
    assert c["needs"] == ["b"], "an edge without data is a reason to wait as well"
    assert json.loads(json.dumps(plan)) == plan


def test_parameters_are_defaults_unless_overridden() -> None:
    assert build_plan(pipeline())["params"] == {"n": 3}
    plan = build_plan(pipeline(), {"n": 5})
    assert plan["params"] == {"n": 5}
    assert plan["tasks"][0]["parameters"]["n"] == {"value": 5}


def test_unknown_parameter_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"`m` is no parameter of this pipeline\. Parameters: n"):
        build_plan(pipeline(), {"m": 1})


def test_tasks_come_after_what_they_need() -> None:
    ir = pipeline()
    tasks = ir["root"]["dag"]["tasks"]
    ir["root"]["dag"]["tasks"] = dict(reversed(tasks.items()))
    assert [task["id"] for task in build_plan(ir)["tasks"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("triggerPolicy", {"condition": "1 == 1"}, "a condition"),
        ("triggerPolicy", {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}, "an exit handler"),
        ("parameterIterator", {"items": {"raw": "[1]"}}, "a loop"),
        ("artifactIterator", {"items": {}}, "a loop"),
        ("retryPolicy", {"maxRetryCount": 2}, "retries"),
    ],
)
def test_task_policies_that_cannot_run_here_are_refused(key: str, value: Any, words: str) -> None:
    ir = pipeline()
    ir["root"]["dag"]["tasks"]["b"][key] = value
    message = refusal(ir)
    assert words in message
    assert "Task b" in message


def _importer(ir: dict[str, Any]) -> None:
    (executor,) = ir["deploymentSpec"]["executors"].values()
    executor["importer"] = executor.pop("container")


def _nested(ir: dict[str, Any]) -> None:
    (component,) = ir["components"].values()
    component["dag"] = {"tasks": {}}


def _foreign(ir: dict[str, Any]) -> None:
    (executor,) = ir["deploymentSpec"]["executors"].values()
    executor["container"].update(command=["sh", "-c", "echo"], image="alpine:3")


def _pipeline_output(ir: dict[str, Any]) -> None:
    ir["root"]["dag"]["outputs"] = {"parameters": {"x": {}}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_importer, "imports an artifact"),
        (_nested, "pipeline in the pipeline"),
        (_foreign, "alpine:3"),
        (_pipeline_output, "outputs of its own"),
    ],
)
def test_components_that_cannot_run_here_are_refused(change: Callable[[dict[str, Any]], None], words: str) -> None:
    ir = copy.deepcopy(pipeline())
    change(ir)
    assert words in refusal(ir)


def test_output_parameter_of_a_task_reaches_the_next() -> None:
    ir = pipeline()
    ir["components"] = copy.deepcopy(ir["components"])
    (component,) = ir["components"].values()
    component["outputDefinitions"]["parameters"] = {"flag": {"parameterType": "BOOLEAN"}}
    ir["root"]["dag"]["tasks"]["c"]["inputs"]["parameters"]["n"] = {
        "taskOutputParameter": {"producerTask": "a", "outputParameterKey": "flag"}
    }
    c = build_plan(ir)["tasks"][2]
    assert c["parameters"]["n"] == {"task": "a", "key": "flag"}
    assert c["needs"] == ["a", "b"]
    assert c["output_parameters"] == {"flag": "BOOLEAN"}


def test_resources_are_read_in_units() -> None:
    ir = pipeline()
    (executor,) = ir["deploymentSpec"]["executors"].values()
    executor["container"]["resources"] = {"cpuLimit": 2.0, "memoryLimit": 1.5, "accelerator": {"count": 1}}
    assert build_plan(ir)["tasks"][0]["resources"] == {"cpu": 2.0, "memory": 1_500_000_000, "gpu": 1}


def test_text_overrides_take_the_declared_type() -> None:
    ir = pipeline()
    assert typed_overrides(ir, {"n": "7"}) == {"n": 7}
    for wrong in ("seven", "1.5", "True"):
        with pytest.raises(RefusedError, match="a whole number"):
            typed_overrides(ir, {"n": wrong})


def test_ir_text_is_prepared_and_bad_text_refused() -> None:
    prepared = prepare_ir(dump_ir(pipeline()), overrides={"n": "4"})
    assert (prepared.name, prepared.parameters) == ("demo", {"n": 4})
    with pytest.raises(RefusedError, match="no pipeline specification"):
        prepare_ir("- 1\n")


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "a/b", "..", "", "a" * 200])
def test_names_that_lead_out_of_the_folder_of_the_run_are_refused(name: str) -> None:
    ir = pipeline()
    tasks = ir["root"]["dag"]["tasks"]
    tasks[name] = tasks.pop("c")
    assert "no name for a task" in refusal(ir)
    ir = pipeline()
    (component,) = ir["components"].values()
    component["outputDefinitions"]["artifacts"][name] = component["outputDefinitions"]["artifacts"]["values"]
    assert "no name for a task or an output" in refusal(ir)


def test_settings_for_a_cluster_are_refused_and_not_ignored() -> None:
    ir = pipeline()
    ir["platforms"] = {"kubernetes": {"deploymentSpec": {"executors": {"e": {"secretAsEnv": []}}}}}
    assert "platforms" in refusal(ir)


def test_a_step_that_cannot_be_read_is_refused() -> None:
    ir = pipeline()
    task = ir["root"]["dag"]["tasks"]["a"]
    task["inputs"]["parameters"]["cellift_step"]["runtimeValue"]["constant"] = "{"
    assert "Compile the notebook again" in refusal(ir)


@pytest.mark.parametrize("text", ["5", '"5"', "'5'", "five", "[1"])
@pytest.mark.parametrize(
    ("kind", "default"), [("str", "a"), ("int", 1), ("float", 1.5), ("bool", True), ("list", []), ("dict", {})]
)
def test_a_text_means_the_same_for_a_notebook_and_for_its_compiled_pipeline(
    text: str, kind: ParameterType, default: Any
) -> None:
    first = Step(**{**vars(step("a", "x = n")), "params": ("n",)})
    graph = Graph("demo", None, (first,), (), (Parameter("n", kind, default, "p", 1),))

    def outcome(convert: Callable[[], dict[str, Any]]) -> Any:
        try:
            return repr(convert()["n"])
        except RefusedError as error:
            return error.diagnostics[0].code

    compiled = compile_graph(graph)
    assert outcome(lambda: typed_overrides(compiled, {"n": text})) == outcome(
        lambda: apply_overrides(graph, {"n": text})
    )

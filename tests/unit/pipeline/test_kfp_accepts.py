"""The real KFP SDK, in an environment of its own, accepts what we compile."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from cellift.pipeline import compile_graph, dump_ir
from unit.pipeline.kit import graph, parameter, step

KFP_PYTHON = Path(os.environ.get("CELLIFT_KFP_PYTHON") or Path(__file__).parents[3] / ".venv-kfp" / "bin" / "python")

CHECK = """
import json, sys, yaml
from google.protobuf import json_format
from kfp import compiler, components, dsl
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

path, parent_path = sys.argv[1:]
ours = yaml.safe_load(open(path))
spec = json_format.ParseDict(ours, pb.PipelineSpec())
back = json_format.MessageToDict(spec)
json_format.ParseDict(ours["deploymentSpec"], pb.PipelineDeploymentConfig())

component = components.load_component_from_file(path)

@dsl.pipeline(name="parent")
def parent(rate: float = 0.5):
    first = component(rate=rate)
    second = component(rate=0.25).after(first)

compiler.Compiler().compile(parent, parent_path)
merged = json_format.ParseDict(yaml.safe_load(open(parent_path)), pb.PipelineSpec())

inputs = component.component_spec.inputs or {}
print(json.dumps({
    "inputs": {name: [spec.type, spec.default, spec.optional] for name, spec in inputs.items()},
    "tasks": sorted(back["root"]["dag"]["tasks"]),
    "constants": [t["inputs"]["parameters"]["cellift_step"]["runtimeValue"]["constant"]
                  for _, t in sorted(back["root"]["dag"]["tasks"].items())],
    "command": back["deploymentSpec"]["executors"]["exec-cellift"]["container"]["command"],
    "parent": sorted(json_format.MessageToDict(merged)["root"]["dag"]["tasks"]),
}))
"""


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What KFP made of a pipeline with every kind of parameter; fails where KFP refuses it."""
    if not KFP_PYTHON.exists():
        pytest.fail(f"There is no KFP at {KFP_PYTHON}. Make it with `make test-python`, or set CELLIFT_KFP_PYTHON.")
    folder = tmp_path_factory.mktemp("kfp")
    (folder / "ir.yaml").write_text(dump_ir(compile_graph(GRAPH)), encoding="utf-8")
    command = [str(KFP_PYTHON), "-c", CHECK, str(folder / "ir.yaml"), str(folder / "parent.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    found: dict = json.loads(done.stdout)
    return found


PARAMETERS = (
    parameter("rate", "float", 1.5),
    parameter("count", "int", -3),
    parameter("flag", "bool", True),
    parameter("text", "str", "a: {{b}} 'c'"),
    parameter("items", "list", [1, "a"]),
    parameter("holes", "list", [1, None]),
    parameter("huge", "int", 2**60),
    parameter("options", "dict", {"a": {"b": 1}}),
    parameter("nothing", "none", None),
    parameter("größe", "int", 1),
)
NAMES = tuple(one.name for one in PARAMETERS)
GRAPH = graph(
    step("load", "x = {'{{$}}': '$(y)'}", outputs=("x",), params=NAMES),
    step("left branch", "a = x", number=2, inputs={"x": "load"}, outputs=("a",)),
    step("right branch", "b = x", number=3, inputs={"x": "load"}, outputs=("b",)),
    step("join", "print(a, b)\n'ä'", number=4, inputs={"a": "left-branch", "b": "right-branch"}),
    parameters=PARAMETERS,
    name="Größe: a notebook",
)


def test_specification_parses_strictly_and_every_task_is_there(accepted: dict):
    assert accepted["tasks"] == ["join", "left-branch", "load", "right-branch"]


def test_code_and_command_survive_the_journey_unchanged(accepted: dict):
    ir = compile_graph(GRAPH)
    tasks = sorted(ir["root"]["dag"]["tasks"].items())
    assert accepted["constants"] == [
        task["inputs"]["parameters"]["cellift_step"]["runtimeValue"]["constant"] for _, task in tasks
    ]
    assert accepted["command"] == ir["deploymentSpec"]["executors"]["exec-cellift"]["container"]["command"]


def test_parameters_keep_types_and_defaults(accepted: dict):
    assert accepted["inputs"] == {
        "rate": ["Float", 1.5, True],
        "count": ["Integer", -3, True],
        "flag": ["Boolean", True, True],
        "text": ["String", "a: {{b}} 'c'", True],
        "items": ["List", [1, "a"], True],
        "holes": ["List", None, True],
        "huge": ["Integer", None, True],
        "options": ["Dict", {"a": {"b": 1}}, True],
        "nothing": ["String", None, True],
        "größe": ["Integer", 1, True],
    }


def test_pipeline_can_be_used_in_another_one(accepted: dict):
    assert len(accepted["parent"]) == 2

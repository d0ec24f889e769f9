"""A step graph compiles to the same, small, readable specification every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from cellift.notebook.diagnostics import RefusedError
from cellift.notebook.graph import Edge, Graph, Parameter
from cellift.pipeline import InvalidIRError, check_ir, compile_graph, dump_ir, load_ir, upstream_of
from cellift.pipeline.identifiers import COMPONENT, pipeline_name
from unit.notebook.make_notebook import graph_of
from unit.pipeline.kit import Launcher, graph, parameter, step

_TESTS = Path(__file__).parents[2]
_CODE = [str(_TESTS), str(_TESTS.parent / "jupyter_ext")]
TWO = graph(
    step("Load data", "x = n", outputs=("x",), params=("n",)),
    step("use it", "x + 1", number=2, inputs={"x": "load-data"}),
    parameters=(parameter("n", "int", 3), parameter("unused", "str", "a")),
)


def payload(ir: dict, task: str) -> dict:
    return json.loads(
        ir["root"]["dag"]["tasks"][task]["inputs"]["parameters"]["cellift_step"]["runtimeValue"]["constant"]
    )


def wide(count: int) -> Graph:
    """``count`` steps of a few lines each, one behind the other."""
    source = "import numpy as np\nmodel = np.asarray(before) * 2\nprint(model.shape)\nafter = {'model': model}\n" * 2
    first = step("step 0", "before = 1", outputs=("before",))
    rest = [
        step(f"step {place}", source, number=place, inputs={"before": "step-0"}, outputs=("after", "model"))
        for place in range(1, count)
    ]
    return graph(first, *rest)


def test_step_becomes_a_task_with_its_code_inputs_and_outputs():
    ir = compile_graph(TWO)
    task = ir["root"]["dag"]["tasks"]["use-it"]
    assert task["dependentTasks"] == ["load-data"]
    assert task["inputs"]["artifacts"] == {
        "from_load_data": {"taskOutputArtifact": {"producerTask": "load-data", "outputArtifactKey": "values"}}
    }
    assert payload(ir, "use-it") == {
        "v": 1,
        "step": "use it",
        "id": "use-it",
        "notebook": "nb.ipynb",
        "code": [{"cell": "c2", "number": 2, "line": 1, "source": "x + 1"}],
        "own": 0,
        "inputs": {"x": "load-data"},
        "artifacts": {"load-data": "from_load_data"},
        "params": [],
        "defaults": {},
        "outputs": [],
        "keep": [],
        "later": [],
        "seeded": [],
        "repeated": [],
        "touched": [],
        "last": True,
    }


def test_caching_is_off_explicitly():
    tasks = compile_graph(TWO)["root"]["dag"]["tasks"].values()
    assert [task["cachingOptions"] for task in tasks] == [{"enableCache": False}] * 2


def test_all_steps_share_one_component_and_one_executor():
    # Argo keeps one component specification for each container: two that differ would be mixed up on a cluster.
    ir = compile_graph(TWO)
    assert list(ir["components"]) == [COMPONENT]
    assert list(ir["deploymentSpec"]["executors"]) == [ir["components"][COMPONENT]["executorLabel"]]


def test_hash_seed_is_the_same_for_all_steps():
    container = compile_graph(TWO)["deploymentSpec"]["executors"]["exec-cellift"]["container"]
    assert container["env"] == [{"name": "PYTHONHASHSEED", "value": "0"}]


def test_parameters_are_typed_with_defaults():
    ir = compile_graph(TWO)
    assert ir["root"]["inputDefinitions"]["parameters"] == {
        "n": {"parameterType": "NUMBER_INTEGER", "isOptional": True, "defaultValue": 3},
        "unused": {"parameterType": "STRING", "isOptional": True, "defaultValue": "a"},
    }
    assert ir["root"]["dag"]["tasks"]["load-data"]["inputs"]["parameters"]["n"] == {"componentInputParameter": "n"}


@pytest.mark.parametrize(
    ("kind", "default", "expected"),
    [
        ("float", 0.5, {"parameterType": "NUMBER_DOUBLE", "defaultValue": 0.5}),
        ("bool", False, {"parameterType": "BOOLEAN", "defaultValue": False}),
        ("list", [1], {"parameterType": "LIST", "defaultValue": [1]}),
        ("dict", {"a": 1}, {"parameterType": "STRUCT", "defaultValue": {"a": 1}}),
        ("none", None, {"parameterType": "STRING"}),
        ("float", float("nan"), {"parameterType": "NUMBER_DOUBLE"}),
        ("int", 2**60, {"parameterType": "NUMBER_INTEGER"}),
    ],
)
def test_each_type_of_parameter(kind, default, expected):
    ir = compile_graph(graph(step("s", "1", params=("p",)), parameters=(parameter("p", kind, default),)))
    assert ir["root"]["inputDefinitions"]["parameters"]["p"] == {"isOptional": True, **expected}


def test_edge_without_a_value_still_orders_the_steps():
    both = replace(graph(step("a", "1"), step("b", "2")), edges=(Edge("a", "b", ()),))
    assert compile_graph(both)["root"]["dag"]["tasks"]["b"]["dependentTasks"] == ["a"]


def test_image_goes_to_the_container():
    ir = compile_graph(TWO, image="registry.example/team/image:1")
    assert ir["deploymentSpec"]["executors"]["exec-cellift"]["container"]["image"] == "registry.example/team/image:1"


def test_graph_without_steps_is_refused():
    with pytest.raises(RefusedError, match="no steps"):
        compile_graph(graph())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("My Notebook", "my-notebook"), ("größe.v2", "gro-e-v2"), ("日本", "pipeline"), ("", "pipeline"), ("-a-", "a")],
)
def test_pipeline_name_is_plain_and_the_title_is_kept(name, expected):
    expected = expected.replace("gro-e", "groe") if pipeline_name("ö") == "o" else expected
    info = compile_graph(replace(TWO, name=name))["pipelineInfo"]
    assert info["name"] == pipeline_name(name)
    assert info["name"].replace("-", "").isalnum() and info["name"].isascii()
    assert info.get("displayName", info["name"]) == name


def test_same_text_in_every_process_and_hash_seed():
    code = (
        f"import sys; sys.path[:0] = {_CODE}\n"
        "from unit.pipeline.test_compile import TWO, wide\nfrom cellift.pipeline import *\n"
        "import hashlib; text = dump_ir(compile_graph(TWO)) + dump_ir(compile_graph(wide(9)))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(found) == 1


def test_compile_imports_nothing_heavy():
    code = (
        f"import sys; sys.path[:0] = {_CODE}\n"
        "from unit.pipeline.kit import graph, step\nfrom cellift.pipeline import *\n"
        "dump_ir(compile_graph(graph(step('a', '1'))))\n"
        "print([name for name in ('numpy', 'pandas', 'IPython', 'matplotlib', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_container_and_whole_specification_stay_small():
    ir = compile_graph(wide(100))
    container = ir["deploymentSpec"]["executors"]["exec-cellift"]["container"]
    assert len(json.dumps(container).encode()) < 100 * 1024
    assert len(dump_ir(ir).encode()) < 250 * 1024


def test_a_chain_of_a_hundred_numbers_stays_small():
    cells = ["%%step s0\nx0 = 1", *(f"%%step s{n}\nx{n} = x{n - 1} + 1" for n in range(1, 100))]
    assert len(dump_ir(compile_graph(graph_of(*cells))).encode()) < 250 * 1024


def test_hundred_steps_compile_quickly():
    import time

    steps = wide(100)
    compile_graph(steps)
    started = time.perf_counter()
    dump_ir(compile_graph(steps))
    assert time.perf_counter() - started < 0.5


HOSTILE = (
    "x = r'''{{$}} {{{{ {{inputs.parameters.a}} $(HOME) $$(A) $$ `id` \\ \" ' : # - | > & * ! % @\t'''"
    "\nlen(x)\n# \u2028 \x85 \u00e4 \ufeff \x7f"
)


def test_text_that_means_something_to_argo_kubernetes_or_yaml_arrives_untouched(tmp_path):
    ir = compile_graph(graph(step("a {{x}} $(y)", HOSTILE)))
    text = dump_ir(ir)
    assert load_ir(text) == ir
    constant = next(iter(ir["root"]["dag"]["tasks"].values()))["inputs"]["parameters"]["cellift_step"]
    for forbidden in ("{{", "$(", "$$"):
        assert forbidden not in json.dumps(constant)
    (task,) = ir["root"]["dag"]["tasks"]
    assert payload(ir, task)["code"][0]["source"] == HOSTILE
    value = {}
    exec(HOSTILE.partition("\n")[0], value)
    assert Launcher(tmp_path).run(ir)[task].stdout == f"{len(value['x'])}\n"


def test_lone_surrogate_in_a_cell_survives_the_file(tmp_path):
    ir = compile_graph(graph(step("s", "'\ud800'")))
    dump_ir(ir).encode("utf-8")
    assert payload(load_ir(dump_ir(ir)), "s")["code"][0]["source"] == "'\ud800'"


def test_text_reads_well():
    text = dump_ir(compile_graph(TWO))
    assert text.startswith("# PIPELINE DEFINITION\n# Name: my-pipeline\n")
    assert "\n          - |\n" in text or "\n        - |\n" in text
    assert "&id" not in text and "*id" not in text


def test_text_is_the_same_without_the_c_library(monkeypatch):
    ir = compile_graph(TWO)
    expected = dump_ir(ir)
    monkeypatch.delattr(yaml, "CSafeDumper", raising=False)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert dump_ir(ir) == expected
    assert load_ir(expected) == ir


def test_one_step_with_what_it_needs():
    steps = graph(
        step("a", "x = p", outputs=("x",), params=("p",)),
        step("b", "y = x", inputs={"x": "a"}, outputs=("y",)),
        step("c", "q", params=("q",)),
        step("Last one", "y", inputs={"y": "b"}),
        parameters=(parameter("p", "int", 1), parameter("q", "int", 2)),
    )
    steps = replace(steps, edges=(Edge("a", "b", ()), Edge("b", "last-one", ()), Edge("c", "last-one", ())))
    part = upstream_of(steps, "b")
    assert [one.id for one in part.steps] == ["a", "b"]
    assert part.edges == (Edge("a", "b", ()),)
    assert [one.name for one in part.parameters] == ["p"]
    check_ir(compile_graph(part))
    assert [one.id for one in upstream_of(steps, "Last one").steps] == ["a", "b", "c", "last-one"]


def test_unknown_step_lists_the_steps():
    with pytest.raises(KeyError, match="Load data, use it"):
        upstream_of(TWO, "nope")


def test_compiled_specification_holds_together():
    check_ir(compile_graph(TWO))


BROKEN = {
    "pipelineInfo.*missing": lambda ir: ir.pop("pipelineInfo"),
    "schema version is '1.0'": lambda ir: ir.update(schemaVersion="1.0"),
    "no component 'comp-x'": lambda ir: ir["root"]["dag"]["tasks"]["use-it"]["componentRef"].update(name="comp-x"),
    "no executor 'exec-x'": lambda ir: ir["components"][COMPONENT].update(executorLabel="exec-x"),
    "no task 'x' to wait for": lambda ir: ir["root"]["dag"]["tasks"]["use-it"].update(dependentTasks=["x"]),
    "wait for each other: load-data, use-it": lambda ir: ir["root"]["dag"]["tasks"]["load-data"].update(
        dependentTasks=["use-it"]
    ),
    "neither an executor nor tasks": lambda ir: ir["components"].update({"comp-y": {}}),
}


@pytest.mark.parametrize(("message", "break_it"), BROKEN.items(), ids=range(len(BROKEN)))
def test_contradictions_are_found(message, break_it):
    ir = json.loads(json.dumps(compile_graph(TWO)))
    break_it(ir)
    with pytest.raises(InvalidIRError, match=message):
        check_ir(ir)


@pytest.mark.parametrize("text", ["", "a: [", "just text", "- 1", "a: 1\n"])
def test_other_texts_are_no_specification(text):
    with pytest.raises(InvalidIRError):
        load_ir(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: 1\nb: [1,\n", r"line 3, column 1: [^\n]+\.$"), ("a: \x01", r"no YAML: [^\n]*not allowed[^\n]*\.$")],
)
def test_what_is_no_yaml_is_told_in_one_line_with_its_place(text, message):
    with pytest.raises(InvalidIRError, match=message) as caught:
        load_ir(text)
    assert "\n" not in str(caught.value) and "unicode string" not in str(caught.value)


def test_platform_settings_in_a_second_document_are_kept():
    text = dump_ir(compile_graph(TWO)) + "---\nplatforms:\n  kubernetes: {deploymentSpec: {}}\n"
    assert load_ir(text)["platforms"] == {"kubernetes": {"deploymentSpec": {}}}


def test_values_of_a_run_are_encoded_for_the_specification():
    from cellift.pipeline import encode_parameters

    parameters = (
        parameter("n", "int", 3),
        parameter("nothing", "none", None),
        parameter("left", "none", None),
        parameter("nan", "float", float("nan")),
        parameter("huge", "int", 2**60),
        parameter("other", "int", 2**60),
    )
    values = {"n": 4, "nothing": [1, "a"], "left": None, "nan": float("nan"), "huge": 2**60, "other": 2**61}
    encoded = encode_parameters(graph(step("s", "1"), parameters=parameters), values)
    assert encoded == {"n": 4, "nothing": '[1, "a"]', "other": 2**61}


def test_what_a_parameter_accepts_is_in_its_description_and_with_the_step() -> None:
    from cellift.notebook.parameters.value_types import ValueType

    accepts = ValueType("str", choices=("a", "{{b}}"))
    spec = compile_graph(
        graph(step("s", "print(m)", params=("m",)), parameters=(Parameter("m", "str", "a", "c", 1, (), accepts),))
    )
    definition = spec["root"]["inputDefinitions"]["parameters"]["m"]
    assert definition == {
        "parameterType": "STRING",
        "isOptional": True,
        "defaultValue": "a",
        "description": "Takes one of 'a', '{ {b}}'.",
    }


def test_a_parameter_that_may_be_none_travels_as_json_text() -> None:
    from cellift.notebook.parameters.value_types import ValueType

    accepts = ValueType("int", optional=True)
    spec = compile_graph(
        graph(step("s", "print(n)", params=("n",)), parameters=(Parameter("n", "int", 5, "c", 1, (), accepts),))
    )
    definition = spec["root"]["inputDefinitions"]["parameters"]["n"]
    assert (definition["parameterType"], "defaultValue" in definition) == ("STRING", False)
    assert definition["description"] == "Takes a whole number, or None. As JSON text."

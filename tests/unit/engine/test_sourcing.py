"""Tasks whose inputs come from other tasks than declared."""

import json

from cellift.engine.sourcing import resourced

STEP = {"step": "c", "inputs": {"m": "a", "x": "a"}, "artifacts": {"a": "in-a"}}
TASK = {
    "id": "c",
    "inputs": STEP["inputs"],
    "needs": ["a"],
    "artifacts": {"in-a": {"task": "a", "key": "values"}},
    "parameters": {"cellift_step": {"value": json.dumps(STEP)}},
}


def test_a_moved_name_comes_from_the_other_task_and_the_rest_stays():
    found = resourced(TASK, {"m": "b"})
    step = json.loads(found["parameters"]["cellift_step"]["value"])
    assert step["inputs"] == found["inputs"] == {"m": "b", "x": "a"}
    assert found["artifacts"][step["artifacts"]["b"]] == {"task": "b", "key": "values"}
    assert found["needs"] == ["a", "b"]
    assert "meant" not in step
    named = resourced(TASK, {"m": "b"}, ["y"], {"y": "b"})
    assert json.loads(named["parameters"]["cellift_step"]["value"])["meant"] == {"y": "b"}


def test_the_declared_task_stays_as_it_is_so_that_the_move_can_be_undone():
    before = json.dumps(TASK)
    resourced(TASK, {"m": "b"})
    assert json.dumps(TASK) == before


def test_a_producer_that_the_task_has_already_gets_no_second_artifact():
    assert resourced(TASK, {"y": "a"})["artifacts"] == TASK["artifacts"]
    two = {**TASK, "artifacts": {"in-b": {"task": "b", "key": "values"}, **TASK["artifacts"]}}
    assert resourced(two, {"y": "a"})["artifacts"] == two["artifacts"]

"""Inputs that a step changes although its source does not show it: without somebody who sees to it, the step ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.graph import Step
from cellift.pipeline import compile_graph
from unit.pipeline.kit import Launcher, graph, step

MADE = step("make", "x = {'deep': [1]}\ny = x['deep']\nz = [5]", outputs=("x", "y", "z"))
X = {"x": "make"}


@pytest.mark.parametrize("change", ["x['deep'].append(2)", "other = x.setdefault('k', 1)"])
def test_a_change_of_what_later_steps_take_ends_the_step_and_names_the_fix(launcher: Launcher, change: str) -> None:
    found = launcher.run(compile_graph(graph(MADE, step("use", change, inputs=X, later=("x",)))))["use"]
    assert found.error["code"] == "CL520"
    assert "`x`" in found.error["message"]
    assert "--changes x" in found.error["message"]


def test_a_change_that_nobody_else_would_see_is_nothing(launcher: Launcher) -> None:
    found = launcher.run(compile_graph(graph(MADE, step("use", "x['deep'].append(2)", inputs=X))))["use"]
    assert found.code == 0


def test_a_declared_change_is_nothing(launcher: Launcher) -> None:
    use = step("use", "x['deep'].append(2)", inputs=X, later=("z",), outputs=("x",))
    assert launcher.run(compile_graph(graph(MADE, use)))["use"].code == 0


def test_a_change_of_an_output_that_a_later_step_takes_from_where_it_came_from_is_told(launcher: Launcher) -> None:
    use = step("use", "x['deep'].append(2)", inputs=X, later=("x",), outputs=("x",))
    assert "`x`" in launcher.run(compile_graph(graph(MADE, use)))["use"].error["message"]


def test_what_shares_an_object_with_a_changed_input_is_changed(launcher: Launcher) -> None:
    use = step("use", "x['deep'].append(2)", inputs=X, later=("y", "z"), outputs=("x",))
    found = launcher.run(compile_graph(graph(MADE, use)))["use"]
    assert "`y`" in found.error["message"]
    assert "`z`" not in found.error["message"]


def test_an_input_that_an_output_holds_crosses_with_it_when_either_is_changed_further_down(launcher: Launcher) -> None:
    def hold(name: str, source: str, *touched: str) -> Step:
        return step(name, source, inputs=X, later=("x",), outputs=("held",), touched=touched)

    steps = [
        hold("touched", "held = [x]", "held"),
        hold("left", "held = [x]"),
        hold("copied", "held = [dict(deep=[1])]", "held"),
    ]
    found = launcher.run(compile_graph(graph(MADE, *steps)))
    assert found["touched"].error["code"] == "CL520"
    assert found["left"].code == 0
    assert found["copied"].code == 0


@pytest.mark.parametrize("rebinds", ["x = [0]", "x = x['deep'] + [2]"])
def test_a_change_of_what_steps_above_may_hold_is_told_although_the_name_means_something_else(
    launcher: Launcher, rebinds: str
) -> None:
    use = step("use", f"getattr(x['deep'], 'append')(2)\n{rebinds}", inputs=X, outputs=("x",))
    held = compile_graph(graph(MADE, replace(use, held=("x",))))
    assert "`x`" in launcher.run(held)["use"].error["message"]
    assert launcher.run(compile_graph(graph(MADE, use)))["use"].code == 0, "nobody holds it"
    rebound = replace(use, later=("x",))
    found = launcher.run(with_rerun(compile_graph(graph(MADE, rebound)), "use"))["use"].ok
    assert (found["changed"], found["spent"]) == ([], ["x"])


@pytest.mark.parametrize(("code", "told"), [("a[0] = 1", True), ("a.resize(4)", False)])
def test_an_array_that_is_rebound_is_compared_unless_it_may_be_resized(
    launcher: Launcher, code: str, told: bool
) -> None:
    make = step("make", "import numpy as np\na = np.zeros(3)", outputs=("a",))
    use = step("use", f"{code}\na = 5", inputs={"a": "make"}, outputs=("a",), later=("a",))
    found = launcher.run(with_rerun(compile_graph(graph(make, use)), "use"))["use"].ok
    assert ("spent" in found) is told


def with_rerun(ir: dict[str, Any], name: str) -> dict[str, Any]:
    """As the engine of this machine starts the step, which puts right what it tells."""
    given = ir["root"]["dag"]["tasks"][name]["inputs"]["parameters"]["cellift_step"]["runtimeValue"]
    given["constant"] = json.dumps({**json.loads(given["constant"]), "rerun": True})
    return ir


def test_the_last_step_tells_who_can_put_it_right_that_it_drew(launcher: Launcher) -> None:
    draw = replace(step("last", "random.random()", setup="import random\nrandom.seed(1)"), seeded=("state:random",))
    ir = compile_graph(graph(MADE, draw))
    assert launcher.run(ir)["last"].ok["changed"] == [], "who cannot is not bothered"
    assert launcher.run(with_rerun(ir, "last"))["last"].ok["changed"] == ["state:random"]


def test_the_last_step_hands_on_no_settings_since_nobody_takes_them(launcher: Launcher) -> None:
    lock = "import builtins, threading\ngetattr(builtins, '__dict__')['made_up'] = threading.Lock()"
    ir = with_rerun(compile_graph(graph(MADE, step("last", lock))), "last")
    assert launcher.run(ir)["last"].ok["changed"] == []


def test_files_that_a_step_uses_are_told_and_not_those_that_every_step_uses(tmp_path: Path) -> None:
    code = "from pathlib import Path\nPath('all').write_text('')\nPath('made').write_text('')\nPath('made').read_text()"
    use = replace(step("use", code), repeated=((1, 1), (1, 2)))
    (tmp_path / "work").mkdir()
    launcher = Launcher(tmp_path / "of" / "the" / "runs" / "alone")
    found = launcher.run(with_rerun(compile_graph(graph(use, MADE)), "use"), cwd=tmp_path / "work")["use"].ok
    assert found["files"] == {"read": [], "written": ["made"]}


def test_options_that_reading_a_value_sets_are_handed_on(launcher: Launcher, tmp_path: Path) -> None:
    (tmp_path / "of_a_library.py").write_text("import decimal\ndecimal.getcontext().prec = 7\nclass A: pass\n")
    make = step("make", "import of_a_library\nx = of_a_library.A()", outputs=("x",))
    ir = with_rerun(
        with_rerun(compile_graph(graph(make, step("use", "x", inputs=X), step("last", "1"))), "use"), "make"
    )
    found = launcher.run(ir, environment={"PYTHONPATH": str(tmp_path)})
    assert [found[name].ok["changed"] for name in ("make", "use")] == [["state:decimal"]] * 2


def test_what_crosses_with_an_output_brings_what_it_shares_an_object_with(launcher: Launcher) -> None:
    use = step("use", "held = [y]", inputs={**X, "y": "make"}, later=("x", "y"), outputs=("held", "x"), touched=("y",))
    message = launcher.run(compile_graph(graph(MADE, use)))["use"].error["message"]
    assert "`x`, `y`" in message


def test_a_companion_whose_name_the_step_takes_from_elsewhere_is_another_value(launcher: Launcher) -> None:
    newer = step("newer", "y = 'new'", outputs=("y",))
    use = step("use", "x['deep'].append(2)", inputs={**X, "y": "newer"}, later=("y",), outputs=("x",))
    assert launcher.run(compile_graph(graph(MADE, newer, use)))["use"].code == 0


def test_a_rebound_name_is_no_change_of_its_object(launcher: Launcher) -> None:
    use = step("use", "x = {'deep': [1, 2]}", inputs=X, later=("x",))
    assert launcher.run(compile_graph(graph(MADE, use)))["use"].code == 0


def test_what_was_read_with_an_array_that_is_gone_is_compared_without_it(launcher: Launcher) -> None:
    make = step("make", "import numpy as np\na = np.zeros(3)\nb = [a]", outputs=("a", "b"))
    taken = {"a": "make", "b": "make"}
    use = step("use", "a = len(b)\n'resize'", inputs=taken, later=("a", "b"))
    found = launcher.run(with_rerun(compile_graph(graph(make, use, step("last", "1"))), "use"))["use"].ok
    assert found["changed"] == []

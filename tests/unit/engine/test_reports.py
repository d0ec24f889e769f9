"""What follows from the reports of the steps."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellift.engine.file_order import FileUse
from cellift.engine.reports import Reports, Verdict
from unit.engine.simulated_run import Script, Simulation, in_order, plan_of

MANY = range(30)
"""Seeds of the clock: every order in which steps can end comes up."""


def agree(*scripts: Script) -> list[Simulation]:
    found = []
    for seed in MANY:
        simulation = Simulation(list(scripts), seed)
        assert simulation.go() == in_order(list(scripts))
        assert max(simulation.attempts.values()) <= 2 * len(scripts) + 1
        found.append(simulation)
    return found


def test_two_unseen_changes_side_by_side_follow_each_other() -> None:
    take = {"x": "a"}
    simulations = agree(
        Script("a", makes=(("x",),)),
        Script("b", take, mutates=("x",)),
        Script("c", take, mutates=("x",)),
        Script("d", take),
    )
    assert any(one.attempts["d"] > 1 for one in simulations), "the case is one"
    assert all(one.attempts["a"] == one.attempts["b"] == 1 for one in simulations)


def test_what_was_made_from_the_old_value_is_made_again_down_the_chain() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, mutates=("x",)),
        Script("c", {"x": "a"}, makes=(("y",),)),
        Script("d", {"y": "c"}, makes=(("z",),)),
        Script("e", {"z": "d"}),
    )


def test_a_diamond_under_an_unseen_change() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, mutates=("x",)),
        Script("c", {"x": "a"}, makes=(("l",),)),
        Script("d", {"x": "a"}, makes=(("r",),), mutates=("x",)),
        Script("e", {"l": "c", "r": "d", "x": "a"}),
    )


def test_a_change_through_one_name_of_a_shared_object_reaches_those_who_took_another_name() -> None:
    agree(
        Script("a", makes=(("x", "y"),)),
        Script("b", {"x": "a"}, mutates=("x",)),
        Script("c", {"y": "a"}, mutates=("y",)),
        Script("d", {"y": "a", "x": "a"}),
    )


def test_a_change_of_what_another_output_holds_shows_in_both_whichever_is_changed() -> None:
    make, hold = Script("a", makes=(("x",),)), Script("b", {"x": "a"}, holds={"y": "x"})
    agree(make, hold, Script("c", {"x": "a"}, mutates=("x",)), Script("d", {"y": "b"}))
    agree(make, hold, Script("c", {"y": "b"}, mutates=("y",)), Script("d", {"x": "a"}))
    found = agree(make, hold, Script("c", {"x": "a"}), Script("d", {"y": "b"}))
    assert all(one.attempts["b"] == 1 for one in found), "nobody changes it"


def test_a_change_of_what_is_held_by_what_another_output_holds_shows_in_that_too() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, holds={"y": "x"}),
        Script("c", {"y": "b"}, holds={"z": "y"}),
        Script("d", {"x": "a"}, mutates=("x",)),
        Script("e", {"z": "c"}),
        Script("f", {"x": "a"}),
    )


def test_a_change_just_before_the_name_means_another_object_shows_in_what_holds_the_old_one() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, holds={"y": "x"}),
        Script("c", {"x": "a"}, mutates=("x",), makes=(("x",),)),
        Script("d", {"x": "c", "y": "b"}),
    )


def test_a_change_shows_in_what_the_step_itself_took_from_who_holds_the_object() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, holds={"y": "x"}),
        Script("c", {"x": "a", "y": "b"}, mutates=("x",), holds={"z": "y"}),
        Script("d", {"z": "c"}),
    )


def test_of_two_objects_of_one_name_beside_what_a_step_takes_the_one_that_the_name_meant_last_is_meant() -> None:
    agree(
        Script("a", makes=(("x", "y"),)),
        Script("b", makes=(("x",),)),
        Script("c", {"x": "b"}, holds={"z": "x"}),
        Script("d", {"z": "c", "y": "a"}, mutates=("z",)),
        Script("e", {"z": "c", "x": "b"}),
    )


def test_a_change_shows_in_what_holds_the_object_although_the_step_between_gives_its_name_to_another() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, holds={"y": "x"}),
        Script("c", {"x": "a"}, makes=(("x",),), holds={"z": "x"}),
        Script("d", {"z": "c"}, mutates=("z",)),
        Script("e", {"y": "b"}),
    )


def test_a_change_by_one_name_shows_in_what_holds_the_object_by_another() -> None:
    agree(
        Script("a", makes=(("x", "y"),)),
        Script("b", {"y": "a"}, holds={"z": "y"}),
        Script("c", {"x": "a"}, mutates=("x",)),
        Script("d", {"z": "b"}),
    )


def test_a_change_shows_in_what_holds_an_object_that_a_step_had_changed_and_given_another_name() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, mutates=("x",), holds={"y": "x"}),
        Script("c", {"x": "a"}, holds={"z": "x"}),
        Script("d", {"y": "b"}, mutates=("y",)),
        Script("e", {"z": "c"}),
    )


def test_a_change_of_what_holds_what_holds_an_object_shows_in_the_object() -> None:
    agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, holds={"y": "x"}),
        Script("c", {"y": "b"}, holds={"z": "y"}),
        Script("d", {"z": "c"}, mutates=("z",)),
        Script("e", {"x": "a"}),
    )


def test_a_step_is_not_run_again_for_an_object_that_its_outputs_do_not_hold() -> None:
    found = agree(
        Script("a", makes=(("x",),)),
        Script("b", {"x": "a"}, makes=(("y",),)),
        Script("c", {"x": "a"}, mutates=("x",)),
        Script("d", {"y": "b"}),
    )
    assert all(one.attempts["b"] == 1 for one in found)


def test_a_step_is_not_run_again_for_a_change_of_what_stands_beside_what_its_outputs_hold() -> None:
    found = agree(
        Script("a", makes=(("x",), ("y",))),
        Script("b", {"x": "a"}, holds={"z": "x"}),
        Script("c", {"y": "a"}, mutates=("y",)),
        Script("d", {"z": "b", "x": "a", "y": "a"}),
    )
    assert all(one.attempts["b"] == 1 for one in found)


def test_hidden_draws_go_on_with_the_sequence_of_the_step_above() -> None:
    agree(*(Script(name, draws=name != "c") for name in "abcde"))


def test_a_draw_that_the_source_shows_goes_on_after_hidden_ones() -> None:
    agree(*(Script(name, draws=True, shows=name in "be") for name in "abcde"))


@st.composite
def programs(draw: st.DrawFn) -> list[Script]:
    scripts: list[Script] = []
    made: dict[str, str] = {}
    for place in range(draw(st.integers(2, 7))):
        taken = draw(st.sets(st.sampled_from(sorted(made)), max_size=3)) if made else set()
        mutates = draw(st.sets(st.sampled_from(sorted(taken)), max_size=2)) if taken else set()
        groups = []
        for number in range(draw(st.integers(0, 2))):
            name = f"v{draw(st.integers(0, 3))}" if draw(st.booleans()) else f"w{place}{number}"
            if not any(name in group for group in groups):
                groups.append((name, f"{name}_also_{place}") if draw(st.booleans()) else (name,))
        inputs = {name: made[name] for name in sorted(taken)}
        held = draw(st.sets(st.sampled_from(sorted(taken)), max_size=1)) if taken else set()
        holds = {f"h{place}": name for name in held}
        scripts.append(Script(f"s{place}", inputs, tuple(groups), tuple(sorted(mutates)), draw(st.booleans()), holds))
        made.update({name: f"s{place}" for group in (*groups, tuple(holds)) for name in group})
    return scripts


@settings(max_examples=300, deadline=None)
@given(programs(), st.integers(0, 2**16))
def test_every_program_gives_what_it_gives_from_top_to_bottom_and_comes_to_an_end(
    scripts: list[Script], seed: int
) -> None:
    simulation = Simulation(scripts, seed)
    assert simulation.go() == in_order(scripts)
    assert max(simulation.attempts.values()) <= 2 * len(scripts) + 1


# -- files and words -------------------------------------------------------------------------------------------------


def files(*read: str, written: tuple[str, ...] = (), at: tuple[float, float] = (0, 1)) -> FileUse:
    return FileUse(*at, frozenset(read), frozenset(written))


def reports(there: bool = True) -> Reports:
    take = {"x": "a"}
    return Reports(
        plan_of([Script("a", makes=(("x",),)), Script("b", take), Script("c", take), Script("d", take)]),
        lambda _: there,
    )


def run(found: Reports, task: str, use: FileUse, changed: tuple[str, ...] = ()) -> Verdict:
    found.start(task, use.started)
    outputs = [{"name": name, "file": name} for name in ("x",) if task == "a" or changed]
    found.finish(task, {"outputs": outputs, "changed": list(changed)}, use)
    return found.verdict()


def test_the_reason_names_the_step_and_the_change() -> None:
    found = reports()
    run(found, "a", files())
    run(found, "c", files())
    verdict = run(found, "b", files(), changed=("x",))
    assert verdict.again == {"c": "again: step b changed `x`, which this step had taken before the change"}
    assert verdict.news == [
        (
            "b",
            "Step b changed `x`, which its code does not show. c and d started from the changed value. "
            "Say so with --changes x on the step.",
        )
    ]
    found.again("c")
    assert found.verdict().news == [], "told once"
    assert found.plan("c")["inputs"] == {"x": "b"}


def test_a_step_that_used_a_file_too_early_runs_again_after_the_writer_only_once() -> None:
    found = reports()
    run(found, "a", files())
    run(found, "c", files("f.csv", at=(1, 2)))
    verdict = run(found, "b", files(written=("f.csv",), at=(1, 3)))
    assert verdict.again == {"c": "again: it had used f.csv before step b wrote it"}
    found.again("c")
    assert found.plan("c")["needs"] == ["a", "b"]
    assert run(found, "c", files("f.csv", at=(3, 4))).again == {}


def test_a_step_that_adds_to_a_file_is_not_run_twice() -> None:
    found = reports()
    run(found, "a", files())
    run(found, "c", files("log.txt", written=("log.txt",)))
    (hazard,) = run(found, "b", files(), changed=("x",)).hazards
    assert hazard.task == "c"
    assert "log.txt" in hazard.message
    assert "--changes" in hazard.message


def test_an_earlier_step_that_read_what_a_later_one_wrote_is_named_with_it() -> None:
    found = reports()
    run(found, "c", files(written=("f.csv",), at=(1, 2)))
    (hazard,) = run(found, "b", files("f.csv", at=(1, 3))).hazards
    assert hazard.message.startswith("Steps b and c used the file f.csv at the same time")


def test_what_a_discarded_attempt_wrote_counts_for_the_steps_above() -> None:
    found = reports()
    run(found, "a", files())
    run(found, "c", files(written=("f.csv",), at=(1, 2)))
    found.again("c")
    assert [hazard.task for hazard in run(found, "b", files("f.csv", at=(1, 3)), changed=("x",)).hazards] == ["b"]


@pytest.mark.parametrize("there", [True, False])
def test_a_file_that_only_a_discarded_attempt_wrote_is_a_difference_while_it_is_there(there: bool) -> None:
    found = reports(there)
    run(found, "a", files())
    run(found, "c", files(written=("old.csv",), at=(1, 2)))
    assert "c" in run(found, "b", files(at=(1, 3)), changed=("x",)).again
    found.again("c")
    hazards = run(found, "c", files(written=("new.csv",), at=(4, 5))).hazards
    assert [("old.csv" in hazard.message) for hazard in hazards] == [True] * there


def test_an_attempt_that_was_ended_is_made_again_whatever_it_turns_out() -> None:
    found = reports()
    run(found, "a", files())
    found.start("d", 1)
    run(found, "b", files(written=("f",)))
    found.end("d", files())
    assert found.verdict(["d"]).again == {"d": ""}
    found.end("d", files("log", written=("log",)))
    assert [hazard.task for hazard in found.verdict(["d"]).hazards] == ["d"]


def test_a_failed_attempt_takes_its_changes_back() -> None:
    found = reports()
    run(found, "a", files())
    run(found, "b", files(), changed=("x",))
    assert found.plan("d")["inputs"] == {"x": "b"}
    found.again("b")
    found.start("b", 5)
    found.end("b", files())
    found.verdict()
    assert found.plan("d")["inputs"] == {"x": "a"}


def test_what_shares_an_object_with_an_input_is_that_of_the_step_it_was_taken_from() -> None:
    take = {"x": "a"}
    found = Reports(
        plan_of([Script("a", makes=(("x", "y"),)), Script("b", take), Script("c", {"y": "a"})]), lambda _: True
    )
    for task, changed in (("a", []), ("b", ["x", "y"])):
        found.start(task, 0)
        outputs = [{"name": name, "file": "x"} for name in "xy"]
        found.finish(task, {"outputs": outputs, "changed": changed}, files())
        found.verdict()
    assert found.plan("c")["inputs"] == {"y": "b"}


def test_what_was_changed_with_an_input_is_the_version_that_came_with_it() -> None:
    tasks = plan_of(
        [
            Script("a", makes=(("x", "y"),)),
            Script("b", {"y": "a"}, makes=(("y",),)),
            Script("c", {"x": "a"}, makes=(("x",),)),
            Script("d", {"x": "c", "y": "b"}),
        ]
    )
    reports = Reports(tasks, lambda _: False)

    def ran(task: str, changed: tuple[str, ...] = ()) -> None:
        reports.start(task, 0.0)
        outputs = [{"name": name, "file": "one"} for name in "xy"]
        reports.finish(task, {"outputs": outputs, "changed": changed}, FileUse(0.0, 1.0))
        reports.verdict()

    ran("a")
    ran("b", ("x",))
    ran("c", ("y",))
    assert reports.plan("d")["inputs"] == {"x": "c", "y": "c"}


@pytest.mark.parametrize(("file", "again"), [("one", False), ("two", True)])
def test_state_of_a_module_that_came_with_what_the_step_took_is_not_taken_twice(file: str, again: bool) -> None:
    state = "state:module:m:ROWS"
    tasks = plan_of([Script("a", makes=(("x", state),)), Script("b", {"x": "a"}), Script("c", {state: "a"})])
    found = Reports(tasks, lambda _: False)
    for task, changed in (("a", []), ("b", [state])):
        found.start(task, 0.0)
        outputs = [{"name": "x", "file": "one"}, {"name": state, "file": file}]
        found.finish(task, {"outputs": outputs, "changed": changed}, files())
        verdict = found.verdict()
    assert ("b" in verdict.again) is again
    assert found.plan("c")["inputs"] == {state: "b"}


def test_a_step_is_asked_only_about_names_that_may_share_an_object_with_what_it_takes() -> None:
    scripts = [Script("a", makes=(("x", "y", "z"),)), Script("b", {"x": "a"}), Script("c", {"y": "a", "z": "a"})]
    found = Reports(plan_of(scripts), lambda _: False)
    found.start("a", 0)
    outputs = [{"name": name, "file": file} for name, file in (("x", "one"), ("y", "one"), ("z", "two"))]
    found.finish("a", {"outputs": outputs}, files())
    step = json.loads(found.plan("b")["parameters"]["cellift_step"]["value"])
    assert step["later"] == ["y"]


_PRINTED = "state:printed"


def _told_printed(reports: Reports, task: str) -> Verdict:
    reports.finish(task, {"changed": [_PRINTED]}, FileUse(0.0, 1.0))
    return reports.verdict()


def test_a_step_that_saw_a_module_print_runs_again_if_one_above_did_too() -> None:
    reports = Reports(plan_of([Script("a"), Script("b")]), lambda _: False)
    reports.start("a", 0.0)
    reports.start("b", 0.0)
    assert not _told_printed(reports, "b").again
    verdict = _told_printed(reports, "a")
    assert verdict.again == {"b": "again: it showed what a module prints that step a had imported before"}
    assert not verdict.news, "nobody needs to do anything about it"
    assert reports.plan("b")["inputs"] == {_PRINTED: "a"}


def test_a_step_that_saw_no_module_print_goes_on_with_what_it_began_with() -> None:
    reports = Reports(plan_of([Script("a"), Script("b"), Script("c"), Script("d")]), lambda _: False)
    for task in ("a", "b"):
        reports.start(task, 0.0)
    assert not _told_printed(reports, "a").again
    assert reports.plan("b")["inputs"] == {}
    assert reports.plan("c")["inputs"] == {_PRINTED: "a"}
    reports.start("c", 0.0)
    assert list(_told_printed(reports, "b").again) == ["b"], "it began before that was known"
    assert reports.plan("c")["inputs"] == {_PRINTED: "a"}
    assert reports.plan("d")["inputs"] == {_PRINTED: "b"}

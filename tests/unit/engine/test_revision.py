"""Where steps start from after undeclared changes."""

from cellift.engine.revision import revised_inputs, taken_up, to_run_again

ORDER = ["a", "b", "c", "d"]
DECLARED = {"b": {"model": "a"}, "c": {"model": "a"}, "d": {"model": "a"}}


def test_later_steps_take_a_changed_value_from_the_step_that_changed_it():
    found = revised_inputs(ORDER, DECLARED, {"c": {"model"}}, {}, {})
    assert (found["b"], found["c"], found["d"]) == ({"model": "a"}, {"model": "a"}, {"model": "c"})


def test_two_changes_follow_each_other_in_document_order():
    found = revised_inputs(ORDER, DECLARED, {"c": {"model"}, "b": {"model"}}, {}, {})
    assert (found["c"], found["d"]) == ({"model": "b"}, {"model": "c"})


def test_a_name_bound_anew_is_not_taken_from_a_change_of_the_old_value():
    found = revised_inputs(ORDER, {**DECLARED, "d": {"model": "c"}}, {"b": {"model"}}, {}, {})
    assert found["d"] == {"model": "c"}


def test_a_change_that_is_gone_is_undone():
    assert revised_inputs(ORDER, DECLARED, {"b": set()}, {}, {})["d"] == {"model": "a"}


def test_only_a_step_that_drew_takes_the_state_of_the_nearest_earlier_one_that_drew():
    seen = {"a": {"state:random"}, "b": {"state:random"}, "d": {"state:random"}}
    found = revised_inputs(ORDER, {}, seen, seen, {})
    assert found == {"a": {}, "b": {"state:random": "a"}, "c": {}, "d": {"state:random": "b"}}


def test_a_step_that_drew_once_keeps_the_state_it_was_given():
    found = revised_inputs(ORDER, {}, {"a": {"state:random"}}, {"b": {"state:random"}}, {})
    assert found["b"] == {"state:random": "a"}


def test_a_later_seed_wins_over_an_earlier_draw():
    found = revised_inputs(ORDER, {"d": {"state:random": "c"}}, {"b": {"state:random"}}, {"d": {"state:random"}}, {})
    assert found["d"] == {"state:random": "c"}


def test_other_state_goes_to_every_later_step():
    found = revised_inputs(ORDER, {}, {"b": {"state:environ"}}, {}, {})
    assert found == {"a": {}, "b": {}, "c": {"state:environ": "b"}, "d": {"state:environ": "b"}}


def test_what_a_module_keeps_goes_to_a_later_step_that_has_changed_it_unseen():
    kept = "state:module:m:ROWS"
    found = revised_inputs(ORDER, {}, {"c": {kept}}, {"c": {kept}}, {"b": {kept}})
    assert found == {"a": {}, "b": {}, "c": {kept: "b"}, "d": {kept: "c"}}


def test_what_a_step_is_declared_to_hand_on_goes_to_no_other_than_those():
    kept = "state:module:m:ROWS"
    assert revised_inputs(ORDER, {}, {}, {}, {"b": {kept}})["d"] == {}
    assert revised_inputs(ORDER, {"d": {kept: "a"}}, {}, {}, {"a": {kept}, "b": {kept}})["d"] == {kept: "b"}


def test_states_of_generators_and_modules_are_taken_up():
    assert taken_up({"state:random", "state:module:m:x", "state:environ", "x"}) == {"state:random", "state:module:m:x"}


def test_what_took_the_old_value_runs_again_with_everything_that_used_its_outputs():
    inputs = {"a": {}, "b": {"m": "a"}, "c": {"m": "b"}, "d": {"x": "c"}}
    started = {"a": {}, "b": {"m": ("a", 1)}, "c": {"m": ("a", 1)}, "d": {"x": ("c", 1)}}
    assert to_run_again(ORDER, inputs, started, dict.fromkeys(ORDER, 1)) == ["c", "d"]


def test_what_has_not_started_or_took_the_right_value_does_not_run_again():
    inputs = {"a": {}, "b": {"m": "a"}, "c": {"m": "b"}, "d": {}}
    assert to_run_again(ORDER, inputs, {"a": {}, "b": {"m": ("a", 1)}}, dict.fromkeys(ORDER, 1)) == []

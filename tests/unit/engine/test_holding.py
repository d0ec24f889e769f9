"""Which steps are asked about what others may hold, and which have to hand it on with their outputs."""

from cellift.engine.holding import may_matter, to_write_together

ORDER = ["make", "hold", "change", "look"]
DECLARED = {"make": {}, "hold": {"x": "make"}, "change": {"x": "make"}, "look": {"view": "hold"}}
KEPT = {"hold": frozenset({"x"})}


def changed(**by_task: set[str]) -> dict[str, frozenset[str]]:
    return {task: frozenset(by_task.get(task, ())) for task in ORDER}


def objects(**makers: str) -> dict[str, dict[str, frozenset[tuple[str, str]]]]:
    """Every task finds the same under these names."""
    return {task: {name: frozenset({(maker, name)}) for name, maker in makers.items()} for task in ORDER}


def test_a_step_is_asked_about_what_a_step_above_may_hold_for_one_below() -> None:
    assert may_matter("change", ORDER, DECLARED, {}) == ["x"]
    assert may_matter("change", ORDER, DECLARED, KEPT) == ["x"]


def test_a_step_is_not_asked_when_the_one_above_is_over_and_holds_nothing() -> None:
    assert may_matter("change", ORDER, DECLARED, {"hold": frozenset()}) == []


def test_a_step_is_not_asked_when_nobody_below_takes_anything_of_it() -> None:
    assert may_matter("change", ORDER, {**DECLARED, "look": {}}, {}) == []
    assert may_matter("look", ORDER, DECLARED, KEPT) == []


def test_a_step_is_asked_about_what_holds_something_that_is_taken_below() -> None:
    declared = {**DECLARED, "change": {"view": "hold"}, "look": {"x": "make"}}
    assert may_matter("change", ORDER, declared, KEPT) == ["view"]
    assert may_matter("change", ORDER, declared, {"hold": frozenset()}) == []


def test_a_step_is_asked_about_what_holds_what_holds_something_that_is_taken_below() -> None:
    order = ["make", "hold", "more", "change", "look"]
    declared = {**DECLARED, "more": {"view": "hold"}, "change": {"wider": "more"}, "look": {"x": "make"}}
    held = {**KEPT, "more": frozenset({"view"})}
    assert may_matter("change", order, declared, held) == ["wider"]
    assert may_matter("change", order, declared, {"more": held["more"]}) == ["wider"], "who is not over may hold it"
    assert may_matter("change", order, declared, {**held, "hold": frozenset()}) == []


def test_states_are_not_objects() -> None:
    hidden = {"make": {}, "hold": {"state:random": "make"}, "change": {"state:random": "make"}, "look": {"y": "hold"}}
    assert may_matter("change", ORDER, hidden, {}) == []


def test_a_holder_writes_together_what_a_later_step_changes() -> None:
    assert to_write_together(ORDER, objects(x="make"), changed(change={"x"}), KEPT) == ["hold"]
    assert to_write_together(ORDER, objects(x="make", view="hold"), changed(change={"view"}), KEPT) == ["hold"]


def test_what_the_changed_shares_a_file_with_has_changed_too() -> None:
    both = frozenset({("make", "x"), ("hold", "view")})
    found = {**objects(x="make"), "change": {"other": both}}
    assert to_write_together(ORDER, found, changed(change={"other"}), KEPT) == ["hold"]
    another = frozenset({("make", "y")})
    assert to_write_together(ORDER, {**found, "change": {"other": another}}, changed(change={"other"}), KEPT) == []


def test_a_holder_stays_as_it_is_when_nothing_of_it_is_changed_or_all_is_handed_on_already() -> None:
    assert to_write_together(ORDER, objects(x="make"), changed(), KEPT) == []
    assert to_write_together(ORDER, objects(x="make"), changed(change={"x"}), {"hold": frozenset()}) == []
    assert to_write_together(ORDER, objects(x="make"), changed(hold={"x"}, change={"x"}), KEPT) == []
    elsewhere = {**objects(x="make"), **{"change": objects(x="other")["change"]}}
    assert to_write_together(ORDER, elsewhere, changed(change={"x"}), KEPT) == []

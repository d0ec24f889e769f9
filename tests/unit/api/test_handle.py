from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from cellift import values
from cellift.api.handle import MIME, Run
from cellift.api.text import UnknownNameError


def test_a_value_comes_back_by_step_and_name(new_run: Any) -> None:
    made = new_run().succeed()
    run = Run(made.id, made.store)
    assert run["load"]["x"] == [1, 2]
    assert run["train it"]["accuracy"] == 0.5
    assert dict(run["train-it"]) == {"accuracy": 0.5, "x": 3}


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_only_what_the_journal_recorded_is_unpickled(new_run: Any, tmp_path: Path) -> None:
    made = new_run().succeed()
    forged = values.write(made.folder / "values" / "load", {"x": Trap(tmp_path / "sprung")})
    assert forged["names"]["x"]["digest"].startswith("sha256:")
    with pytest.raises(values.DamagedError, match="`x` is not what the step wrote"):
        Run(made.id, made.store)["load"]["x"]
    assert not (tmp_path / "sprung").exists()
    values.Reader(made.folder / "values" / "load")["x"]
    assert (tmp_path / "sprung").exists(), "the trap works"


def test_what_a_run_says_of_itself(new_run: Any) -> None:
    made = new_run().succeed()
    run = Run(made.id, made.store)
    assert (run.state, run.name, run.params, run.error) == ("SUCCEEDED", "quick", {"C": 2}, None)
    assert [task.name for task in run.tasks] == ["load", "train it"]
    (output,) = run["load"].outputs
    assert {**output, "bytes": 0} == {"name": "x", "type": "list", "preview": "[1, 2]", "bytes": 0}


def test_an_unknown_step_names_the_steps_that_there_are(new_run: Any) -> None:
    made = new_run().succeed()
    with pytest.raises(KeyError) as error:
        Run(made.id, made.store)["trian"]
    assert str(error.value) == "Run quick has no step 'trian'. Did you mean train it? Its steps: load, train it."


def test_an_unknown_value_names_the_values_that_there_are(new_run: Any) -> None:
    made = new_run().succeed()
    with pytest.raises(UnknownNameError, match=r"it kept accuracy, x\. .* --output acc\."):
        Run(made.id, made.store)["train it"]["acc"]


def test_a_value_of_a_step_that_is_not_over_says_to_wait(new_run: Any) -> None:
    made = new_run()
    made.state("RUNNING")
    with pytest.raises(UnknownNameError, match=r"queued; run\.wait\(\)"):
        Run(made.id, made.store)["load"]["x"]


def test_state_is_never_stale(new_run: Any) -> None:
    made = new_run()
    run = Run(made.id, made.store)
    seen = [run.state]
    made.state("RUNNING")
    seen.append(run.state)
    made.state("SUCCEEDED")
    assert [*seen, run.state] == ["QUEUED", "RUNNING", "SUCCEEDED"]


def test_wait_returns_when_the_run_is_over(new_run: Any) -> None:
    made = new_run()
    run = Run(made.id, made.store)
    timer = threading.Timer(0.2, made.succeed)
    timer.start()
    assert run.wait(timeout=10).state == "SUCCEEDED"
    timer.join()


def test_wait_gives_up_after_its_timeout_and_leaves_the_run(new_run: Any) -> None:
    made = new_run()
    run = Run(made.id, made.store)
    with pytest.raises(TimeoutError, match=made.id):
        run.wait(timeout=0.05)
    assert run.state == "QUEUED"


def test_logs_show_themselves_and_name_their_steps(new_run: Any) -> None:
    made = new_run().succeed()
    run = Run(made.id, made.store)
    assert repr(run.logs("train it")) == "hello from train-it\n"
    assert run.logs() == "── load ──\nhello from load\n── train it ──\nhello from train-it\n"


def test_following_the_logs_prints_what_comes_until_the_end(new_run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    made = new_run()
    made.state("RUNNING")
    made.state("RUNNING", "load")
    made.print("load", "first ")
    timer = threading.Timer(0.2, made.succeed)
    timer.start()
    assert Run(made.id, made.store).logs(follow=True) is None
    timer.join()
    assert capsys.readouterr().out == ("── load ──\nfirst hello from load\n── train it ──\nhello from train-it\n")


def test_following_a_step_ends_with_the_step(new_run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    made = new_run()
    made.state("RUNNING")
    made.state("RUNNING", "load")
    made.print("load", "done\n")
    made.state("SUCCEEDED", "load")
    Run(made.id, made.store).logs("load", follow=True)
    assert capsys.readouterr().out == "done\n"


def test_display_holds_the_card_html_and_text(new_run: Any) -> None:
    made = new_run().succeed()
    bundle = Run(made.id, made.store)._repr_mimebundle_()
    assert bundle[MIME] == {"run_id": made.id, "v": 1}
    assert bundle["text/plain"].startswith("✓ Succeeded  quick  ")
    assert "accuracy = 0.5" in bundle["text/plain"]
    assert 'data-state="SUCCEEDED"' in bundle["text/html"]


def test_of_many_metrics_a_card_shows_the_newest(new_run: Any) -> None:
    made = new_run()
    for number in range(10):
        made.metric("load", f"m{number}", number / 4)
    bundle = Run(made.id, made.store)._repr_mimebundle_()
    assert "  … 2 more  m2 0.5  m3 0.75  " in bundle["text/plain"]
    assert "… 2 more · m2 0.5 · m3 0.75 · " in bundle["text/html"]


def test_a_failure_is_told_with_step_cell_number_and_line(new_run: Any) -> None:
    made = new_run().fail()
    text = Run(made.id, made.store)._repr_mimebundle_()["text/plain"]
    assert "train it, cell 3, line 2: NameError: name 'bad' is not defined <b>" in text.splitlines()


def test_html_is_escaped_and_has_no_script_and_no_fixed_colour(new_run: Any) -> None:
    made = new_run().fail()
    html = Run(made.id, made.store)._repr_mimebundle_()["text/html"]
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert "<script" not in html
    import re

    assert all(found.startswith("var(--jp-") for found in re.findall(r"color:([^;\"]+)", html))


def test_steps_and_names_are_completed(new_run: Any) -> None:
    made = new_run().succeed()
    run = Run(made.id, made.store)
    assert run._ipython_key_completions_() == ["load", "train it"]
    assert run["train it"]._ipython_key_completions_() == ["accuracy", "x"]


def test_two_handles_of_one_run_are_equal(new_run: Any) -> None:
    made = new_run().succeed()
    assert len({Run(made.id, made.store), Run(made.id, made.store)}) == 1

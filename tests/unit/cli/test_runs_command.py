from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cellift.cli.__main__ import main
from cellift.runs.store import RunStore
from unit.cli.test_run_command import SCHEMA

Capture = pytest.CaptureFixture[str]


def test_ls_prints_the_table(new_run: Any, capsys: Capture) -> None:
    new_run().succeed()
    assert main(["runs", "ls"]) == 0
    out = capsys.readouterr().out
    assert "✓ Succeeded" in out
    assert "quick" in out


def test_ls_as_json_is_a_list_that_filters_apply_to(new_run: Any, capsys: Capture) -> None:
    ids = [new_run("a.ipynb").succeed().id, new_run("b.ipynb").fail().id]
    for words, wanted in (
        ([], ids[::-1]),
        (["--state", "failed"], [ids[1]]),
        (["--notebook", "a.ipynb"], [ids[0]]),
        (["--limit", "1"], [ids[1]]),
    ):
        assert main(["runs", "ls", "--json", *words]) == 0
        assert [run["id"] for run in json.loads(capsys.readouterr().out)] == wanted


def test_ls_without_runs_teaches_the_first_step(home: Path, capsys: Capture) -> None:
    assert main(["runs", "ls"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "No runs yet. The first: cellift run NB\n")


def test_ls_warns_about_settings_that_were_not_taken(home: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "cellift.toml").write_text("[limits]\ngpu = 1\n")
    assert main(["runs", "ls"]) == 0
    assert f"warning: {tmp_path / 'cellift.toml'}:2: [limits] is left out" in capsys.readouterr().err


def test_show_tells_a_failure_with_its_place_and_traceback(new_run: Any, capsys: Capture) -> None:
    made = new_run().fail()
    assert main(["runs", "show", made.id]) == 0
    out = capsys.readouterr().out
    assert "error: train it, cell 3, line 2: NameError: name 'bad' is not defined <b>" in out
    assert "Traceback" in out
    assert "parameter  C = 2" in out
    assert f"cellift runs logs {made.id[:13]} 'train it'" in out


def test_show_as_json_is_the_run(new_run: Any, capsys: Capture) -> None:
    made = new_run().fail()
    assert main(["runs", "show", made.id, "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    jsonschema.validate(run, SCHEMA)
    assert run["id"] == made.id


@pytest.mark.parametrize("action", ["show", "logs", "cancel", "rm"])
def test_an_unknown_id_is_told(home: Path, action: str, capsys: Capture) -> None:
    assert main(["runs", action, "0123"]) == 1
    out, err = capsys.readouterr()
    assert (out, "No run has an id that starts with '0123'" in err) == ("", True)


def test_an_ambiguous_prefix_names_the_runs(new_run: Any, capsys: Capture) -> None:
    made = new_run().succeed()
    new_run().succeed()
    assert main(["runs", "show", made.id[:4]]) == 1
    assert made.id in capsys.readouterr().err


def test_logs_of_a_run_of_a_step_and_as_json(new_run: Any, capsys: Capture) -> None:
    made = new_run().succeed()
    assert main(["runs", "logs", made.id]) == 0
    assert capsys.readouterr().out == "── load ──\nhello from load\n── train it ──\nhello from train-it\n"
    assert main(["runs", "logs", made.id, "train it", "-f"]) == 0
    assert capsys.readouterr().out == "hello from train-it\n"
    assert main(["runs", "logs", made.id, "load", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one == {"task": "load", "name": "load", "attempt": 1, "text": "hello from load\n"}


def test_logs_of_an_unknown_step_name_the_steps(new_run: Any, capsys: Capture) -> None:
    assert main(["runs", "logs", new_run().succeed().id, "trian"]) == 1
    assert "Its steps: load, train it." in capsys.readouterr().err


def test_rm_removes_one_run_without_asking(new_run: Any, capsys: Capture) -> None:
    made = new_run().succeed()
    assert main(["runs", "rm", made.id]) == 0
    assert not made.folder.exists()
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code", "left"), [("n\n", 1, True), ("", 1, True), ("y\n", 0, False)])
def test_rm_asks_before_it_removes_several(
    new_run: Any, monkeypatch: pytest.MonkeyPatch, capsys: Capture, answer: str, code: int, left: bool
) -> None:
    made = [new_run().succeed() for _ in range(2)]
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert main(["runs", "rm", *(one.id for one in made)]) == code
    assert "Remove 2 runs with their logs and values (quick, quick)?" in capsys.readouterr().err
    assert [one.folder.exists() for one in made] == [left, left]


def test_rm_of_several_with_nobody_to_ask_needs_yes(
    new_run: Any, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    made = [new_run().succeed() for _ in range(2)]
    ids = [one.id for one in made]
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["runs", "rm", *ids]) == 2
    assert all(one.folder.exists() for one in made)
    assert main(["runs", "rm", *ids, "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == ids
    assert not any(one.folder.exists() for one in made)


def test_rm_with_an_active_run_among_them_removes_none(new_run: Any, capsys: Capture) -> None:
    over, active = new_run().succeed(), new_run()
    active.state("RUNNING")
    assert main(["runs", "rm", over.id, active.id, "--yes"]) == 1
    assert "Cancel it first" in capsys.readouterr().err
    assert over.folder.exists()


def test_a_run_with_a_damaged_record_can_be_removed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = RunStore(home)
    made = store.create(name="demo", tasks=[])
    (made.folder / "run.json").write_text("garbage")
    assert main(["runs", "rm", made.run_id]) == 1
    assert "damaged" in capsys.readouterr().err
    assert made.folder.exists(), "somebody holds its lock: it may go on"
    made.release()
    assert main(["runs", "rm", made.run_id]) == 0
    assert not made.folder.exists()

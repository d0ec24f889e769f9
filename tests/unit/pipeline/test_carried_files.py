"""What a step writes by relative path is there in the steps below, where each has an empty folder of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cellift.engine.plan import build_plan
from cellift.engine.prepare import compile_notebook
from cellift.pipeline import compile_graph, dump_ir, load_ir
from unit.notebook.make_notebook import notebook
from unit.pipeline.kit import Launcher, Outcome, graph, step


def run(folder: Path, *cells: str, beside: dict[str, str] | None = None) -> dict[str, Outcome]:
    """Compile beside the files, then run each step's command in a folder of its own."""
    here = folder / "nb"
    here.mkdir(exist_ok=True)
    for name, text in (beside or {}).items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    ir = load_ir(dump_ir(compile_notebook(notebook(*cells), str(here / "nb.ipynb"), include=list(beside or ())).ir))
    return Launcher(folder / "run", local=False).run(ir)


def printed(outcomes: dict[str, Outcome], name: str) -> str:
    assert all(one.code == 0 for one in outcomes.values()), [one.stderr for one in outcomes.values()]
    return outcomes[name].stdout


def test_a_file_comes_to_the_step_that_reads_it(tmp_path):
    done = run(tmp_path, "%%step a\nopen('x.txt', 'w').write('1')", "%%step b\nprint(open('x.txt').read())")
    assert printed(done, "b") == "1\n"


def test_files_come_through_steps_that_do_not_use_them_and_from_unordered_ones(tmp_path):
    done = run(
        tmp_path,
        "%%step a\nopen('x.txt', 'w').write('1')",
        "%%step b\nopen('y.txt', 'w').write('2')",
        "%%step c\nz = 3",
        "%%step d\nprint(open('x.txt').read(), open('y.txt').read(), z)",
    )
    assert printed(done, "d") == "1 2 3\n"


def test_appends_and_folders_and_renames_and_removals(tmp_path):
    done = run(
        tmp_path,
        "import os\ndef put(name, text):\n    with open(name, 'w') as file:\n        file.write(text)",
        "%%step a\nos.makedirs('out/empty')\nput('out/log', 'a')\nput('out/old', 'o')",
        "%%step b\nopen('out/log', 'a').write('b')\nos.rename('out/old', 'out/new')",
        "%%step c\nos.remove('out/new')\nopen('out/run.sh', 'w').write('x')\nos.chmod('out/run.sh', 0o755)",
        "%%step d\nprint(sorted(os.listdir('out')), open('out/log').read(), os.access('out/run.sh', os.X_OK))",
    )
    assert printed(done, "d") == "['empty', 'log', 'run.sh'] ab True\n"


def test_what_commands_write_comes_too(tmp_path):
    done = run(
        tmp_path,
        "%%step a\n!mkdir -p data && echo hello > data/x && ln -s x data/y",
        "%%step b\n!cat data/y",
    )
    assert printed(done, "b") == "hello\n"


def test_a_module_that_a_step_writes_is_imported_below(tmp_path):
    done = run(
        tmp_path,
        "%%step a\n%%writefile made.py\ndef f():\n    return 7",
        "%%step b\nimport made\nprint(made.f())",
    )
    assert printed(done, "b") == "7\n"


def test_a_module_beside_the_notebook_that_a_step_writes_anew(tmp_path):
    cells = ["%%step a\nprint(open('helpers.py').read())", "%%step b\n%%writefile helpers.py\nK = 2"]
    done = run(tmp_path, *cells, "%%step c\nimport helpers\nprint(helpers.K)", beside={"helpers.py": "K = 1\n"})
    assert printed(done, "a") == "K = 1\n\n"
    assert printed(done, "c") == "2\n"


def test_a_file_beside_the_notebook_that_a_step_changes_or_removes(tmp_path):
    cells = ["%%step a\nopen('t.csv', 'a').write('2')", "%%step b\nprint(open('t.csv').read())\nimport os"]
    cells += ["%%step c\nos.remove('t.csv')", "%%step d\nprint(os.path.exists('t.csv'))"]
    done = run(tmp_path, *cells, beside={"t.csv": "1"})
    assert printed(done, "b") == "12\n"
    assert printed(done, "d") == "False\n"


def test_a_writer_that_the_source_does_not_show(tmp_path):
    hidden = "%%step a\nimport pathlib\nput = getattr(pathlib.Path('m' + '.bin'), 'write_' + 'text')\nput('9')\ndel put"
    done = run(tmp_path, hidden, "%%step b\nprint(open('m.bin').read())")
    assert printed(done, "b") == "9\n"


def test_a_folder_that_the_step_changes_to_is_there(tmp_path):
    done = run(
        tmp_path,
        "%%step a\nimport os\nos.mkdir('work')\nos.chdir('work')\nopen('x', 'w').write('1')",
        "%%step b\nprint(os.path.basename(os.getcwd()), open('x').read())",
    )
    assert printed(done, "b") == "work 1\n"


def two(source_a: str, source_b: str, **sources: tuple[str, ...]) -> dict:
    """Steps a and b, and c that takes the files of both; ``sources`` override."""
    from dataclasses import replace

    steps = [step("a", source_a), step("b", source_b, number=2), step("c", "print(open('x').read())", number=3)]
    taken = {"c": ("a", "b"), **sources}
    return compile_graph(graph(*(replace(one, file_sources=taken.get(one.id, ())) for one in steps)))


def test_the_later_one_of_the_document_has_the_last_word(tmp_path):
    ir = two("open('x', 'w').write('1')", "open('x', 'w').write('2')")
    assert Launcher(tmp_path, local=False).run(ir)["c"].stdout == "2\n"


def test_a_change_of_another_version_than_the_last_is_refused(tmp_path):
    ir = two("open('x', 'w').write('1')", "open('x', 'a').write('2')")
    done = Launcher(tmp_path, local=False).run(ir)["c"]
    assert done.code == 1
    assert "CL609" in done.stderr
    assert "Steps a and b both wrote x" in done.stderr


def test_a_change_of_the_last_version_is_fine(tmp_path):
    ir = two("open('x', 'w').write('1')", "open('x', 'a').write('2')", b=("a",))
    assert Launcher(tmp_path, local=False).run(ir)["c"].stdout == "12\n"


def test_more_than_travels_is_refused_with_the_largest(tmp_path):
    made = notebook("%%step a\nopen('big', 'w').write('x' * 2_000_000)", "%%step b\nprint(open('big').read()[0])")
    (tmp_path / "cellift.toml").write_text("[pipeline]\nfiles_mib = 1\n")
    ir = compile_notebook(made, str(tmp_path / "nb.ipynb")).ir
    done = Launcher(tmp_path / "run", local=False).run_task(ir, "a", {}, {}, None)
    assert done.code == 1
    assert "CL608" in done.stderr
    assert "big (1.9 MiB)" in done.stderr


def test_only_what_others_may_read_is_written_and_taken():
    ir = compile_graph(graph(step("a", "x = 1", outputs=("x",)), step("b", "x", number=2, inputs={"x": "a"})))
    assert list(ir["components"]["comp-cellift-step"]["outputDefinitions"]["artifacts"]) == ["values"]
    assert "files" not in json.dumps(ir["root"])


def test_on_this_machine_the_steps_share_a_folder():
    plan = build_plan(two("open('x', 'w').write('1')", "y = 1"))
    assert [task["needs"] for task in plan["tasks"]] == [[], [], ["a", "b"]]
    assert {key for task in plan["tasks"] for key in (*task["artifacts"], *task["output_artifacts"])} == {"values"}


@pytest.mark.parametrize("name", ["ü ö.txt", "a$(b)", "-x", "{{x}}"])
def test_names_of_files(tmp_path, name):
    done = run(tmp_path, f"%%step a\nopen({name!r}, 'w').write('1')", f"%%step b\nprint(open({name!r}).read())")
    assert printed(done, "b") == "1\n"


def test_every_step_leaves_the_outputs_that_the_pipeline_declares(tmp_path):
    done = run(tmp_path, "%%step a\nopen('x', 'w').write('1')", "%%step b\nprint(open('x').read())", "%%step c\nz = 1")
    assert printed(done, "b") == "1\n"
    assert all((tmp_path / "run" / name / "files" / "index.json").exists() for name in done)


def test_in_a_chain_each_hands_on_what_it_got(tmp_path, monkeypatch):
    monkeypatch.setattr("cellift.notebook.files.travel._MOST_PAIRS", 2)
    cells = [
        "%%step a\n!echo 1 > x && echo 2 > y",
        "%%step b\n!rm y && echo 3 > z",
        "%%step c\n!cat x",
        "%%step d\n!cat x z; ls",
    ]
    done = run(tmp_path, *cells)
    assert printed(done, "d").split()[:2] == ["1", "3"]
    assert "y" not in printed(done, "d").split()


def test_a_file_that_stays_behind_is_told(tmp_path):
    (tmp_path / "t.csv").write_text("1")
    data = notebook("%%step a\nprint(open('t.csv').read())")
    path = str(tmp_path / "nb.ipynb")
    assert [found.code for found in compile_notebook(data, path).diagnostics] == ["CL610"]
    assert compile_notebook(data, path, include=["t.csv"]).diagnostics == []

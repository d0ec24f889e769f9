"""After an edit only what was edited is read again, and the answer is the one that a first reading gives."""

from __future__ import annotations

import ast
import gc
import json
from collections import Counter, OrderedDict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cellift.notebook import parsed
from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.explain import explain
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow import resolved
from cellift.notebook.flow.dataflow import Flow
from cellift.notebook.flow.statements import Statement
from cellift.notebook.parsed import parse_cell
from cellift.notebook.scopes.reader import Reader
from cellift.notebook.state.changes import StateChanges
from cellift.notebook.state.reach import Code, Reach
from cellift.project import data_files, snapshot
from cellift.project.snapshot import Project
from truth.percent import read_cases

CASES = [
    case
    for file in sorted((Path(__file__).parents[2] / "truth" / "cases").glob("*.cells"))
    for case in read_cases(file)
]
BODY = "def area_{0}(r):\n    return r * {0}\nvalues_{0} = [area_{0}(n) for n in range({0})]\nvalues_{0}.append({1})"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins without trees of others."""
    forget(monkeypatch)
    yield


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows is analysed as if it were the first."""
    monkeypatch.setattr(parsed, "_trees", parsed._Trees())
    monkeypatch.setattr(resolved, "_kept", OrderedDict())


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many texts were parsed, how many statements visited, resolved and asked for more since it was cleared."""
    found: Counter[str] = Counter()
    parse, init = ast.parse, Reader.__init__
    asked = {"resolved": (Flow, "_resolve"), "files": (FileUse, "_acts"), "state": (StateChanges, "_changes")}
    for name, (kind, method) in asked.items():
        monkeypatch.setattr(kind, method, counted(getattr(kind, method), found, name))

    def counting_parse(*args: Any, **kwargs: Any) -> Any:
        found["parsed"] += 1
        return parse(*args, **kwargs)

    def counting_init(self: Reader, *args: Any, **kwargs: Any) -> None:
        found["visited"] += 1
        init(self, *args, **kwargs)

    monkeypatch.setattr(ast, "parse", counting_parse)
    monkeypatch.setattr(Reader, "__init__", counting_init)
    return found


def counted(function: Any, found: Counter[str], name: str) -> Any:
    def counting(*args: Any, **kwargs: Any) -> Any:
        found[name] += 1
        return function(*args, **kwargs)

    return counting


def sources(cells: int = 100) -> list[str]:
    return [BODY.format(number, f"values_{number - 1}" if number else "0") for number in range(cells)]


def read(texts: list[str], project: Project | None = None, ids: list[str] | None = None) -> Analysis:
    names = ids or [f"c{number}" for number in range(len(texts))]
    cells = [
        {"cell_type": "code", "id": name, "metadata": {"cellift": {"step": f"s{name}"}}, "source": text}
        for name, text in zip(names, texts, strict=True)
    ]
    return analyse(parse_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), project)


def test_after_one_edit_one_cell_is_parsed_and_visited(counts: Counter[str]) -> None:
    texts = sources()
    read(texts)
    assert counts == {"parsed": 100, "visited": 300, "resolved": 300, "files": 300, "state": 300}
    counts.clear()
    texts[50] += "\nmore = 1"
    read(texts)
    assert counts == {"parsed": 1, "visited": 1, "resolved": 1, "files": 1, "state": 1}


def test_what_depends_on_a_changed_statement_is_resolved_again_and_nothing_else(counts: Counter[str]) -> None:
    texts = sources(20)
    read(texts)
    counts.clear()
    texts[10] = texts[10].replace("return r * 10", "return r * 11")
    read(texts)
    # The function, who calls it, and all that holds what it gave: two statements of each cell from there on.
    assert counts["resolved"] == 3 + 9
    counts.clear()
    texts.insert(10, "other = 1")
    ids = [f"c{number}" for number in range(10)] + ["new"] + [f"c{number}" for number in range(10, 20)]
    read(texts, ids=ids)
    assert (counts["parsed"], counts["resolved"]) == (1, 1), "the cells below are other steps now, but the same text"


def test_a_cell_that_stays_is_resolved_with_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, looks = sources(10), Counter[str]()
    monkeypatch.setattr(Flow, "_still_holds", counted(Flow._still_holds, looks, "at a statement"))
    monkeypatch.setattr(Flow, "_all_hold", counted(Flow._all_hold, looks, "at a cell"))
    read(texts)
    assert not looks
    read(texts)
    assert looks == {"at a statement": 30}
    looks.clear()
    texts[5] += "\nmore = 1"
    read(texts)
    assert looks == {"at a cell": 9, "at a statement": 3}


def test_a_new_import_concerns_those_who_name_it(counts: Counter[str]) -> None:
    texts = ["import json", "import os\nprint(tool)", *sources(10)]
    read(texts)
    counts.clear()
    texts[0] += "\nimport string as tool"
    read(texts)
    assert counts == {"parsed": 1, "visited": 1, "resolved": 2, "files": 2, "state": 2}


def test_another_meaning_of_an_import_concerns_those_who_name_it(counts: Counter[str]) -> None:
    """Also where it is named in a function of another cell."""
    texts = ["import json as tool", "def go():\n    tool.umask(0)", "go()", *sources(10)]
    assert "go()" not in [piece.source for piece in read(texts).graph.steps[-1].code]
    counts.clear()
    texts[0] = "import os as tool"
    assert "go()" in [piece.source for piece in read(texts).graph.steps[-1].code]
    assert counts == {"parsed": 1, "visited": 1, "resolved": 2, "files": 2, "state": 3}


def test_the_same_again_reads_nothing(counts: Counter[str]) -> None:
    read(sources())
    counts.clear()
    read(sources())
    assert not counts


def test_the_second_answer_is_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = sources(12)
    first = read(texts)
    edited = [*texts[:5], "values_5 = values_4", *texts[6:]]
    after_edit = read(edited)
    assert read(texts) == first
    forget(monkeypatch)
    assert read(edited) == after_edit


def test_what_a_cell_tells_of_all_is_noticed_in_the_others(counts: Counter[str]) -> None:
    """A method that changes its object counts wherever it is called: those statements are read again."""
    texts = ["class Box:\n    def weigh(self, x):\n        return x", "box = Box()", "box.weigh(1)", "print(box)"]
    before = read(texts)
    assert before.graph.steps[3].inputs["box"] == "sc1"
    texts[0] = "class Box:\n    def weigh(self, x):\n        self.x = x"
    after = read(texts)
    assert after.graph.steps[3].inputs["box"] == "sc2"


def test_cells_of_one_text_are_two_cells() -> None:
    assert parse_cell("a", "x = 1").tree is not parse_cell("b", "x = 1").tree
    assert parse_cell("a", "x = 1").tree is parse_cell("a", "x = 1").tree
    analysis = read(["x = 1", "x += 1", "x += 1", "print(x)"])
    assert analysis.graph.steps[3].inputs == {"x": "sc2"}


def test_garbage_is_collected_after_an_analysis_not_in_it() -> None:
    def collections() -> int:
        return sum(generation["collections"] for generation in gc.get_stats())

    threshold, texts = gc.get_threshold(), sources(20)
    before = collections()
    gc.set_threshold(10)
    try:
        read(texts)
        during = collections() - before
    finally:
        gc.set_threshold(*threshold)
    assert during < 500, "one for each ten new objects would be many thousands"
    assert gc.isenabled()


def test_an_analysis_leaves_nothing_that_only_the_collector_finds() -> None:
    shared = "box = [rows]\nbox.append(1)\ndef use(x=rows):\n    return box + x\nmade = use()"
    texts = [
        "rows = [1]\nwith open('a.txt') as f:\n    f.read()",
        shared,
        "print(made, rows)\nrows = use(rows)",
        *sources(5),
    ]
    read(texts)
    gc.collect()
    gc.disable()
    try:
        for text in ("x = 1", "x = 2\ny = x", "x = 2", "x = 1"):
            found = read([*texts, text])
        assert gc.collect() == 0
        notebook = parse_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
        assert found.plans == {} and analyse(notebook, with_plans=True).graph == analyse(notebook).graph
    finally:
        gc.enable()


def test_what_is_kept_has_a_limit() -> None:
    for number in range(30):
        parse_cell(f"c{number}", f"x = {number}" + " " * 50_000)
    assert len(parsed._trees) <= 500_000
    assert parsed._trees.get("c0", "x = 0" + " " * 50_000) is None
    assert parsed._trees.get("c29", "x = 29" + " " * 50_000) is not None


def test_what_was_used_last_is_kept_longest() -> None:
    texts = {f"c{number}": f"x = {number}" + " " * 90_000 for number in range(6)}
    for cell, text in list(texts.items())[:5]:
        parse_cell(cell, text)
    parse_cell("c0", texts["c0"])
    parse_cell("c5", texts["c5"])
    assert parsed._trees.get("c0", texts["c0"]) is not None
    assert parsed._trees.get("c1", texts["c1"]) is None


def test_a_very_long_cell_is_not_kept() -> None:
    parse_cell("long", "x = 1" + " " * 100_001)
    assert len(parsed._trees) == 0


def test_an_edit_that_concerns_one_other_cell_has_that_one_visited_again(counts: Counter[str]) -> None:
    """``mode`` is known to be a text now: it matters where it is looked up, and nowhere else."""
    texts = ["mode = 1", "print(globals()[mode])", *sources(10)]
    read(texts)
    counts.clear()
    texts[0] = "mode = 'values_1'"
    read(texts)
    assert counts == {"parsed": 1, "visited": 2, "resolved": 2, "files": 2, "state": 2}


def test_each_module_and_each_file_is_looked_for_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cells that import and name the same do not make the analysis ask the file system again."""
    asked: Counter[str] = Counter()
    find, files = snapshot.find_module, data_files._files

    def counting_find(name: str, *rest: Any) -> Any:
        asked[name] += 1
        return find(name, *rest)

    def counting_files(path: str, folder: Path) -> set[str]:
        asked[path] += 1
        return files(path, folder)

    monkeypatch.setattr(snapshot, "find_module", counting_find)
    monkeypatch.setattr(data_files, "_files", counting_files)
    (tmp_path / "table.csv").touch()  # else the steps wait for all above, and nobody asks about imports
    read(["import colorsys\nx = open('table.csv').read()"] * 20, Project(tmp_path))
    assert asked["table.csv"] == 1
    assert asked["colorsys"] <= 2  # beside the notebook, and where the interpreter looks


def test_code_that_a_statement_reaches_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    followed: Counter[int] = Counter()
    follow = Reach._of

    def counting(self: Reach, statement: Statement) -> Iterator[Code]:
        followed[statement.index] += 1
        return follow(self, statement)

    monkeypatch.setattr(Reach, "_of", counting)
    read(sources(10))
    assert set(followed.values()) == {1}


def test_of_a_cell_that_is_forgotten_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed, "_KEPT", 30)
    trees = parsed._Trees()
    for number in range(20):
        text = f"a = {number + 10000}"
        trees.keep(f"cell {number}", text, parse_cell("cell", text))
    assert (len(trees), len(trees._texts)) == (27, 3)


@pytest.mark.parametrize("seed", range(4))
def test_after_random_edits_of_the_corpus_the_answer_is_a_fresh_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines and cells go, come twice, and move about: what is remembered must never show."""
    random = Random(seed)
    for case in random.sample(CASES, 8):
        cells = [dict(cell) for cell in case.cells]
        trees, statements = parsed._Trees(), OrderedDict[Any, Any]()
        for _ in range(7):
            monkeypatch.setattr(parsed, "_trees", trees)
            monkeypatch.setattr(resolved, "_kept", statements)
            remembered = told(cells)
            forget(monkeypatch)
            assert remembered == told(cells), case.name
            edit(cells, random)


def edit(cells: list[dict[str, Any]], random: Random) -> None:
    """One small edit, as people make them; the result need not be valid."""
    if len(cells) > 2 and random.random() < 0.2:
        cell = cells.pop(random.randrange(len(cells)))
        if random.random() < 0.7:  # it is put elsewhere, maybe as part of the step above
            cells.insert(random.randrange(len(cells) + 1), cell)
            if random.random() < 0.3:
                cell["metadata"] = {}
    cell, other = random.choice(cells), random.choice(cells)
    lines, more = cell["source"].split("\n"), other["source"].split("\n")
    place = random.randrange(len(lines))
    lines[place : place + random.randrange(2)] = random.choice([[], [random.choice(more)], ["extra = 1"]])
    cell["source"] = "\n".join(lines)


def told(cells: list[dict[str, Any]]) -> tuple[Analysis, Analysis, dict[str, Any]]:
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    notebook = parse_notebook(json.loads(json.dumps(content)))
    analysis = analyse(notebook, with_plans=True)
    return analyse(notebook), analysis, explain(analysis, notebook)


def test_what_put_a_stream_back_may_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a statement changes the state depends on another one of its step here."""
    kept = "%%step a\nimport sys\nold = sys.stdout\nsys.stdout = None\n"
    cells = [
        {"cell_type": "code", "id": f"c{place}", "metadata": {}, "source": text}
        for place, text in enumerate([f"{kept}sys.stdout = old", "%%step b\nprint(1)"])
    ]
    told(cells)
    cells[0]["source"] = f"{kept}print(2)"
    remembered = told(cells)
    forget(monkeypatch)
    assert remembered == told(cells)
    assert [one.code for one in remembered[0].diagnostics] == ["CL302"]
